#include "cli/summary.h"

#include <arpa/inet.h>
#include <glib.h>
#include <inttypes.h>
#include <string.h>

#define SUMMARY_TOP         3
#define SUMMARY_NAME_COLUMN 22
#define SUMMARY_NODES_MAX   100000 /* of all devices; what comes later counts as "others" */

struct summary_node {
	char *name;
	uint64_t octets;
};

struct summary_device {
	uint64_t flows;
	uint64_t up_octets;
	uint64_t down_octets;
	GHashTable *nodes; /* name → struct summary_node */
};

struct summary {
	GHashTable *devices; /* id → struct summary_device */
	unsigned nodes;
	uint64_t flows;
	uint64_t octets;
};

static void summary_node_free(void *data)
{
	struct summary_node *node = data;

	g_free(node->name);
	g_free(node);
}

static void summary_device_free(void *data)
{
	struct summary_device *device = data;

	g_hash_table_destroy(device->nodes);
	g_free(device);
}

struct summary *summary_new(void)
{
	struct summary *summary = g_new0(struct summary, 1);

	summary->devices = g_hash_table_new_full(NULL, NULL, NULL, summary_device_free);
	return summary;
}

void summary_free(struct summary *summary)
{
	if (summary == NULL) {
		return;
	}
	g_hash_table_destroy(summary->devices);
	g_free(summary);
}

static struct summary_device *summary_device(struct summary *summary, uint32_t id)
{
	struct summary_device *device = g_hash_table_lookup(summary->devices, GUINT_TO_POINTER(id));

	if (device == NULL) {
		device = g_new0(struct summary_device, 1);
		device->nodes =
			g_hash_table_new_full(g_str_hash, g_str_equal, NULL, summary_node_free);
		g_hash_table_insert(summary->devices, GUINT_TO_POINTER(id), device);
	}
	return device;
}

static void summary_count(
	struct summary *summary, struct summary_device *device, const char *name, uint64_t octets)
{
	struct summary_node *node = g_hash_table_lookup(device->nodes, name);

	if (node == NULL && summary->nodes >= SUMMARY_NODES_MAX) {
		name = "(others)";
		node = g_hash_table_lookup(device->nodes, name);
	}
	if (node == NULL) {
		node = g_new0(struct summary_node, 1);
		node->name = g_strdup(name);
		g_hash_table_insert(device->nodes, node->name, node);
		summary->nodes++;
	}
	node->octets += octets;
}

/* The far end's best name into @ret_name: node, name, or the address that is not the device's. */
static void summary_far_end(const struct flow_record *r, const uint8_t *text, char ret_name[256])
{
	const struct record_text *t = r->node_name.octets > 0 ? &r->node_name : &r->far_name;
	const uint8_t *address = r->direction == 1 ? r->src_address : r->dst_address;

	if (t->octets > 0 && t->octets < 256) {
		memcpy(ret_name, text + t->offset, t->octets);
		ret_name[t->octets] = '\0';
		return;
	}
	inet_ntop(r->ip_version == 6 ? AF_INET6 : AF_INET, address, ret_name, 256);
}

static void summary_record(
	struct summary *summary, const struct flow_record *r, const uint8_t *text)
{
	struct summary_device *device;
	char name[256];

	summary->flows++;
	summary->octets += r->octets + r->rev_octets;
	if (r->device_id == 0) {
		return;
	}
	device = summary_device(summary, r->device_id);
	device->flows++;
	device->up_octets += r->direction == 1 ? r->rev_octets : r->octets;
	device->down_octets += r->direction == 1 ? r->octets : r->rev_octets;
	summary_far_end(r, text, name);
	summary_count(summary, device, name, r->octets + r->rev_octets);
}

void summary_records(void *context, const struct record_batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		summary_record(context, &batch->records[i], batch->text);
	}
}

/* ---- printing */

struct summary_row {
	struct identity_device identity;
	const struct summary_device *device; /* NULL: no traffic of its own */
};

static uint64_t summary_row_octets(const struct summary_row *row)
{
	return row->device == NULL ? 0 : row->device->up_octets + row->device->down_octets;
}

static int summary_row_compare(const void *a, const void *b)
{
	uint64_t x = summary_row_octets(a);
	uint64_t y = summary_row_octets(b);

	return x < y ? 1 : x > y ? -1 : 0;
}

