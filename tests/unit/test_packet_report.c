#include "probe/packet_report.h"

#include <string.h>

#include "base/section.h"
#include "base/wire.h"
#include "probe/meter.h"
#include "probe/selection_text.h"
#include "probe/selector_hash.h"
#include "tests/unit/meter_fixture.h"
#include "tests/unit/unit.h"

/* A meter with one immediate cache, and the last record that came out of it. */
static struct fixture f;
static struct flow_record last;
static uint8_t section[RECORD_TEXT_MAX];
static unsigned count;

static void keep(void *context, const struct record_batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		last = batch->records[i];
		assert_true(last.section.offset + last.section.octets <= batch->text_octets);
		if (last.section.octets > 0) {
			memcpy(section, batch->text + last.section.offset, last.section.octets);
		}
		count++;
	}
}

static void open_meter(enum record_section kind, uint32_t octets, const char *chain)
{
	GError *error = NULL;

	fixture_init(&f);
	count = 0;
	f.config.caches[0].type = METER_CACHE_IMMEDIATE;
	f.config.caches[0].section = kind;
	f.config.caches[0].section_octets = octets;
	f.config.observation_point = 3;
	if (chain != NULL) {
		assert_true(selection_text_parse(chain, &f.config.caches[0].selection, &error));
	}
	f.meter = meter_new(&f.config, NULL, keep, NULL, &error);
	assert_non_null(f.meter);
}

static int close_meter(void **state)
{
	fixture_close(&f);
	return 0;
}

/* The report of @talk in an Ethernet frame; the frame is in @ret_frame. */
static void report(const struct talk *talk, struct octets *ret_frame)
{
	unsigned before = count;

	fixture_talk(&f, 5, talk);
	meter_advance(f.meter, TALK_START_US);
	assert_int_equal(count, before + 1);
	ret_frame->n = 0;
	octets_ethernet(ret_frame, talk->from, talk->version == 6 ? 0x86dd : 0x0800);
	octets_talk(ret_frame, talk);
}

static void assert_section(
	enum record_section kind, const struct octets *frame, uint32_t from, uint32_t octets)
{
	assert_int_equal(last.section_kind, kind);
	assert_int_equal(last.section.octets, octets);
	assert_memory_equal(section, frame->at + from, octets);
}

static void a_report_has_the_values_of_its_packet(void **state)
{
	struct octets frame;

	open_meter(RECORD_SECTION_HEADERS, 64, NULL);
	report(&TALK(.protocol = 6, .flags = 0x12, .from = 1, .sequence = 77, .payload = 30),
		&frame);
	assert_int_equal(last.start_us, TALK_START_US + 5000);
	assert_int_equal(last.end_us, last.start_us);
	assert_int_equal(last.packets, 1);
	assert_int_equal(last.octets, 70);
	assert_int_equal(last.src_port, 2000);
	assert_int_equal(last.dst_port, 1000);
	assert_int_equal(last.tcp_flags, 0x12);
	assert_int_equal(last.tcp_isn, 77);
	assert_int_equal(last.frame_octets, 84);
	assert_int_equal(last.observation_point, 3);
	assert_int_equal(last.ingress_interface, 1);
	assert_int_equal(last.selection_sequence, 1);
	assert_int_equal(last.packet_digest, 0);
	assert_int_equal(last.has_reverse, 0);
	report(&TALK(.from = 0), &frame);
	assert_int_equal(fixture_counters(&f).records, 2);
	assert_int_equal(fixture_counters(&f).flows_active, 0);
}

static void headers_end_where_payload_begins(void **state)
{
	struct octets frame;

	open_meter(RECORD_SECTION_HEADERS, 255, NULL);
	report(&TALK(.from = 0), &frame);
	assert_section(RECORD_SECTION_HEADERS, &frame, 14, 28);
	report(&TALK(.protocol = 6), &frame);
	assert_section(RECORD_SECTION_HEADERS, &frame, 14, 40);
	report(&TALK(.version = 6, .protocol = 6), &frame);
	assert_section(RECORD_SECTION_HEADERS, &frame, 14, 60);
	/* What is not known to be a header is taken for payload. */
	report(&TALK(.protocol = 50, .payload = 40), &frame);
	assert_section(RECORD_SECTION_HEADERS, &frame, 14, 20);
	report(&TALK(.protocol = 1, .port = {8, 0}), &frame);
	assert_section(RECORD_SECTION_HEADERS, &frame, 14, 20);
	report(&TALK(.fragment = 5, .payload = 40), &frame);
	assert_section(RECORD_SECTION_HEADERS, &frame, 14, 20);
	report(&TALK(.version = 6, .protocol = 47), &frame);
	assert_section(RECORD_SECTION_HEADERS, &frame, 14, 40);
}

