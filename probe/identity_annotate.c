#include "probe/identity_private.h"

#include <string.h>

#define US_A_SECOND INT64_C(1000000)

static void annotate_device(
	const struct device *d, struct flow_record *record, struct record_writer *writer)
{
	enum record_name_source source;
	const char *name = device_best_name(d, &source);

	record->device_id = d->id;
	memcpy(record->device_mac, d->mac, sizeof(record->device_mac));
	record->device_mac_random = device_mac_is_random(d->mac);
	record->device_name = record_writer_text(writer, name, strlen(name));
	record->device_name_source = (uint8_t)source;
	record->device_vendor = record_writer_text(writer, d->vendor, strlen(d->vendor));
	record->device_class = record_writer_text(writer, d->vendor_class, strlen(d->vendor_class));
}

static void annotate_far(
	const struct name_view *view, struct flow_record *record, struct record_writer *writer)
{
	int64_t age_us = view->settled ? view->learned_us : record->start_us - view->learned_us;
	const char *node = view->name.text + view->name.node;

	record->far_name = record_writer_text(writer, view->name.text, view->name.octets);
	record->far_name_source = view->source;
	record->node_name = record_writer_text(writer, node, strlen(node));
	if (age_us > 0) {
		age_us /= US_A_SECOND;
		record->far_name_age_s = age_us > UINT32_MAX ? UINT32_MAX : (uint32_t)age_us;
	}
}

/* The far end is known by name itself: another device, or the router. */
static void annotate_neighbour(const struct identity *identity, const struct flow_key *key,
	const struct identity_sides *sides, struct flow_record *record,
	struct record_writer *writer)
{
	int far = 1 - sides->host;
	const struct device *d = sides->devices[far];
	enum record_name_source source;
	const char *name;

	if (d == NULL) {
		d = device_by_address(&identity->devices, key->address[far], key->ip_version);
	}
	if (d == NULL || d->best == DEVICE_NAMES) {
		return;
	}
	name = device_best_name(d, &source);
	record->far_name = record_writer_text(writer, name, strlen(name));
	record->far_name_source = (uint8_t)source;
}

void identity_annotate(struct identity *identity, const struct flow_key *key, uint32_t name,
	struct flow_record *record, struct record_writer *writer)
{
	struct identity_sides sides;
	struct name_view view;

	identity_sides(identity, key, &sides);
	if (sides.host >= 0) {
		const struct device *peer = sides.devices[1 - sides.host];

		record->direction = (uint8_t)sides.host;
		record->peer_device_id = peer == NULL ? 0 : peer->id;
		if (sides.devices[sides.host] != NULL) {
			annotate_device(sides.devices[sides.host], record, writer);
		}
	}
	if (name_table_view(identity->names, name, record->end_us, &view)) {
		annotate_far(&view, record, writer);
	} else if (sides.host >= 0) {
		annotate_neighbour(identity, key, &sides, record, writer);
	}
}
