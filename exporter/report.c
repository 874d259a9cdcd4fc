#include "exporter/report.h"

#include <string.h>

#include "base/key.h"
#include "exporter/report_selection.h"

#define FIELDS_MAX 12

#define STATISTICS_S 60  /* RFC 7011 4.1: regularly */
#define TABLES_S     600 /* as templates, RFC 6728 */

/* One exporter has one metering and one exporting process. */
#define METERING_PROCESS  1
#define EXPORTING_PROCESS 1

const struct report_kind_row report_kinds[REPORT_KINDS] = {
	[REPORT_METERING] = {"metering", STATISTICS_S},
	[REPORT_EXPORTING] = {"exporting", STATISTICS_S},
	[REPORT_KEYS] = {"keys", 0},
	[REPORT_TYPES] = {"types", 0},
	[REPORT_INTERFACES] = {"interfaces", TABLES_S},
	[REPORT_DEVICES] = {"devices", TABLES_S},
	[REPORT_ADDRESSES] = {"addresses", TABLES_S},
	[REPORT_SELECTIONS] = {"selections", TABLES_S},
	[REPORT_SELECTED] = {"selected", STATISTICS_S},
	[REPORT_ANONYMISATION] = {"anonymisation", 0},
};

/* An options template: its fields, the scope first, and who writes its records. */
struct report {
	enum report_kind kind;
	uint8_t scope_count;
	const char *elements[FIELDS_MAX];
	void (*write)(struct report_writer *w, const struct report_input *input);
};

static void write_metering(struct report_writer *w, const struct report_input *input)
{
	report_number(w, input->domain);
	report_number(w, METERING_PROCESS);
	report_number(w, input->counters.sent_messages);
	report_number(w, input->counters.sent_flow_records);
	report_number(w, input->counters.sent_octets);
	report_number(w, input->facts->metering.flows);
	report_end(w);
}

