#include "tests/unit/unit.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "tests/unit/export_sums.h"

#define SECOND INT64_C(1000000)
#define START  (PEER_WALL_S * SECOND)

/* A file of its own for each test. */
struct place {
	char *folder;
	char *path;
	char *other;
};

static int place_make(void **state)
{
	struct place *place = g_new0(struct place, 1);

	peer_clock_reset();
	place->folder = g_dir_make_tmp("weir-test-XXXXXX", NULL);
	place->path = g_build_filename(place->folder, "out", NULL);
	place->other = g_build_filename(place->folder, "other", NULL);
	*state = place;
	return 0;
}

static int place_remove(void **state)
{
	struct place *place = *state;

	(void)g_unlink(place->path);
	(void)g_unlink(place->other);
	(void)g_rmdir(place->folder);
	g_free(place->path);
	g_free(place->other);
	g_free(place->folder);
	g_free(place);
	return 0;
}

/* Ten minutes of packets, told as a metering process tells them. */
static void write_file(const char *path, const char *options)
{
	g_autofree char *uri = g_strconcat("file:", path, options, NULL);
	struct exporter *exporter = told_exporter(true);

	told_add(exporter, uri);
	for (int64_t second = 0; second <= 600; second += 10) {
		struct stream_counters counters = {.flows = (uint64_t)second};

		exporter_clock(exporter, START + second * SECOND);
		exporter_metering(exporter, &counters);
		told_interface(exporter);
		told_device(exporter, 1, second < 300 ? "before" : "after");
		told_flows(exporter, 5, START + second * SECOND);
		peer_clock_advance(1 + g_random_int_range(0, 3));
		peer_idle();
	}
	assert_true(exporter_close(exporter, 1000, NULL));
	exporter_free(exporter);
}

static void reports_in_a_file_come_by_the_time_of_the_packets_and_at_the_end(void **state)
{
	struct place *place = *state;
	struct sums s;

	sums_init(&s);
	write_file(place->path, "?profile=full&reports=metering:60,exporting:120,keys,interfaces,"
				"devices:200");
	sums_file(&s, place->path);
	assert_int_equal(s.flows, 61 * 5);
	assert_int_equal(s.metering, 10 + 1);
	assert_int_equal(s.exporting, 5 + 1);
	assert_int_equal(s.first_export_s, PEER_WALL_S + 120);
	assert_int_equal(s.keys, 12);
	assert_int_equal(s.interfaces, 3);      /* every 600 s and at the end */
	assert_int_equal(s.devices, 4 + 1 + 1); /* every 200 s, when it changed, at the end */
	assert_string_equal(s.device, "after");
	assert_true(s.types > 13);
	assert_int_equal(s.exported_flows, s.flows);
	assert_int_equal(s.not_sent_flows, 0);
	sums_clear(&s);
}

static void a_file_with_reports_is_the_same_every_time(void **state)
{
	struct place *place = *state;
	g_autofree char *one = NULL;
	g_autofree char *two = NULL;
	gsize one_size;
	gsize two_size;

	write_file(place->path, "?profile=full&reports=all");
	peer_clock_advance(1000);
	write_file(place->other, "?profile=full&reports=all");
	assert_true(g_file_get_contents(place->path, &one, &one_size, NULL));
	assert_true(g_file_get_contents(place->other, &two, &two_size, NULL));
	assert_int_equal(one_size, two_size);
	assert_memory_equal(one, two, one_size);
}

static void a_file_without_flows_has_the_last_reports(void **state)
{
	struct place *place = *state;
	g_autofree char *uri = g_strconcat("file:", place->path, "?reports=all", NULL);
	struct exporter *exporter = told_exporter(true);
	struct sums s;

	sums_init(&s);
	told_add(exporter, uri);
	told_device(exporter, 1, "silent");
	assert_true(exporter_close(exporter, 1000, NULL));
	exporter_free(exporter);
	sums_file(&s, place->path);
	assert_int_equal(s.metering, 1);
	assert_int_equal(s.exporting, 1);
	assert_string_equal(s.device, "silent");
	sums_clear(&s);
}

static void json_has_reports_only_when_asked(void **state)
{
	struct place *place = *state;
	g_autofree char *plain = g_strconcat("json:", place->path, NULL);
	g_autofree char *told = g_strconcat("json:", place->other, "?reports=all", NULL);
	struct exporter *exporter = told_exporter(true);
	g_autofree char *lines = NULL;
	g_autofree char *more = NULL;
	struct export_counters counters;

	told_add(exporter, plain);
	told_add(exporter, told);
	told_device(exporter, 1, "kitchen");
	told_flows(exporter, 2, START);
	assert_true(exporter_close(exporter, 1000, NULL));
	exporter_counters(exporter, 1, &counters);
	exporter_free(exporter);
	assert_true(g_file_get_contents(place->path, &lines, NULL, NULL));
	assert_null(strstr(lines, "\"report\""));
	assert_true(g_file_get_contents(place->other, &more, NULL, NULL));
	assert_non_null(strstr(more, "{\"report\":\"devices\",\"deviceId\":1,"));
	assert_non_null(strstr(more, "{\"report\":\"metering\","));
	assert_true(g_str_has_suffix(more, "}\n"));
	assert_int_equal(counters.sent_flow_records, 2);
	assert_true(counters.sent_records > 2 + 3);
}

static void wrong_reports_are_refused_with_the_name_of_the_destination(void **state)
{
	struct exporter *exporter = told_exporter(true);
	g_autoptr(GError) error = NULL;

	assert_false(exporter_add(exporter, "file:/dev/null?reports=weather", &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_non_null(strstr(error->message, "destination 'file:/dev/null?reports=weather'"));
	assert_non_null(strstr(error->message, "'weather': it is no report"));
	exporter_free(exporter);
}

static void the_default_of_the_exporter_goes_for_destinations_that_say_nothing(void **state)
{
	struct place *place = *state;
	g_autofree char *uri = g_strconcat("file:", place->path, NULL);
	struct export_config config = {.observation_domain = 1,
		.default_reports = "none",
		.lossless = true,
		.file_clock = true,
		.clock = &peer_clock};
	struct exporter *exporter = exporter_new(&config, NULL);
	struct sums s;

	sums_init(&s);
	told_add(exporter, uri);
	told_flows(exporter, 1, START);
	assert_true(exporter_close(exporter, 1000, NULL));
	exporter_free(exporter);
	sums_file(&s, place->path);
	assert_int_equal(s.flows, 1);
	assert_int_equal(s.metering + s.exporting + s.keys, 0);
	sums_clear(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reports_in_a_file_come_by_the_time_of_the_packets_and_at_the_end),
		TEST(a_file_with_reports_is_the_same_every_time),
		TEST(a_file_without_flows_has_the_last_reports),
		TEST(json_has_reports_only_when_asked),
		TEST(wrong_reports_are_refused_with_the_name_of_the_destination),
		TEST(the_default_of_the_exporter_goes_for_destinations_that_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
