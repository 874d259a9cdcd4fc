#include "exporter/report_facts.h"

#include <string.h>

/* Both rows of a table begin with the revision and then what it is of. */
struct row {
	uint64_t revision;
	uint32_t id;
};

static_assert(offsetof(struct report_device, device.id) == offsetof(struct row, id), "as a row");
static_assert(
	offsetof(struct report_interface, interface.index) == offsetof(struct row, id), "as a row");

struct report_facts *report_facts_new(void)
{
	struct report_facts *facts = g_new0(struct report_facts, 1);

	facts->devices = g_ptr_array_new_with_free_func(g_free);
	facts->interfaces = g_ptr_array_new_with_free_func(g_free);
	return facts;
}

static void forget_selections(struct report_facts *facts)
{
	for (unsigned i = 0; i < RECORD_CACHES_MAX; i++) {
		g_clear_pointer(&facts->selections[i], g_free);
	}
}

void report_facts_free(struct report_facts *facts)
{
	if (facts != NULL) {
		g_ptr_array_unref(facts->devices);
		g_ptr_array_unref(facts->interfaces);
		forget_selections(facts);
		g_free(facts);
	}
}

/* What this stream and its probe have lost. */
static struct report_losses losses_of(const struct stream_counters *c)
{
	return (struct report_losses){.records = c->lost_records + c->unheard_records,
		.packets = c->lost_packets + c->unheard_packets,
		.octets = c->lost_octets + c->unheard_octets};
}

static void losses_add(struct report_losses *to, const struct report_losses *losses)
{
	to->records += losses->records;
	to->packets += losses->packets;
	to->octets += losses->octets;
}

/*
 * What nobody heard counts from when the probe began, what a subscriber lost from when it joined,
 * unless the probe knew it again: that number begins anew when it is smaller than before.
 */
static void losses_go_on(struct report_facts *facts, const struct stream_counters *now)
{
	const struct stream_counters *c = &facts->metering;
	struct report_losses gone = {0};

	if (c->start_us != now->start_us) {
		gone = losses_of(c);
	} else if (now->lost_records < c->lost_records) {
		gone.records = c->lost_records;
		gone.packets = c->lost_packets;
		gone.octets = c->lost_octets;
	}
	losses_add(&facts->before, &gone);
}

void report_facts_begin(struct report_facts *facts)
{
	g_ptr_array_set_size(facts->devices, 0);
	g_ptr_array_set_size(facts->interfaces, 0);
	forget_selections(facts);
}

void report_facts_metering(struct report_facts *facts, const struct stream_counters *counters)
{
	struct report_losses now;

	losses_go_on(facts, counters);
	facts->metering = *counters;
	now = losses_of(counters);
	losses_add(&now, &facts->before);
	if (now.records > facts->lost.records) {
		now.last_us = (int64_t)counters->time_us;
		now.first_us = facts->lost.first_us != 0 ? facts->lost.first_us : now.last_us;
		facts->lost = now;
	}
}

/* Where the row of @id is, or would be. */
static unsigned table_find(const GPtrArray *table, uint32_t id)
{
	unsigned low = 0;
	unsigned high = table->len;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		const struct row *row = g_ptr_array_index(table, middle);

		if (row->id < id) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* The row of @id, which may be new; NULL: there is no room. */
static void *table_row(struct report_facts *facts, GPtrArray *table, uint32_t id, size_t octets)
{
	unsigned index = table_find(table, id);
	struct row *row = index < table->len ? g_ptr_array_index(table, index) : NULL;
	unsigned most = table == facts->devices ? REPORT_DEVICES_MAX : REPORT_INTERFACES_MAX;

	if (row != NULL && row->id == id) {
		return row;
	}
	if (table->len >= most) {
		/* Numbers grow, so the first has been here longest. */
		facts->forgotten++;
		if (index == 0) {
			return NULL;
		}
		g_ptr_array_remove_index(table, 0);
		index--;
	}
	row = g_malloc0(octets);
	row->id = id;
	g_ptr_array_insert(table, (int)index, row);
	return row;
}

/* All but when it was seen last; of addresses those that count. */
static bool same_device(const struct stream_device *a, const struct stream_device *b)
{
	return memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 && a->random_mac == b->random_mac &&
	       a->gateway == b->gateway && a->name_source == b->name_source &&
	       strcmp(a->name, b->name) == 0 && strcmp(a->vendor, b->vendor) == 0 &&
	       strcmp(a->vendor_class, b->vendor_class) == 0 &&
	       a->address_count == b->address_count &&
	       memcmp(a->address_versions, b->address_versions, a->address_count) == 0 &&
	       memcmp(a->addresses, b->addresses, a->address_count * sizeof(a->addresses[0])) ==
		       0 &&
	       a->first_seen_us == b->first_seen_us;
}

static bool same_interface(const struct stream_interface *a, const struct stream_interface *b)
{
	return a->link_type == b->link_type && a->home == b->home &&
	       memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 && strcmp(a->name, b->name) == 0;
}

void report_facts_device(struct report_facts *facts, const struct stream_device *device)
{
	struct report_device *row =
		table_row(facts, facts->devices, device->id, sizeof(struct report_device));

	if (row == NULL) {
		return;
	}
	row->device.last_seen_us = device->last_seen_us;
	if (row->revision == 0 || !same_device(&row->device, device)) {
		row->device = *device;
		row->revision = ++facts->revision;
	}
}

void report_facts_interface(struct report_facts *facts, const struct stream_interface *interface)
{
	struct report_interface *row = table_row(
		facts, facts->interfaces, interface->index, sizeof(struct report_interface));

	if (row == NULL) {
		return;
	}
	if (row->revision == 0 || !same_interface(&row->interface, interface)) {
		row->interface = *interface;
		row->revision = ++facts->revision;
	}
}

static bool same_cache(const struct stream_cache *a, const struct stream_cache *b)
{
	return a->id == b->id && a->key_fields == b->key_fields && strcmp(a->name, b->name) == 0;
}

void report_facts_caches(
	struct report_facts *facts, const struct stream_cache *caches, unsigned count)
{
	bool same = facts->cache_count == count;

	g_assert(count <= RECORD_CACHES_MAX);
	for (unsigned i = 0; i < count; i++) {
		same = same && same_cache(&facts->caches[i], &caches[i]);
		facts->caches[i] = caches[i];
	}
	facts->cache_count = count;
	if (!same) {
		facts->key_revision = ++facts->revision;
	}
}

void report_facts_selection(struct report_facts *facts, const struct stream_selection *selection)
{
	struct report_selection **slot;
	bool same;

	if (selection->cache >= RECORD_CACHES_MAX) {
		facts->forgotten++;
		return;
	}
	slot = &facts->selections[selection->cache];
	if (selection->count == 0) {
		g_clear_pointer(slot, g_free);
		return;
	}
	same = *slot != NULL && (*slot)->selection.sequence == selection->sequence;
	if (*slot == NULL) {
		*slot = g_new0(struct report_selection, 1);
	}
	(*slot)->selection = *selection; /* a sequence never changes what it does */
	if (!same) {
		(*slot)->revision = ++facts->revision;
	}
}

bool report_facts_selects(const struct report_facts *facts)
{
	bool selects = false;

	for (unsigned i = 0; i < RECORD_CACHES_MAX; i++) {
		selects = selects || facts->selections[i] != NULL;
	}
	return selects;
}

uint64_t report_facts_ignored(const struct stream_counters *counters)
{
	return counters->ignored_packets + counters->malformed + counters->kernel_dropped +
	       counters->if_dropped;
}