static int summary_node_compare(const void *a, const void *b)
{
	const struct summary_node *x = *(struct summary_node *const *)a;
	const struct summary_node *y = *(struct summary_node *const *)b;

	if (x->octets != y->octets) {
		return x->octets < y->octets ? 1 : -1;
	}
	return strcmp(x->name, y->name);
}

struct summary_rows {
	const struct summary *summary;
	GArray *rows;
};

static void summary_row_add(void *context, const struct identity_device *device)
{
	struct summary_rows *rows = context;
	struct summary_row row = {.identity = *device};

	if (!device->gateway) {
		row.device =
			g_hash_table_lookup(rows->summary->devices, GUINT_TO_POINTER(device->id));
		g_array_append_val(rows->rows, row);
	}
}

static void summary_octets(uint64_t octets, char ret_text[16])
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
	double value = (double)octets;
	size_t unit = 0;

	while (value >= 999.5 && unit + 1 < G_N_ELEMENTS(units)) {
		value /= 1000;
		unit++;
	}
	g_snprintf(
		ret_text, 16, unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

/* Pad or cut @text to @columns characters (not octets: names are UTF-8). */
static void summary_cell(FILE *out, const char *text, long columns)
{
	long length = g_utf8_strlen(text, -1);

	if (length > columns) {
		const char *end = g_utf8_offset_to_pointer(text, columns - 1);

		fprintf(out, "%.*s~ ", (int)(end - text), text);
		return;
	}
	fprintf(out, "%s%*s ", text, (int)(columns - length), "");
}

static void summary_print_nodes(const struct summary_device *device, FILE *out)
{
	g_autoptr(GPtrArray) nodes = g_ptr_array_new();
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, device->nodes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		g_ptr_array_add(nodes, value);
	}
	g_ptr_array_sort(nodes, summary_node_compare);
	for (guint i = 0; i < nodes->len && i < SUMMARY_TOP; i++) {
		const struct summary_node *node = g_ptr_array_index(nodes, i);
		char octets[16];

		summary_octets(node->octets, octets);
		fprintf(out, "%s%s %s", i > 0 ? ", " : "", node->name, octets);
	}
	if (nodes->len > SUMMARY_TOP) {
		fprintf(out, ", +%u", nodes->len - SUMMARY_TOP);
	}
}

static void summary_print_row(const struct summary_row *row, FILE *out)
{
	const struct identity_device *d = &row->identity;
	char mac[18];
	char up[16];
	char down[16];

	g_snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", d->mac[0], d->mac[1],
		d->mac[2], d->mac[3], d->mac[4], d->mac[5]);
	summary_octets(row->device ? row->device->up_octets : 0, up);
	summary_octets(row->device ? row->device->down_octets : 0, down);
	summary_cell(out, d->name[0] != '\0' ? d->name : "-", SUMMARY_NAME_COLUMN);
	summary_cell(out, mac, 17);
	summary_cell(out,
		d->random_mac          ? "(random MAC)"
		: d->vendor[0] != '\0' ? d->vendor
				       : "-",
		18);
	fprintf(out, "%6" PRIu64 " %8s %8s  ", row->device ? row->device->flows : 0, up, down);
	if (row->device != NULL) {
		summary_print_nodes(row->device, out);
	}
	fprintf(out, "\n");
}

void summary_print(const struct summary *summary, const struct identity *identity, FILE *out)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(struct summary_row));
	struct summary_rows context = {.summary = summary, .rows = rows};
	char octets[16];

	identity_devices(identity, summary_row_add, &context);
	g_array_sort(rows, summary_row_compare);
	summary_cell(out, "DEVICE", SUMMARY_NAME_COLUMN);
	summary_cell(out, "MAC", 17);
	summary_cell(out, "VENDOR", 18);
	fprintf(out, "%6s %8s %8s  %s\n", "FLOWS", "UP", "DOWN", "TOP DESTINATIONS");
	for (guint i = 0; i < rows->len; i++) {
		summary_print_row(&g_array_index(rows, struct summary_row, i), out);
	}
	summary_octets(summary->octets, octets);
	fprintf(out, "%u devices, %" PRIu64 " flow records, %s\n", rows->len, summary->flows,
		octets);
}
