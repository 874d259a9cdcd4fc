#include "base/section.h"
#include "exporter/encoder.h"
#include "exporter/uri.h"

#include <string.h>

#include "base/wire.h"
#include "exporter/json_record.h"
#include "exporter/privacy.h"
#include "exporter/profile.h"
#include "tests/unit/unit.h"

#define SECTION "\x45\x00\xff\x80 no text"

struct sent {
	uint8_t templates[4096];
	uint32_t templates_octets;
	uint8_t data[4096];
	uint32_t data_octets;
	uint32_t records;
};

static struct sent sent;
static struct record_writer writer;
static struct record_batch batch;

static void take(void *context, const struct encoder_message *message)
{
	uint8_t *to = message->templates ? sent.templates : sent.data;

	memcpy(to, message->octets, message->size);
	*(message->templates ? &sent.templates_octets : &sent.data_octets) = message->size;
	sent.records += message->flow_records;
}

static void export_batch(void *context, const struct record_batch *made)
{
	struct encoder *encoder = context;

	batch = *made;
	encoder_records(encoder, made);
	encoder_flush(encoder);
}

static struct encoder *open_encoder_for(const char *profile, bool payload)
{
	const struct encoder_config config = {.profile = profile,
		.observation_domain = 9,
		.message_octets_max = 1400,
		.payload = payload};
	GError *error = NULL;
	struct encoder *encoder = encoder_new(&config, take, NULL, &error);

	assert_non_null(encoder);
	memset(&sent, 0, sizeof(sent));
	encoder_templates(encoder);
	record_writer_init(&writer, export_batch, encoder);
	return encoder;
}

static struct encoder *open_encoder(const char *profile)
{
	return open_encoder_for(profile, true);
}

static struct flow_record *add_report(uint8_t kind)
{
	struct flow_record *r = record_writer_next(&writer);

	r->ip_version = 4;
	r->start_us = INT64_C(1700000000500000); /* half a second */
	r->end_us = r->start_us;
	r->packets = 1;
	r->octets = 0x5678;
	r->selection_sequence = 0x11223344;
	r->packet_digest = 0xdeadbeef;
	r->observation_point = 1;
	r->ingress_interface = 2;
	r->frame_octets = 0x5686;
	r->section_kind = kind;
	r->section = record_writer_octets(&writer, (const uint8_t *)SECTION, sizeof(SECTION) - 1);
	return r;
}

/* What the only set of the data message holds. */
static const uint8_t *set_of(uint16_t *ret_id, uint32_t *ret_octets)
{
	assert_int_equal(load_be16(sent.data + 2), sent.data_octets);
	*ret_id = load_be16(sent.data + 16);
	*ret_octets = load_be16(sent.data + 18) - 4U;
	assert_int_equal(*ret_octets + 20, sent.data_octets);
	return sent.data + 20;
}

static void a_report_is_written_as_its_template_says(void **state)
{
	static const uint8_t expected[] = {0x11, 0x22, 0x33, 0x44, /* sequence */
		0xde, 0xad, 0xbe, 0xef,                            /* digest */
		0xe8, 0xfe, 0x6f, 0x80, 0x80, 0, 0, 0,             /* 1700000000 + 2208988800 */
		0, 0, 0, 1, 0, 0, 0, 2,                            /* point, interface */
		0x56, 0x86, 0, 0, 0, 0, 0, 0, 0x56, 0x78,          /* frame, IP packet */
		12, 0x45, 0, 0xff, 0x80, ' ', 'n', 'o', ' ', 't', 'e', 'x', 't'};
	struct encoder *encoder = open_encoder("psamp");
	const uint8_t *data;
	uint32_t octets;
	uint16_t id;

	add_report(RECORD_SECTION_IP | RECORD_SECTION_DIGEST);
	record_writer_flush(&writer);
	data = set_of(&id, &octets);
	assert_int_equal(id, 257);
	assert_int_equal(octets, sizeof(expected));
	assert_memory_equal(data, expected, sizeof(expected));
	assert_int_equal(sent.records, 1);
	encoder_free(encoder);
}