static void write_ignored(struct report_writer *w, const struct report_input *input)
{
	const struct stream_counters *c = &input->facts->metering;

	report_number(w, input->domain);
	report_number(w, METERING_PROCESS);
	report_number(w, report_facts_ignored(c));
	report_number(w, c->ignored_octets);
	report_number(w, c->ignored_first_us);
	report_number(w, c->ignored_last_us);
	report_end(w);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* What this destination could not send, and what never came here to be sent. */
static void write_not_sent(struct report_writer *w, const struct report_input *input)
{
	const struct export_counters *c = &input->counters;
	const struct report_losses *lost = &input->facts->lost;

	report_number(w, EXPORTING_PROCESS);
	report_number(w, c->not_sent_records + lost->records);
	report_number(w, c->not_sent_packets + lost->packets);
	report_number(w, c->not_sent_octets + lost->octets);
	report_number(w, (uint64_t)earlier(c->not_sent_first_us, lost->first_us));
	report_number(w, (uint64_t)MAX(c->not_sent_last_us, lost->last_us));
	report_end(w);
}

static void write_keys(struct report_writer *w, const struct report_input *input)
{
	const char *members[KEY_MEMBERS_MAX];

	if (input->key_fields == 0 || input->facts->key_revision <= input->since) {
		return;
	}
	key_members(input->key_fields, members);
	for (unsigned i = 0; i < input->template_count; i++) {
		const struct template *t = &input->templates[i];
		uint64_t indicator = 0;

		for (unsigned k = 0; k < t->field_count; k++) {
			const struct template_field *field = &t->fields[k];

			if (field->member != NULL &&
				g_strv_contains(members, field->member->member)) {
				indicator |= UINT64_C(1) << k;
			}
		}
		if (indicator == 0) { /* packet reports are of no flow */
			continue;
		}
		report_number(w, t->id);
		report_number(w, indicator);
		report_end(w);
	}
}

static void write_interfaces(struct report_writer *w, const struct report_input *input)
{
	for (unsigned i = 0; i < input->facts->interfaces->len; i++) {
		const struct report_interface *row = g_ptr_array_index(input->facts->interfaces, i);

		if (row->revision <= input->since) {
			continue;
		}
		report_number(w, row->interface.index);
		report_text(w, row->interface.name);
		report_text(w, row->interface.home ? "home side" : "");
		report_address(w, row->interface.mac);
		report_number(w, row->interface.home);
		report_end(w);
	}
}

/* Device @i as this destination may see it, in @room. NULL: not at all, or not now. */
static const struct stream_device *told_device(
	const struct report_input *input, unsigned i, struct stream_device *room)
{
	const struct report_device *row = g_ptr_array_index(input->facts->devices, i);

	if (row->revision <= input->since) {
		return NULL;
	}
	*room = row->device;
	return input->privacy == NULL || privacy_device(input->privacy, room) ? room : NULL;
}

static void write_devices(struct report_writer *w, const struct report_input *input)
{
	struct stream_device room;

	for (unsigned i = 0; i < input->facts->devices->len; i++) {
		const struct stream_device *device = told_device(input, i, &room);

		if (device == NULL) {
			continue;
		}
		report_number(w, device->id);
		report_address(w, device->mac);
		report_text(w, device->name);
		report_number(w, device->name_source);
		report_text(w, device->vendor);
		report_text(w, device->vendor_class);
		report_number(w, device->random_mac);
		report_number(w, device->gateway);
		report_number(w, (uint64_t)device->first_seen_us);
		report_number(w, (uint64_t)device->last_seen_us);
		report_end(w);
	}
}

static void write_addresses(
	struct report_writer *w, const struct report_input *input, uint8_t version)
{
	struct stream_device room;

	for (unsigned i = 0; i < input->facts->devices->len; i++) {
		const struct stream_device *device = told_device(input, i, &room);

		for (unsigned k = 0; device != NULL && k < device->address_count; k++) {
			if (device->address_versions[k] != version) {
				continue;
			}
			report_address(w, device->addresses[k]);
			report_number(w, device->id);
			report_address(w, device->mac);
			report_end(w);
		}
	}
}

static void write_addresses4(struct report_writer *w, const struct report_input *input)
{
	write_addresses(w, input, 4);
}

static void write_addresses6(struct report_writer *w, const struct report_input *input)
{
	write_addresses(w, input, 6);
}

static void write_anonymised(
	struct report_writer *w, const struct privacy *privacy, const struct template *t)
{
	for (unsigned i = 0; i < t->field_count; i++) {
		const struct template_field *field = &t->fields[i];
		const char *member = field->member == NULL ? "" : field->member->member;
		uint16_t technique = privacy_technique_of(privacy, member);

		if (technique == PRIVACY_NONE) {
			continue;
		}
		report_number(w, t->id);
		report_number(w, field->reverse ? ELEMENT_PEN_REVERSE : field->element->enterprise);
		report_number(w, field->element->id);
		report_number(w, privacy_flags_of(privacy, member));
		report_number(w, technique);
		report_end(w);
	}
}

static void write_anonymisation(struct report_writer *w, const struct report_input *input)
{
	if (input->privacy == NULL || input->since != 0) {
		return;
	}
	for (unsigned i = 0; i < input->template_count; i++) {
		write_anonymised(w, input->privacy, &input->templates[i]);
	}
}

/* A report's place is its template id: new ones go to the end. */
static const struct report reports[] = {
	{REPORT_METERING, 2,
		{"observationDomainId", "meteringProcessId", "exportedMessageTotalCount",
			"exportedFlowRecordTotalCount", "exportedOctetTotalCount",
			"observedFlowTotalCount"},
		write_metering},
	{REPORT_METERING, 2,
		{"observationDomainId", "meteringProcessId", "ignoredPacketTotalCount",
			"ignoredOctetTotalCount", "observationTimeMilliseconds",
			"observationTimeMilliseconds"},
		write_ignored},
	{REPORT_EXPORTING, 1,
		{"exportingProcessId", "notSentFlowTotalCount", "notSentPacketTotalCount",
			"notSentOctetTotalCount", "observationTimeMilliseconds",
			"observationTimeMilliseconds"},
		write_not_sent},
	{REPORT_KEYS, 1, {"templateId", "flowKeyIndicator"}, write_keys},
	{REPORT_INTERFACES, 1,
		{"ingressInterface", "interfaceName", "interfaceDescription", "interfaceMacAddress",
			"interfaceHomeSide"},
		write_interfaces},
	{REPORT_DEVICES, 1,
		{"deviceId", "deviceMacAddress", "deviceName", "deviceNameSource", "deviceVendor",
			"deviceVendorClass", "deviceMacRandomised", "deviceGateway",
			"deviceFirstSeen", "deviceLastSeen"},
		write_devices},
	{REPORT_ADDRESSES, 1, {"deviceIPv4Address", "deviceId", "deviceMacAddress"},
		write_addresses4},
	{REPORT_ADDRESSES, 1, {"deviceIPv6Address", "deviceId", "deviceMacAddress"},
		write_addresses6},
	{REPORT_ANONYMISATION, 3,
		{"templateId", "privateEnterpriseNumber", "informationElementId",
			"anonymizationFlags", "anonymizationTechnique"},
		write_anonymisation},
};

char *report_kind_names(void)
{
	const char *names[REPORT_KINDS + 1] = {NULL};

	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		names[kind] = report_kinds[kind].name;
	}
	return g_strjoinv(", ", (char **)names);
}

static void report_template(unsigned index, struct template *ret_template)
{
	const struct report *report = &reports[index];

	memset(ret_template, 0, sizeof(*ret_template));
	ret_template->id = (uint16_t)(TEMPLATE_ID_REPORTS + index);
	ret_template->scope_count = report->scope_count;
	for (unsigned i = 0; i < FIELDS_MAX && report->elements[i] != NULL; i++) {
		bool reverse;
		const struct element *e = element_by_name(report->elements[i], &reverse);
		uint16_t octets = element_type_octets(e->type);

		template_add(ret_template, report->elements[i],
			octets != 0 ? octets : TEMPLATE_VARIABLE, NULL);
	}
}

