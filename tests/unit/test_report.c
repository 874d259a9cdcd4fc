#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "base/key.h"
#include "exporter/dump_value.h"
#include "exporter/encoder.h"
#include "exporter/reader.h"
#include "exporter/report.h"

#define DOMAIN   7
#define ALL      ((1U << REPORT_KINDS) - 1)
#define NO_TYPES (ALL & ~REPORT_BIT(REPORT_TYPES))

/* What a reader makes of the reports of an encoder. */
struct bench {
	struct report_facts *facts;
	struct report_input input;
	struct encoder *encoder;
	struct reader *reader;
	GPtrArray *records; /* of options templates but for types, as JSON */
	uint32_t data_records;
	uint32_t size_max;
	bool templates; /* a message had some */
};

static void take_record(void *context, const struct reader_record *record)
{
	struct bench *b = context;
	GString *line;

	if (record->template->scope_count == 0 || record->template->id < TEMPLATE_ID_REPORTS) {
		return;
	}
	line = g_string_new(NULL);
	dump_values(line, b->reader, record->domain, record->template, record->values);
	g_ptr_array_add(b->records, g_string_free(line, FALSE));
}

static void take_message(void *context, const struct encoder_message *message)
{
	struct bench *b = context;
	g_autoptr(GError) error = NULL;

	b->data_records += message->data_records;
	b->size_max = MAX(b->size_max, message->size);
	b->templates = b->templates || message->templates;
	assert_int_equal(message->flow_records, 0);
	if (!reader_message(b->reader, message->octets, message->size, &error)) {
		fail_msg("%s", error->message);
	}
}

static void bench_encoder(struct bench *b, const char *profile, unsigned kinds, uint32_t octets)
{
	struct encoder_config config = {.profile = profile,
		.observation_domain = DOMAIN,
		.message_octets_max = octets,
		.reports = kinds};

	b->encoder = encoder_new(&config, take_message, b, NULL);
	assert_non_null(b->encoder);
	encoder_templates(b->encoder);
	b->data_records = 0;
	b->templates = false;
}

static int bench_make(void **state)
{
	struct bench *b = g_new0(struct bench, 1);

	b->facts = report_facts_new();
	b->input.facts = b->facts;
	b->input.domain = DOMAIN;
	b->reader = reader_new(take_record, b);
	b->records = g_ptr_array_new_with_free_func(g_free);
	*state = b;
	return 0;
}

static int bench_drop(void **state)
{
	struct bench *b = *state;

	encoder_free(b->encoder);
	reader_free(b->reader);
	g_ptr_array_unref(b->records);
	report_facts_free(b->facts);
	g_free(b);
	return 0;
}

static void report(struct bench *b, unsigned kinds)
{
	g_autoptr(GError) error = NULL;

	g_ptr_array_set_size(b->records, 0);
	b->data_records = 0;
	if (!encoder_reports(b->encoder, kinds, &b->input, &error)) {
		fail_msg("%s", error->message);
	}
	assert_false(b->templates);
	assert_int_equal(b->data_records, b->records->len);
}

static const char *record_at(const struct bench *b, unsigned index)
{
	assert_true(index < b->records->len);
	return g_ptr_array_index(b->records, index);
}