/* The ids of the fields of the template @id. */
static unsigned fields_of(uint16_t id, uint16_t ret_ids[16])
{
	const uint8_t *p = sent.templates + 20;
	const uint8_t *end = sent.templates + sent.templates_octets;

	while (p < end) {
		unsigned count = load_be16(p + 2);

		assert_true(count <= 16);
		for (unsigned i = 0; i < count; i++) {
			ret_ids[i] = load_be16(p + 4 + 4 * (size_t)i);
		}
		if (load_be16(p) == id) {
			return count;
		}
		p += 4 + 4 * (size_t)count;
	}
	return 0;
}

static void each_kind_of_section_has_its_element_in_a_template_of_its_own(void **state)
{
	static const struct {
		uint8_t kind;
		uint16_t element;
	} kinds[] = {{RECORD_SECTION_HEADERS, 313}, {RECORD_SECTION_IP, 313},
		{RECORD_SECTION_PAYLOAD, 314}, {RECORD_SECTION_FRAME, 315}};
	struct encoder *encoder = open_encoder("psamp");

	for (unsigned i = 0; i < 8; i++) {
		bool digest = i % 2;
		uint16_t ids[16] = {0};
		uint32_t octets;
		uint16_t id;
		unsigned fields;

		add_report(kinds[i / 2].kind | (digest ? RECORD_SECTION_DIGEST : 0));
		record_writer_flush(&writer);
		(void)set_of(&id, &octets);
		fields = fields_of(id, ids);
		assert_int_equal(fields, digest ? 8 : 7);
		assert_int_equal(ids[0], 301);
		assert_int_equal(ids[1], digest ? 326 : 324);
		assert_int_equal(ids[fields - 1], kinds[i / 2].element);
	}
	encoder_free(encoder);
}

static void flows_are_not_for_the_profile_of_packets(void **state)
{
	struct encoder *encoder = open_encoder("psamp");
	struct encoder_counters counters;

	add_report(RECORD_SECTION_NONE);
	add_report(RECORD_SECTION_HEADERS);
	record_writer_flush(&writer);
	encoder_counters(encoder, &counters);
	assert_int_equal(sent.records, 1);
	assert_int_equal(counters.skipped, 1);
	assert_int_equal(counters.texts_invalid, 0);
	encoder_free(encoder);
}

static void reports_are_flows_of_one_packet_to_other_profiles(void **state)
{
	static const char *const profiles[] = {"basic", "biflow", "full"};

	for (unsigned i = 0; i < 3; i++) {
		struct encoder *encoder = open_encoder(profiles[i]);

		add_report(RECORD_SECTION_FRAME);
		record_writer_flush(&writer);
		assert_int_equal(sent.records, 1);
		for (uint32_t at = 0; at + sizeof(SECTION) - 1 <= sent.data_octets; at++) {
			assert_memory_not_equal(sent.data + at, SECTION, sizeof(SECTION) - 1);
		}
		encoder_free(encoder);
	}
}

static void without_leave_payload_does_not_go(void **state)
{
	struct encoder *encoder = open_encoder_for("psamp", false);
	struct encoder_counters counters;

	add_report(RECORD_SECTION_HEADERS | RECORD_SECTION_DIGEST);
	add_report(RECORD_SECTION_IP | RECORD_SECTION_DIGEST);
	add_report(RECORD_SECTION_PAYLOAD);
	add_report(RECORD_SECTION_FRAME);
	record_writer_flush(&writer);
	encoder_counters(encoder, &counters);
	assert_int_equal(sent.records, 1);
	assert_int_equal(counters.withheld, 3);
	encoder_free(encoder);
}

