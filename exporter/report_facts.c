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

void report_facts_free(struct report_facts *facts)
{
	if (facts != NULL) {
		g_ptr_array_unref(facts->devices);
		g_ptr_array_unref(facts->interfaces);
		g_strfreev(facts->key);
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
 * What a subscriber lost counts from when it joined, what nobody heard from when the probe began:
 * the same probe goes on with the latter, another begins anew.
 */
static void stream_ends(struct report_facts *facts)
{
	struct stream_counters *c = &facts->metering;
	struct report_losses gone = {
		.records = c->lost_records, .packets = c->lost_packets, .octets = c->lost_octets};

	losses_add(&facts->before, &gone);
	c->lost_records = 0;
	c->lost_packets = 0;
	c->lost_octets = 0;
}

static void probe_ends(struct report_facts *facts)
{
	struct report_losses gone = losses_of(&facts->metering);

	losses_add(&facts->before, &gone);
	memset(&facts->metering, 0, sizeof(facts->metering));
}

void report_facts_begin(struct report_facts *facts)
{
	stream_ends(facts);
	g_ptr_array_set_size(facts->devices, 0);
	g_ptr_array_set_size(facts->interfaces, 0);
}

void report_facts_metering(struct report_facts *facts, const struct stream_counters *counters)
{
	struct report_losses now;

	if (facts->metering.start_us != counters->start_us) {
		probe_ends(facts);
	}
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

void report_facts_device(struct report_facts *facts, const struct stream_device *device)
{
	struct report_device *row =
		table_row(facts, facts->devices, device->id, sizeof(struct report_device));

	if (row == NULL) {
		return;
	}
	row->device.last_seen_us = device->last_seen_us;
	if (row->revision == 0 || memcmp(&row->device, device, sizeof(*device)) != 0) {
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
	if (row->revision == 0 || memcmp(&row->interface, interface, sizeof(*interface)) != 0) {
		row->interface = *interface;
		row->revision = ++facts->revision;
	}
}

void report_facts_key(struct report_facts *facts, const char *const *members)
{
	if (facts->key != NULL && g_strv_equal((const char *const *)facts->key, members)) {
		return;
	}
	g_strfreev(facts->key);
	facts->key = g_strdupv((char **)members);
	facts->key_revision = ++facts->revision;
}

uint64_t report_facts_ignored(const struct stream_counters *counters)
{
	return counters->ignored_packets + counters->malformed + counters->kernel_dropped +
	       counters->if_dropped;
}