static void sections_begin_at_their_layer_and_are_cut(void **state)
{
	struct octets frame;

	open_meter(RECORD_SECTION_IP, 35, NULL);
	report(&TALK(.payload = 100), &frame);
	assert_section(RECORD_SECTION_IP, &frame, 14, 35);
	fixture_close(&f);
	open_meter(RECORD_SECTION_PAYLOAD, 255, NULL);
	report(&TALK(.payload = 3), &frame);
	assert_section(RECORD_SECTION_PAYLOAD, &frame, 34, 11);
	report(&TALK(.version = 6, .payload = 300), &frame);
	assert_section(RECORD_SECTION_PAYLOAD, &frame, 54, 255);
	fixture_close(&f);
	open_meter(RECORD_SECTION_FRAME, 20, NULL);
	report(&TALK(.payload = 3), &frame);
	assert_section(RECORD_SECTION_FRAME, &frame, 0, 20);
}

static void padding_is_no_part_of_a_packet_and_a_cut_one_is_short(void **state)
{
	struct octets o = {.n = 0};

	open_meter(RECORD_SECTION_IP, 255, NULL);
	octets_talk(&o, &TALK(.payload = 2));
	octets_fill(&o, 0xee, 16);
	fixture_frame(&f, 101, &o);
	meter_advance(f.meter, TALK_START_US);
	assert_int_equal(last.section.octets, 30);
	assert_int_equal(last.frame_octets, 46);
	o.n = 0;
	octets_talk(&o, &TALK(.payload = 2));
	o.n = 23; /* cut in the UDP header */
	fixture_frame(&f, 101, &o);
	meter_advance(f.meter, TALK_START_US);
	assert_int_equal(last.section.octets, 23);
	assert_int_equal(last.octets, 30);
}

static void a_digest_is_the_value_of_its_hash(void **state)
{
	struct octets frame;
	uint8_t input[SELECTOR_HASH_INPUT_MAX];
	size_t n;

	open_meter(RECORD_SECTION_HEADERS, 64, "count:1/1+hash:bob:init=7:digest=yes");
	report(&TALK(.from = 0), &frame);
	n = selector_hash_input(frame.at + 14, frame.n - 14, 0, 8, input);
	assert_int_equal(last.section_kind, RECORD_SECTION_HEADERS | RECORD_SECTION_DIGEST);
	assert_int_equal(last.packet_digest, selector_hash_bob(input, n, 7));
	fixture_talk(&f, 6, &TALK(.from = 0)); /* not selected */
	meter_advance(f.meter, TALK_START_US);
	assert_int_equal(count, 1);
}

static void without_a_section_a_record_is_a_flow_of_one_packet(void **state)
{
	struct octets frame;

	open_meter(RECORD_SECTION_NONE, 0, NULL);
	report(&TALK(.version = 6), &frame);
	assert_int_equal(last.section_kind, 0);
	assert_int_equal(last.section.octets, 0);
	assert_int_equal(last.packets, 1);
	assert_int_equal(last.end_reason, RECORD_END_ACTIVE);
}

static void an_immediate_cache_stands_beside_one_of_flows(void **state)
{
	GError *error = NULL;

	open_meter(RECORD_SECTION_HEADERS, 64, "nofn:1/10");
	fixture_close(&f);
	f.config.caches[1] = f.config.caches[0];
	memset(&f.config.caches[0], 0, sizeof(f.config.caches[0]));
	f.config.caches[0].flows_max = 10;
	f.config.cache_count = 2;
	f.meter = meter_new(&f.config, NULL, keep, NULL, &error);
	assert_non_null(f.meter);
	for (unsigned i = 0; i < 100; i++) {
		fixture_talk(&f, i, &TALK(.from = 0));
	}
	meter_advance(f.meter, TALK_START_US + 100000);
	assert_int_equal(count, 10);
	assert_int_equal(last.cache_id, 1);
	assert_int_equal(last.selection_sequence, 2);
	fixture_finish(&f);
	assert_int_equal(count, 11);
	assert_int_equal(last.cache_id, 0);
	assert_int_equal(last.packets, 100);
	assert_int_equal(last.selection_sequence, 0);
}

static void wrong_sections_are_refused(void **state)
{
	GError *error = NULL;

	fixture_init(&f);
	f.config.caches[0].section = RECORD_SECTION_IP;
	f.config.caches[0].section_octets = 10;
	assert_null(meter_new(&f.config, NULL, keep, NULL, &error));
	assert_non_null(strstr(error->message, "immediate caches only"));
	g_clear_error(&error);
	f.config.caches[0].type = METER_CACHE_IMMEDIATE;
	f.config.caches[0].section_octets = 256;
	assert_null(meter_new(&f.config, NULL, keep, NULL, &error));
	assert_non_null(strstr(error->message, "256 octets"));
	g_clear_error(&error);
}

#define TEST(name) cmocka_unit_test_teardown(name, close_meter)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_has_the_values_of_its_packet),
		TEST(headers_end_where_payload_begins),
		TEST(sections_begin_at_their_layer_and_are_cut),
		TEST(padding_is_no_part_of_a_packet_and_a_cut_one_is_short),
		TEST(a_digest_is_the_value_of_its_hash),
		TEST(without_a_section_a_record_is_a_flow_of_one_packet),
		TEST(an_immediate_cache_stands_beside_one_of_flows),
		TEST(wrong_sections_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
