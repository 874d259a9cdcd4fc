#include "exporter/report_selection.h"

#include <string.h>

enum {
	ID_SEQUENCES = TEMPLATE_ID_REPORTS + 64,  /* and the number of selectors */
	ID_STATISTICS = TEMPLATE_ID_REPORTS + 80, /* the same */
	ID_SELECTORS = 1024,                      /* and the selectorId */
	SELECTORS = 32768,
};

/* What a property match is about (RFC 5476 6.5.2.5), and for addresses what tells a part of them. */
static const struct {
	const char *element;
	const char *prefix;
	const char *length;
	const char *element6;
	const char *prefix6;
	const char *length6;
} match_elements[SELECTION_FIELDS] = {
	[SELECTION_SRC_ADDRESS] = {"sourceIPv4Address", "sourceIPv4Prefix",
		"sourceIPv4PrefixLength", "sourceIPv6Address", "sourceIPv6Prefix",
		"sourceIPv6PrefixLength"},
	[SELECTION_DST_ADDRESS] = {"destinationIPv4Address", "destinationIPv4Prefix",
		"destinationIPv4PrefixLength", "destinationIPv6Address", "destinationIPv6Prefix",
		"destinationIPv6PrefixLength"},
	[SELECTION_SRC_PORT] = {"sourceTransportPort"},
	[SELECTION_DST_PORT] = {"destinationTransportPort"},
	[SELECTION_PROTOCOL] = {"protocolIdentifier"},
	[SELECTION_IP_VERSION] = {"ipVersion"},
	[SELECTION_VLAN] = {"vlanId"},
	[SELECTION_SRC_MAC] = {"sourceMacAddress"},
	[SELECTION_DST_MAC] = {"destinationMacAddress"},
	[SELECTION_TOS] = {"ipClassOfService"},
	[SELECTION_TTL] = {"ipTTL"},
	[SELECTION_LENGTH] = {"ipTotalLength"},
};

static struct report_item *item_new(GArray *items, unsigned id)
{
	struct report_item *item;

	g_array_set_size(items, items->len + 1);
	item = &g_array_index(items, struct report_item, items->len - 1);
	memset(item, 0, sizeof(*item));
	item->template.id = (uint16_t)id;
	item->template.scope_count = 1;
	return item;
}

/* The next field of @item. */
static struct report_value *item_value(struct report_item *item, const char *element)
{
	bool reverse;
	const struct element *e = element_by_name(element, &reverse);

	g_assert(item->template.field_count < REPORT_VALUES_MAX);
	template_add(&item->template, element, element_type_octets(e->type), NULL);
	return &item->values[item->template.field_count - 1];
}

static void item_number(struct report_item *item, const char *element, uint64_t number)
{
	item_value(item, element)->number = number;
}

static void item_octets(struct report_item *item, const char *element, const uint8_t octets[16])
{
	memcpy(item_value(item, element)->octets, octets, 16);
}

static void item_address(struct report_item *item, const struct selection_match *match)
{
	bool ipv6 = match->ip_version == 6;
	unsigned field = match->field;

	if (match->prefix_bits == (ipv6 ? 128 : 32)) {
		item_octets(item,
			ipv6 ? match_elements[field].element6 : match_elements[field].element,
			match->octets);
		return;
	}
	item_octets(item, ipv6 ? match_elements[field].prefix6 : match_elements[field].prefix,
		match->octets);
	item_number(item, ipv6 ? match_elements[field].length6 : match_elements[field].length,
		match->prefix_bits);
}

static void item_match(struct report_item *item, const struct selection_match *match)
{
	const char *element = match_elements[match->field].element;

	switch (match->field) {
	case SELECTION_SRC_ADDRESS:
	case SELECTION_DST_ADDRESS:
		item_address(item, match);
		break;
	case SELECTION_SRC_MAC:
	case SELECTION_DST_MAC:
		item_octets(item, element, match->octets);
		break;
	default:
		item_number(item, element, match->low);
		if (match->high != match->low) {
			item_number(item, "selectorMatchUpperBound", match->high);
		}
		break;
	}
}

