#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "exporter/dump_value.h"
#include "exporter/encoder.h"
#include "exporter/reader.h"
#include "exporter/report.h"

#define DOMAIN 7

struct bench {
	struct report_facts *facts;
	struct report_input input;
	struct encoder *encoder;
	struct reader *reader;
	GPtrArray *records; /* of selections, as JSON */
	unsigned template_sets;
	bool kept; /* every message counts as one of templates */
};

static void take_record(void *context, const struct reader_record *record)
{
	struct bench *b = context;
	GString *line;

	if (record->template->scope_count == 0) {
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

	b->template_sets += message->octets[17] == 3;
	b->kept = b->kept && message->templates;
	if (!reader_message(b->reader, message->octets, message->size, &error)) {
		fail_msg("%s", error->message);
	}
}

static int bench_make(void **state)
{
	struct encoder_config config = {.profile = "basic",
		.observation_domain = DOMAIN,
		.message_octets_max = 1400,
		.reports = REPORT_MADE};
	struct bench *b = g_new0(struct bench, 1);

	b->facts = report_facts_new();
	b->input.facts = b->facts;
	b->reader = reader_new(take_record, b);
	b->records = g_ptr_array_new_with_free_func(g_free);
	b->encoder = encoder_new(&config, take_message, b, NULL);
	assert_non_null(b->encoder);
	encoder_templates(b->encoder);
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
	b->template_sets = 0;
	b->kept = true;
	if (!encoder_reports(b->encoder, kinds, &b->input, &error)) {
		fail_msg("%s", error->message);
	}
}

static struct stream_selection selection_of(uint64_t sequence, unsigned count)
{
	struct stream_selection selection;

	memset(&selection, 0, sizeof(selection));
	selection.sequence = sequence;
	selection.observation_point = 1;
	selection.count = (uint8_t)count;
	for (unsigned i = 0; i < count; i++) {
		selection.selectors[i].algorithm = SELECTION_COUNT;
		selection.selectors[i].interval = 1 + i;
		selection.selectors[i].space = 9;
		selection.counters[i].packets_observed = 1000 >> i;
		selection.counters[i].packets_selected = 500 >> i;
	}
	return selection;
}

static void tell(struct bench *b, const struct stream_selection *selection)
{
	report_facts_selection(b->facts, selection);
}

static void expect(const struct bench *b, unsigned index, const char *text)
{
	assert_true(index < b->records->len);
	assert_string_equal(g_ptr_array_index(b->records, index), text);
}

static void a_sequence_names_its_selectors_in_order_and_each_tells_what_it_does(void **state)
{
	struct bench *b = *state;
	struct stream_selection selection = selection_of(2, 2);

	tell(b, &selection);
	report(b, REPORT_BIT(REPORT_SELECTIONS));
	assert_int_equal(b->records->len, 3);
	expect(b, 0,
		"{\"selectionSequenceId\":2,\"observationPointId\":1,\"selectorId\":9,"
		"\"selectorId#2\":10}");
	expect(b, 1,
		"{\"selectorId\":9,\"selectorAlgorithm\":1,\"samplingPacketInterval\":1,"
		"\"samplingPacketSpace\":9}");
	expect(b, 2,
		"{\"selectorId\":10,\"selectorAlgorithm\":1,\"samplingPacketInterval\":2,"
		"\"samplingPacketSpace\":9}");
}

static void statistics_have_what_the_first_saw_and_what_each_selected(void **state)
{
	struct bench *b = *state;
	struct stream_selection selection = selection_of(1, 3);

	tell(b, &selection);
	report(b, REPORT_BIT(REPORT_SELECTED));
	assert_int_equal(b->records->len, 1);
	expect(b, 0,
		"{\"selectionSequenceId\":1,\"selectorIdTotalPktsObserved\":1000,"
		"\"selectorIdTotalPktsSelected\":500,\"selectorIdTotalPktsSelected#2\":250,"
		"\"selectorIdTotalPktsSelected#3\":125}");
}

static void templates_go_once_and_again_in_a_new_session(void **state)
{
	struct bench *b = *state;
	struct stream_selection selection = selection_of(1, 1);
	struct stream_selection other = selection_of(2, 1);

	tell(b, &selection);
	report(b, REPORT_MADE);
	assert_int_equal(b->records->len, 3);
	assert_int_equal(b->template_sets, 1);
	assert_true(b->kept);
	report(b, REPORT_MADE);
	assert_int_equal(b->records->len, 3);
	assert_int_equal(b->template_sets, 0);
	assert_true(b->kept);
	other.cache = 1;
	tell(b, &other);
	report(b, REPORT_MADE);
	assert_int_equal(b->records->len, 6);
	assert_int_equal(b->template_sets, 1);
	reader_free(b->reader);
	b->reader = reader_new(take_record, b);
	encoder_templates(b->encoder);
	report(b, REPORT_MADE);
	assert_int_equal(b->records->len, 6);
	assert_int_equal(b->template_sets, 1);
}

static void only_another_sequence_is_a_change(void **state)
{
	struct bench *b = *state;
	struct stream_selection selection = selection_of(1, 1);

	tell(b, &selection);
	assert_int_equal(b->facts->revision, 1);
	selection.counters[0].packets_selected++;
	tell(b, &selection);
	assert_int_equal(b->facts->revision, 1);
	b->input.since = 1;
	report(b, REPORT_MADE);
	assert_int_equal(b->records->len, 1); /* statistics */
	assert_non_null(strstr(g_ptr_array_index(b->records, 0), "Selected\":501"));
	selection.sequence = 5;
	tell(b, &selection);
	assert_int_equal(b->facts->revision, 2);
	selection.count = 0; /* every packet from now on */
	tell(b, &selection);
	b->input.since = 0;
	report(b, REPORT_MADE);
	assert_int_equal(b->records->len, 0);
	selection.cache = RECORD_CACHES_MAX;
	tell(b, &selection);
	assert_int_equal(b->facts->forgotten, 1);
}

static void expect_selector(
	struct bench *b, const struct selection_spec_selector *selector, const char *text)
{
	struct stream_selection selection = selection_of(b->facts->revision + 1, 1);
	g_autofree char *whole = g_strdup_printf("{\"selectorId\":%u,\"selectorAlgorithm\":%s}",
		selection_selector_id(selection.sequence, 0), text);

	selection.selectors[0] = *selector;
	tell(b, &selection);
	report(b, REPORT_BIT(REPORT_SELECTIONS));
	assert_int_equal(b->records->len, 2);
	expect(b, 1, whole);
}

static void samplers_tell_their_parameters(void **state)
{
	struct bench *b = *state;
	struct selection_spec_selector all = {.algorithm = SELECTION_ALL};
	struct selection_spec_selector time = {
		.algorithm = SELECTION_TIME, .interval = 100, .space = 900};
	struct selection_spec_selector random = {
		.algorithm = SELECTION_RANDOM, .size = 3, .population = 70};
	struct selection_spec_selector probability = {
		.algorithm = SELECTION_PROBABILITY, .probability = 0.125};

	expect_selector(b, &all, "1,\"samplingPacketInterval\":1,\"samplingPacketSpace\":0");
	expect_selector(b, &time, "2,\"samplingTimeInterval\":100,\"samplingTimeSpace\":900");
	expect_selector(b, &random, "3,\"samplingSize\":3,\"samplingPopulation\":70");
	expect_selector(b, &probability, "4,\"samplingProbability\":0.125");
}

static void property_matches_tell_values_prefixes_and_ranges(void **state)
{
	struct bench *b = *state;
	struct selection_spec_selector s = {.algorithm = SELECTION_MATCH,
		.match_count = 5,
		.matches = {{.field = SELECTION_SRC_ADDRESS,
				    .ip_version = 4,
				    .prefix_bits = 24,
				    .octets = {192, 0, 2}},
			{.field = SELECTION_DST_ADDRESS,
				.ip_version = 4,
				.prefix_bits = 32,
				.octets = {192, 0, 2, 9}},
			{.field = SELECTION_PROTOCOL, .low = 6, .high = 6},
			{.field = SELECTION_DST_PORT, .low = 1, .high = 1023},
			{.field = SELECTION_SRC_MAC, .octets = {2, 0, 0, 0, 0, 7}}}};
	struct selection_spec_selector six = {.algorithm = SELECTION_MATCH,
		.match_count = 2,
		.matches = {{.field = SELECTION_SRC_ADDRESS,
				    .ip_version = 6,
				    .prefix_bits = 128,
				    .octets = {0xfe, 0x80, [15] = 1}},
			{.field = SELECTION_DST_ADDRESS,
				.ip_version = 6,
				.prefix_bits = 10,
				.octets = {0xfe, 0x80}}}};

	expect_selector(b, &s,
		"5,\"sourceIPv4Prefix\":\"192.0.2.0\",\"sourceIPv4PrefixLength\":24,"
		"\"destinationIPv4Address\":\"192.0.2.9\",\"protocolIdentifier\":6,"
		"\"destinationTransportPort\":1,\"selectorMatchUpperBound\":1023,"
		"\"sourceMacAddress\":\"02:00:00:00:00:07\"");
	expect_selector(b, &six,
		"5,\"sourceIPv6Address\":\"fe80::1\",\"destinationIPv6Prefix\":\"fe80::\","
		"\"destinationIPv6PrefixLength\":10");
}

static void hashes_tell_what_is_hashed_and_which_values_are_selected(void **state)
{
	struct bench *b = *state;
	struct selection_spec_selector bob = {.algorithm = SELECTION_BOB,
		.digest = true,
		.payload_offset = 4,
		.payload_size = 8,
		.initialiser = 77,
		.range_count = 2,
		.ranges = {{1, 2}, {10, 20}}};
	struct selection_spec_selector ipsx = {.algorithm = SELECTION_IPSX,
		.payload_size = 8,
		.range_count = 1,
		.ranges = {{0, 99}}};

	expect_selector(b, &bob,
		"6,\"hashIPPayloadOffset\":4,\"hashIPPayloadSize\":8,\"hashOutputRangeMin\":0,"
		"\"hashOutputRangeMax\":4294967295,\"hashSelectedRangeMin\":1,"
		"\"hashSelectedRangeMax\":2,\"hashSelectedRangeMin#2\":10,"
		"\"hashSelectedRangeMax#2\":20,\"hashDigestOutput\":true,"
		"\"hashInitialiserValue\":77");
	expect_selector(b, &ipsx,
		"7,\"hashIPPayloadOffset\":0,\"hashIPPayloadSize\":8,\"hashOutputRangeMin\":0,"
		"\"hashOutputRangeMax\":65535,\"hashSelectedRangeMin\":0,"
		"\"hashSelectedRangeMax\":99,\"hashDigestOutput\":false");
}

static void lines_of_json_say_the_same(void **state)
{
	struct bench *b = *state;
	struct stream_selection selection = selection_of(1, 1);
	g_autoptr(GString) text = g_string_new(NULL);

	selection.selectors[0].algorithm = SELECTION_PROBABILITY;
	selection.selectors[0].probability = 0.25;
	tell(b, &selection);
	assert_int_equal(report_lines(REPORT_MADE, &b->input, text), 3);
	assert_non_null(strstr(text->str,
		"{\"report\":\"selections\",\"selectorId\":1,\"selectorAlgorithm\":4,"
		"\"samplingProbability\":0.25}\n"));
	assert_non_null(strstr(text->str, "{\"report\":\"selected\",\"selectionSequenceId\":1,"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sequence_names_its_selectors_in_order_and_each_tells_what_it_does),
		TEST(statistics_have_what_the_first_saw_and_what_each_selected),
		TEST(templates_go_once_and_again_in_a_new_session),
		TEST(only_another_sequence_is_a_change),
		TEST(samplers_tell_their_parameters),
		TEST(property_matches_tell_values_prefixes_and_ranges),
		TEST(hashes_tell_what_is_hashed_and_which_values_are_selected),
		TEST(lines_of_json_say_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