static void what_hides_addresses_hides_sections(void **state)
{
	static const struct {
		struct privacy_config config;
		bool kept;
	} cases[] = {
		{{.names = PRIVACY_DROP, .except = "9"}, true},
		{{.addresses = PRIVACY_ADDRESSES_HOME}, false},
		{{.macs = PRIVACY_HASH}, false},
		{{.far_names = PRIVACY_DROP}, false},
		{{.coarse_ports = true}, false},
		{{.times_s = 60}, false},
	};
	struct encoder *encoder = open_encoder("psamp");

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct privacy *privacy = privacy_new(&cases[i].config, NULL);
		const struct record_batch *left;

		assert_non_null(privacy);
		add_report(RECORD_SECTION_IP | RECORD_SECTION_DIGEST);
		record_writer_flush(&writer);
		left = privacy_records(privacy, &batch);
		assert_int_equal(left->count, 1);
		assert_int_equal(left->records[0].section.octets > 0, cases[i].kept);
		assert_int_equal(left->records[0].section_kind != 0, cases[i].kept);
		assert_int_equal(left->records[0].packet_digest != 0, cases[i].kept);
		assert_int_equal(privacy_hides_packets(privacy), !cases[i].kept);
		privacy_free(privacy);
	}
	encoder_free(encoder);
}

static void leave_is_given_by_what_cannot_be_read_or_by_the_user(void **state)
{
	static const struct {
		const char *uri;
		bool takes;
	} cases[] = {
		{"file:x", true},
		{"json:-", true},
		{"udp:[::1]", false},
		{"tcp:[::1]", false},
		{"tcp:[::1]?payload=0", false},
		{"udp:[::1]?payload=1", true},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct uri uri;

		assert_true(uri_parse(cases[i].uri, &uri, NULL));
		assert_int_equal(uri_takes_payload(&uri), cases[i].takes);
		uri_clear(&uri);
	}
}

static void a_section_beyond_its_batch_is_left_out(void **state)
{
	struct encoder *encoder = open_encoder("psamp");
	struct encoder_counters counters;
	const uint8_t *data;
	uint32_t octets;
	uint16_t id;

	add_report(RECORD_SECTION_IP)->section.offset = 100;
	record_writer_flush(&writer);
	encoder_counters(encoder, &counters);
	assert_int_equal(counters.texts_invalid, 1);
	data = set_of(&id, &octets);
	assert_int_equal(octets, 31);
	assert_int_equal(data[30], 0);
	encoder_free(encoder);
}

static void json_has_the_section_in_hexadecimal(void **state)
{
	struct encoder *encoder = open_encoder("psamp");
	const struct stream_cache cache = {.type = 3};
	GString *line = g_string_new(NULL);

	add_report(RECORD_SECTION_PAYLOAD | RECORD_SECTION_DIGEST);
	json_record(&writer.records[0], writer.text, &cache, line);
	assert_non_null(
		strstr(line->str, "\"selectionSequenceId\":287454020,"
				  "\"observationTimeMicroseconds\":1700000000500000,"
				  "\"digestHashValue\":3735928559,"
				  "\"dataLinkFrameSize\":22150,"
				  "\"ipPayloadPacketSection\":\"4500ff80206e6f2074657874\""));
	g_string_truncate(line, 0);
	writer.records[0].section_kind = 0;
	json_record(&writer.records[0], writer.text, &cache, line);
	assert_null(strstr(line->str, "Section"));
	assert_non_null(strstr(line->str, "\"selectionSequenceId\":287454020"));
	g_string_free(line, TRUE);
	encoder_free(encoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_written_as_its_template_says),
		cmocka_unit_test(each_kind_of_section_has_its_element_in_a_template_of_its_own),
		cmocka_unit_test(flows_are_not_for_the_profile_of_packets),
		cmocka_unit_test(reports_are_flows_of_one_packet_to_other_profiles),
		cmocka_unit_test(without_leave_payload_does_not_go),
		cmocka_unit_test(what_hides_addresses_hides_sections),
		cmocka_unit_test(leave_is_given_by_what_cannot_be_read_or_by_the_user),
		cmocka_unit_test(a_section_beyond_its_batch_is_left_out),
		cmocka_unit_test(json_has_the_section_in_hexadecimal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