static void add_device(struct bench *b, uint32_t id, const char *name, const char *vendor)
{
	struct stream_device device;

	memset(&device, 0, sizeof(device));
	device.id = id;
	memcpy(device.mac, "\x02\0\0\0\0", 5);
	device.mac[5] = (uint8_t)id;
	device.random_mac = true;
	device.name_source = RECORD_NAME_MDNS;
	(void)g_strlcpy(device.name, name, sizeof(device.name));
	(void)g_strlcpy(device.vendor, vendor, sizeof(device.vendor));
	device.first_seen_us = 1700000000123456;
	device.last_seen_us = 1700000001234567;
	device.address_count = 2;
	device.address_versions[0] = 4;
	memcpy(device.addresses[0], "\xc0\0\2\1", 4);
	device.address_versions[1] = 6;
	memcpy(device.addresses[1], "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	report_facts_device(b->facts, &device);
}

static void add_interface(struct bench *b)
{
	struct stream_interface interface;

	memset(&interface, 0, sizeof(interface));
	interface.index = 3;
	interface.home = true;
	memcpy(interface.mac, "\x02\0\0\0\1\xff", 6);
	(void)g_strlcpy(interface.name, "br-lan", sizeof(interface.name));
	report_facts_interface(b->facts, &interface);
}

static void metering_tells_what_was_exported_and_what_was_ignored(void **state)
{
	struct bench *b = *state;
	struct stream_counters counters = {.flows = 77,
		.ignored_packets = 5,
		.malformed = 6,
		.ignored_octets = 500,
		.ignored_first_us = 1700000000000999,
		.ignored_last_us = 1700000009000999};

	b->input.counters = (struct export_counters){
		.sent_messages = 11, .sent_flow_records = 22, .sent_octets = 33};
	report_facts_metering(b->facts, &counters);
	bench_encoder(b, "basic", NO_TYPES, 1400);
	report(b, REPORT_BIT(REPORT_METERING));
	assert_int_equal(b->records->len, 2);
	assert_string_equal(record_at(b, 0),
		"{\"observationDomainId\":7,\"meteringProcessId\":1,"
		"\"exportedMessageTotalCount\":11,\"exportedFlowRecordTotalCount\":22,"
		"\"exportedOctetTotalCount\":33,\"observedFlowTotalCount\":77}");
	assert_string_equal(record_at(b, 1),
		"{\"observationDomainId\":7,\"meteringProcessId\":1,"
		"\"ignoredPacketTotalCount\":11,\"ignoredOctetTotalCount\":500,"
		"\"observationTimeMilliseconds\":1700000000000,"
		"\"observationTimeMilliseconds#2\":1700000009000}");
}

static void exporting_adds_what_the_stream_lost_to_what_was_not_sent(void **state)
{
	struct bench *b = *state;
	struct stream_counters counters = {.time_us = 1700000002000000,
		.lost_records = 1,
		.lost_packets = 20,
		.lost_octets = 300,
		.unheard_records = 4000,
		.unheard_packets = 50000,
		.unheard_octets = 600000};

	b->input.counters = (struct export_counters){.not_sent_records = 10000000,
		.not_sent_packets = 20000000,
		.not_sent_octets = 30000000,
		.not_sent_first_us = 1700000001000000,
		.not_sent_last_us = 1700000001500000};
	bench_encoder(b, "biflow", NO_TYPES, 1400);
	report(b, REPORT_BIT(REPORT_EXPORTING));
	assert_string_equal(record_at(b, 0),
		"{\"exportingProcessId\":1,\"notSentFlowTotalCount\":10000000,"
		"\"notSentPacketTotalCount\":20000000,\"notSentOctetTotalCount\":30000000,"
		"\"observationTimeMilliseconds\":1700000001000,"
		"\"observationTimeMilliseconds#2\":1700000001500}");
	report_facts_metering(b->facts, &counters);
	report(b, REPORT_BIT(REPORT_EXPORTING));
	assert_int_equal(b->records->len, 1);
	assert_string_equal(record_at(b, 0),
		"{\"exportingProcessId\":1,\"notSentFlowTotalCount\":10004001,"
		"\"notSentPacketTotalCount\":20050020,\"notSentOctetTotalCount\":30600300,"
		"\"observationTimeMilliseconds\":1700000001000,"
		"\"observationTimeMilliseconds#2\":1700000002000}");
	/* Nothing lost here, only on the way here. */
	b->input.counters = (struct export_counters){0};
	report(b, REPORT_BIT(REPORT_EXPORTING));
	assert_non_null(strstr(record_at(b, 0), "Milliseconds\":1700000002000,"));
	assert_non_null(strstr(record_at(b, 0), "Milliseconds#2\":1700000002000}"));
}

static bool is_key(const char *name)
{
	return strcmp(name, "sourceIPv4Address") == 0 ||
	       strcmp(name, "destinationIPv4Address") == 0 ||
	       strcmp(name, "sourceIPv6Address") == 0 ||
	       strcmp(name, "destinationIPv6Address") == 0 ||
	       strcmp(name, "protocolIdentifier") == 0 || strcmp(name, "ipVersion") == 0;
}

static void the_key_of_every_template_is_told_by_the_places_of_its_fields(void **state)
{
	const struct stream_cache cache = {.count = 1,
		.key_fields = FLOW_KEY_SRC_ADDRESS | FLOW_KEY_DST_ADDRESS | FLOW_KEY_PROTOCOL};
	static const struct {
		const char *profile;
		unsigned templates;
	} profiles[] = {{"basic", 2}, {"biflow", 4}, {"full", 12}};
	struct bench *b = *state;

	for (size_t p = 0; p < G_N_ELEMENTS(profiles); p++) {
		g_clear_pointer(&b->encoder, encoder_free);
		reader_free(b->reader);
		b->reader = reader_new(take_record, b);
		bench_encoder(b, profiles[p].profile, NO_TYPES, 1400);
		b->input.key_fields = 0;
		report(b, REPORT_BIT(REPORT_KEYS));
		assert_int_equal(b->records->len, 0); /* it has not been told */
		report_facts_caches(b->facts, &cache, 1);
		b->input.key_fields = cache.key_fields;
		report(b, REPORT_BIT(REPORT_KEYS));
		assert_int_equal(b->records->len, profiles[p].templates);
		for (unsigned i = 0; i < profiles[p].templates; i++) {
			const struct reader_template *t = reader_template(
				b->reader, DOMAIN, (uint16_t)(TEMPLATE_ID_FIRST + i));
			uint64_t want = 0;
			g_autofree char *text = NULL;

			for (unsigned k = 0; k < t->field_count; k++) {
				want |= is_key(t->fields[k].name) ? UINT64_C(1) << k : 0;
			}
			text = g_strdup_printf(
				"{\"templateId\":%u,\"flowKeyIndicator\":%" G_GUINT64_FORMAT "}",
				TEMPLATE_ID_FIRST + i, want);
			assert_string_equal(record_at(b, i), text);
		}
	}
}

static void tables_tell_interfaces_devices_and_addresses(void **state)
{
	struct bench *b = *state;

	add_interface(b);
	add_device(b, 9, "printer", "ACME \xe2\x82\xac");
	bench_encoder(b, "basic", ALL, 1400);
	report(b, REPORT_TABLES);
	assert_int_equal(b->records->len, 4);
	assert_string_equal(record_at(b, 0),
		"{\"ingressInterface\":3,\"interfaceName\":\"br-lan\","
		"\"interfaceDescription\":\"home side\","
		"\"interfaceMacAddress\":\"02:00:00:00:01:ff\",\"interfaceHomeSide\":true}");
	assert_string_equal(record_at(b, 1),
		"{\"deviceId\":9,\"deviceMacAddress\":\"02:00:00:00:00:09\","
		"\"deviceName\":\"printer\",\"deviceNameSource\":5,"
		"\"deviceVendor\":\"ACME \xe2\x82\xac\",\"deviceVendorClass\":\"\","
		"\"deviceMacRandomised\":true,\"deviceGateway\":false,"
		"\"deviceFirstSeen\":1700000000123,\"deviceLastSeen\":1700000001234}");
	assert_string_equal(record_at(b, 2), "{\"deviceIPv4Address\":\"192.0.2.1\",\"deviceId\":9,"
					     "\"deviceMacAddress\":\"02:00:00:00:00:09\"}");
	assert_string_equal(record_at(b, 3),
		"{\"deviceIPv6Address\":\"2001:db8::1\",\"deviceId\":9,"
		"\"deviceMacAddress\":\"02:00:00:00:00:09\"}");
}

static void only_rows_that_changed_are_told_since_a_revision(void **state)
{
	const struct stream_cache cache = {.count = 1, .key_fields = FLOW_KEY_SRC_ADDRESS};
	struct bench *b = *state;

	report_facts_caches(b->facts, &cache, 1);
	b->input.key_fields = cache.key_fields;
	add_interface(b);
	add_device(b, 1, "one", "");
	bench_encoder(b, "basic", ALL, 1400);
	b->input.since = b->facts->revision;
	report(b, REPORT_TABLES);
	assert_int_equal(b->records->len, 0);
	add_device(b, 2, "two", "");
	report(b, REPORT_BIT(REPORT_DEVICES));
	assert_int_equal(b->records->len, 1);
	assert_non_null(strstr(record_at(b, 0), "\"two\""));
	report(b, REPORT_TABLES);
	assert_int_equal(b->records->len, 3); /* its addresses, too */
}

static void kinds_that_the_encoder_was_not_made_for_are_not_told(void **state)
{
	struct bench *b = *state;

	add_device(b, 1, "one", "");
	bench_encoder(b, "basic", REPORT_BIT(REPORT_EXPORTING), 1400);
	report(b, ALL);
	assert_int_equal(b->records->len, 1);
	assert_non_null(strstr(record_at(b, 0), "exportingProcessId"));
}

static void many_devices_fill_many_messages(void **state)
{
	struct bench *b = *state;

	for (uint32_t id = 1; id <= 200; id++) {
		add_device(b, id, "a name of some length", "and a vendor");
	}
	bench_encoder(b, "full", ALL, 600);
	report(b, REPORT_BIT(REPORT_DEVICES));
	assert_int_equal(b->records->len, 200);
	assert_in_range(b->size_max, 500, 600);
}

static void texts_give_way_where_a_record_is_too_large_and_names_last(void **state)
{
	struct bench *b = *state;
	g_autofree char *name = g_strnfill(255, 'n');
	g_autofree char *vendor = g_strnfill(255, 'v');

	add_device(b, 1, name, vendor);
	bench_encoder(b, "basic", ALL, 512);
	report(b, REPORT_BIT(REPORT_DEVICES));
	assert_int_equal(b->records->len, 1);
	assert_non_null(strstr(record_at(b, 0), name));
	assert_non_null(strstr(record_at(b, 0), "\"deviceVendor\":\"\""));
}

static void text_that_is_not_utf8_is_left_empty(void **state)
{
	struct bench *b = *state;

	add_device(b, 1, "bad \xff", "good");
	bench_encoder(b, "basic", ALL, 1400);
	report(b, REPORT_BIT(REPORT_DEVICES));
	assert_non_null(strstr(record_at(b, 0), "\"deviceName\":\"\""));
	assert_non_null(strstr(record_at(b, 0), "\"deviceVendor\":\"good\""));
}

static void lines_of_json_say_what_the_records_say(void **state)
{
	struct bench *b = *state;
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	add_interface(b);
	add_device(b, 1, "one \"quoted\"", "vendor");
	bench_encoder(b, "basic", ALL, 1400);
	report(b, ALL);
	assert_int_equal(report_lines(ALL, &b->input, text), b->records->len);
	lines = g_strsplit(text->str, "\n", -1);
	assert_int_equal(g_strv_length(lines), b->records->len + 1);
	for (unsigned i = 0; i < b->records->len; i++) {
		assert_true(g_str_has_prefix(lines[i], "{\"report\":\""));
		assert_string_equal(strchr(lines[i], ',') + 1, record_at(b, i) + 1);
	}
	assert_true(g_str_has_prefix(lines[0], "{\"report\":\"metering\","));
	assert_true(g_str_has_prefix(lines[2], "{\"report\":\"exporting\","));
}

static void what_libfixbuf_refuses_is_an_error(void **state)
{
	struct bench *b = *state;
	struct template t = {.id = TEMPLATE_ID_REPORTS};
	g_autoptr(GError) error = NULL;
	struct report_writer w = {.octets_max = 512, .error = &error};

	template_add(&t, "interfaceName", TEMPLATE_VARIABLE, NULL);
	w.fixbuf = fixbuf_writer_new(DOMAIN, 512, NULL, NULL);
	report_writer_template(&w, "interfaces", &t); /* which the writer has not been given */
	report_text(&w, "eth0");
	report_end(&w);
	assert_true(w.failed);
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_SYSTEM));
	report_text(&w, "eth1");
	report_end(&w); /* no second error */
	assert_int_equal(w.records, 0);
	fixbuf_writer_free(w.fixbuf);
	(void)b;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(metering_tells_what_was_exported_and_what_was_ignored),
		TEST(exporting_adds_what_the_stream_lost_to_what_was_not_sent),
		TEST(the_key_of_every_template_is_told_by_the_places_of_its_fields),
		TEST(tables_tell_interfaces_devices_and_addresses),
		TEST(only_rows_that_changed_are_told_since_a_revision),
		TEST(kinds_that_the_encoder_was_not_made_for_are_not_told),
		TEST(many_devices_fill_many_messages),
		TEST(texts_give_way_where_a_record_is_too_large_and_names_last),
		TEST(text_that_is_not_utf8_is_left_empty),
		TEST(lines_of_json_say_what_the_records_say),
		TEST(what_libfixbuf_refuses_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