static void item_hash(struct report_item *item, const struct selection_spec_selector *s)
{
	item_number(item, "hashIPPayloadOffset", s->payload_offset);
	item_number(item, "hashIPPayloadSize", s->payload_size);
	item_number(item, "hashOutputRangeMin", 0);
	item_number(item, "hashOutputRangeMax",
		selection_output_max((enum selection_algorithm)s->algorithm));
	for (unsigned i = 0; i < s->range_count; i++) {
		item_number(item, "hashSelectedRangeMin", s->ranges[i].min);
		item_number(item, "hashSelectedRangeMax", s->ranges[i].max);
	}
	item_number(item, "hashDigestOutput", s->digest);
	if (s->algorithm != SELECTION_IPSX) {
		item_number(item, "hashInitialiserValue", s->initialiser);
	}
}

static void item_selector(struct report_item *item, const struct selection_spec_selector *s)
{
	/* Every packet is so many in a row, and none after them. */
	item_number(item, "selectorAlgorithm",
		s->algorithm == SELECTION_ALL ? SELECTION_COUNT : s->algorithm);
	switch (s->algorithm) {
	case SELECTION_ALL:
		item_number(item, "samplingPacketInterval", 1);
		item_number(item, "samplingPacketSpace", 0);
		break;
	case SELECTION_COUNT:
		item_number(item, "samplingPacketInterval", s->interval);
		item_number(item, "samplingPacketSpace", s->space);
		break;
	case SELECTION_TIME:
		item_number(item, "samplingTimeInterval", s->interval);
		item_number(item, "samplingTimeSpace", s->space);
		break;
	case SELECTION_RANDOM:
		item_number(item, "samplingSize", s->size);
		item_number(item, "samplingPopulation", s->population);
		break;
	case SELECTION_PROBABILITY:
		item_value(item, "samplingProbability")->real = s->probability;
		break;
	case SELECTION_MATCH:
		for (unsigned i = 0; i < s->match_count; i++) {
			item_match(item, &s->matches[i]);
		}
		break;
	default:
		item_hash(item, s);
		break;
	}
}

void report_selection_rules(const struct stream_selection *selection, GArray *items)
{
	struct report_item *item = item_new(items, ID_SEQUENCES + selection->count);

	item_number(item, "selectionSequenceId", selection->sequence);
	item_number(item, "observationPointId", selection->observation_point);
	for (unsigned i = 0; i < selection->count; i++) {
		item_number(item, "selectorId", selection_selector_id(selection->sequence, i));
	}
	for (unsigned i = 0; i < selection->count; i++) {
		uint16_t id = selection_selector_id(selection->sequence, i);

		item = item_new(items, ID_SELECTORS + id % SELECTORS);
		item_number(item, "selectorId", id);
		item_selector(item, &selection->selectors[i]);
	}
}

void report_selection_statistics(const struct stream_selection *selection, GArray *items)
{
	struct report_item *item = item_new(items, ID_STATISTICS + selection->count);

	item_number(item, "selectionSequenceId", selection->sequence);
	item_number(item, "selectorIdTotalPktsObserved", selection->counters[0].packets_observed);
	for (unsigned i = 0; i < selection->count; i++) {
		item_number(item, "selectorIdTotalPktsSelected",
			selection->counters[i].packets_selected);
	}
}

void report_item_write(struct report_writer *w, const char *name, const struct report_item *item)
{
	report_writer_template(w, name, &item->template);
	for (unsigned i = 0; i < item->template.field_count; i++) {
		const struct report_value *value = &item->values[i];

		switch (item->template.fields[i].element->type) {
		case ELEMENT_FLOAT64:
			report_real(w, value->real);
			break;
		case ELEMENT_MAC_ADDRESS:
		case ELEMENT_IPV4_ADDRESS:
		case ELEMENT_IPV6_ADDRESS:
			report_address(w, value->octets);
			break;
		default:
			report_number(w, value->number);
			break;
		}
	}
	report_end(w);
}