bool report_announce(struct fixbuf_writer *w, unsigned kinds, GError **error)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(reports); i++) {
		struct template t;

		if (!(kinds & REPORT_BIT(reports[i].kind))) {
			continue;
		}
		report_template(i, &t);
		if (!fixbuf_writer_template(w, &t, error)) {
			return false;
		}
	}
	return true;
}

/* Templates and records of one kind of REPORT_MADE. */
static GArray *make_items(enum report_kind kind, const struct report_input *input)
{
	GArray *items = g_array_new(FALSE, FALSE, sizeof(struct report_item));

	for (unsigned i = 0; i < RECORD_CACHES_MAX; i++) {
		const struct report_selection *row = input->facts->selections[i];

		if (row == NULL) {
			continue;
		}
		if (kind == REPORT_SELECTED) {
			report_selection_statistics(&row->selection, items);
		} else if (row->revision > input->since) {
			report_selection_rules(&row->selection, items);
		}
	}
	return items;
}

static void write_items(
	struct report_writer *w, enum report_kind kind, const struct report_input *input)
{
	g_autoptr(GArray) items = make_items(kind, input);

	for (unsigned i = 0; i < items->len; i++) {
		report_item_write(
			w, report_kinds[kind].name, &g_array_index(items, struct report_item, i));
	}
}

static void write_all(struct report_writer *w, unsigned kinds, const struct report_input *input)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(reports); i++) {
		struct template t;

		if (kinds & REPORT_BIT(reports[i].kind)) {
			report_template(i, &t);
			report_writer_template(w, report_kinds[reports[i].kind].name, &t);
			reports[i].write(w, input);
		}
	}
	for (int kind = REPORT_SELECTIONS; kind <= REPORT_SELECTED; kind++) {
		if (kinds & REPORT_BIT(kind)) {
			write_items(w, (enum report_kind)kind, input);
		}
	}
}

/* One encoding. */
struct report_run {
	const struct report_output *output;
	struct fixbuf_writer *writer;
	GHashTable *given; /* ids of templates made that the writer has */
	bool templates;    /* those given now are for the collector, too; the others it has */
};

static void pass(void *context, const struct fixbuf_message *message)
{
	const struct report_run *run = context;

	if (!message->templates || run->templates) {
		run->output->sink(run->output->context, message);
	}
}

/* Give the writer the templates of @items: those that are new to the collector, or the rest. */
static bool give_items(struct report_run *run, const GArray *items, GError **error)
{
	for (unsigned i = 0; i < items->len; i++) {
		const struct template *t = &g_array_index(items, struct report_item, i).template;
		gpointer id = GUINT_TO_POINTER((guint)t->id);

		if (g_hash_table_contains(run->given, id) ||
			(run->templates && g_hash_table_contains(run->output->announced, id))) {
			continue;
		}
		if (!fixbuf_writer_template(run->writer, t, error)) {
			return false;
		}
		g_hash_table_add(run->given, id);
		g_hash_table_add(run->output->announced, id);
	}
	return true;
}

static bool give_made(
	struct report_run *run, unsigned kinds, const struct report_input *input, GError **error)
{
	bool good = true;

	for (int kind = REPORT_SELECTIONS; good && kind <= REPORT_SELECTED; kind++) {
		if (kinds & REPORT_BIT(kind)) {
			g_autoptr(GArray) items = make_items((enum report_kind)kind, input);

			good = give_items(run, items, error);
		}
	}
	return good && fixbuf_writer_flush(run->writer, error);
}

bool report_messages(unsigned kinds, const struct report_input *input,
	const struct report_output *output, GError **error)
{
	struct report_writer w = {.octets_max = output->octets_max, .error = error};
	struct report_run run = {.output = output, .templates = true};
	bool good;

	run.given = g_hash_table_new(NULL, NULL);
	run.writer = fixbuf_writer_new(input->domain, output->octets_max, pass, &run);
	w.fixbuf = run.writer;
	good = give_made(&run, kinds, input, error);
	/* The collector has the others, libfixbuf wants them all the same. */
	run.templates = false;
	good = good && report_announce(w.fixbuf, kinds, error) &&
	       give_made(&run, kinds, input, error);
	if (good) {
		write_all(&w, kinds, input);
		good = !w.failed && fixbuf_writer_flush(w.fixbuf, error);
	}
	fixbuf_writer_free(run.writer);
	g_hash_table_unref(run.given);
	return good;
}

uint32_t report_lines(unsigned kinds, const struct report_input *input, GString *out)
{
	struct report_writer w = {.json = out, .octets_max = IPFIX_MESSAGE_MAX};

	write_all(&w, kinds, input);
	return w.records;
}
