#include "tests/unit/unit.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/unit/export_peer.h"

#define SECOND INT64_C(1000000)

struct place {
	char *folder;
	char *path;
};

static int place_make(void **state)
{
	struct place *place = g_new0(struct place, 1);

	peer_clock_reset();
	place->folder = g_dir_make_tmp("weir-test-XXXXXX", NULL);
	place->path = g_build_filename(place->folder, "out", NULL);
	*state = place;
	return 0;
}

static int place_remove(void **state)
{
	struct place *place = *state;

	(void)g_unlink(place->path);
	(void)g_rmdir(place->folder);
	g_free(place->path);
	g_free(place->folder);
	g_free(place);
	return 0;
}

static struct exporter *exporter_of(bool from_file)
{
	struct export_config config = {.observation_domain = 1,
		.lossless = from_file,
		.file_clock = from_file,
		.clock = &peer_clock};

	return exporter_new(&config, NULL);
}

static void add(
	struct exporter *exporter, const char *scheme, const char *path, const char *options)
{
	g_autofree char *uri = g_strconcat(scheme, path, options, NULL);
	g_autoptr(GError) error = NULL;

	if (!exporter_add(exporter, uri, &error)) {
		fail_msg("%s", error->message);
	}
}

static void collect(const struct place *place, struct collector *collector)
{
	g_autofree char *content = NULL;
	gsize size;
	GByteArray *stream;

	assert_true(g_file_get_contents(place->path, &content, &size, NULL));
	stream = g_byte_array_new();
	g_byte_array_append(stream, (const guint8 *)content, (guint)size);
	collector_init(collector);
	collector_stream(collector, stream);
	assert_int_equal(stream->len, 0);
	assert_int_equal(collector->malformed, 0);
	assert_int_equal(collector->undecodable, 0);
	assert_false(collector->time_back);
	g_byte_array_unref(stream);
}

static void file_holds_templates_and_then_every_record(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	struct collector collector;
	struct export_counters counters;

	add(exporter, "file:", place->path, "?message-octets=1000");
	peer_records(exporter, 1, 10000, 5 * SECOND);
	assert_true(exporter_close(exporter, 1000, NULL));
	collect(place, &collector);
	assert_true(collector_has(&collector, 1, 10000));
	assert_int_equal(collector.template_messages, 1);
	assert_int_equal(collector.sequence_missing, 0);
	assert_in_range(collector.size_max, 980, 1000);
	counters = peer_counters(exporter);
	assert_int_equal(counters.records, 10000);
	assert_int_equal(counters.sent_records, 10001);
	assert_int_equal(counters.sent_flow_records, 10000);
	assert_int_equal(counters.not_sent_first_us, 0);
	assert_int_equal(counters.sent_messages, collector.messages);
	assert_int_equal(counters.not_sent_records, 0);
	assert_int_equal(counters.queued_octets, 0);
	assert_int_equal(exporter_destinations(exporter), 1);
	assert_true(g_str_has_prefix(exporter_destination_name(exporter, 0), "file:"));
	exporter_free(exporter);
	collector_clear(&collector);
}

static void export_time_of_a_file_follows_its_records(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	struct collector collector;

	add(exporter, "file:", place->path, "?message-octets=600");
	exporter_clock(exporter, 1000 * SECOND + 1);
	peer_records(exporter, 1, 64, 999 * SECOND);
	assert_true(exporter_close(exporter, 1000, NULL));
	collect(place, &collector);
	assert_int_equal(collector.time_s, 1001);
	collector_clear(&collector);
	exporter_free(exporter);
}

static void no_flow_of_a_file_ends_after_its_export_time_and_time_never_goes_back(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	struct collector collector;

	/* A clock that jumps to the year 2100 and back. */
	add(exporter, "file:", place->path, "?message-octets=600");
	exporter_clock(exporter, 1000 * SECOND);
	peer_records(exporter, 1, 64, 1000 * SECOND + 1);
	peer_records(exporter, 65, 1, 4102444800 * SECOND);
	exporter_clock(exporter, 1002 * SECOND);
	peer_records(exporter, 66, 64, 1002 * SECOND);
	assert_true(exporter_close(exporter, 1000, NULL));
	collect(place, &collector);
	assert_int_equal(collector.time_s, 4102444800);
	assert_true(collector_has(&collector, 1, 129));
	collector_clear(&collector);
	exporter_free(exporter);
}

static void file_without_records_has_templates(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	struct collector collector;

	add(exporter, "file:", place->path, "");
	assert_true(exporter_close(exporter, 1000, NULL));
	collect(place, &collector);
	assert_int_equal(collector.messages, 1);
	assert_true(collector.templates);
	assert_int_equal(collector.time_s, PEER_WALL_S);
	collector_clear(&collector);
	exporter_free(exporter);
}

static void live_file_is_written_within_the_flush_time(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(false);
	struct collector collector;

	add(exporter, "file:", place->path, "?flush=3&domain=9");
	peer_records(exporter, 1, 3, peer_wall_us);
	peer_clock_advance(2);
	g_main_context_iteration(NULL, FALSE);
	collect(place, &collector);
	assert_int_equal(collector.ids->len, 0);
	collector_clear(&collector);
	peer_clock_advance(1);
	g_main_context_iteration(NULL, FALSE);
	collect(place, &collector);
	assert_true(collector_has(&collector, 1, 3));
	assert_int_equal(collector.time_s, PEER_WALL_S + 3);
	collector_clear(&collector);
	assert_true(exporter_close(exporter, 1000, NULL));
	exporter_free(exporter);
}

static void live_clock_that_was_set_back_is_followed_behind_new_templates(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(false);
	g_autofree char *content = NULL;
	struct collector collector;
	GByteArray *stream;
	gsize size;

	add(exporter, "file:", place->path, "");
	peer_records(exporter, 1, 3, peer_wall_us);
	peer_wall_us -= 1000 * SECOND;
	peer_records(exporter, 4, 3, peer_wall_us);
	assert_true(exporter_close(exporter, 1000, NULL));
	assert_true(g_file_get_contents(place->path, &content, &size, NULL));
	stream = g_byte_array_new();
	g_byte_array_append(stream, (const guint8 *)content, (guint)size);
	collector_init(&collector);
	collector_stream(&collector, stream);
	assert_int_equal(collector.template_messages, 2);
	assert_int_equal(collector.time_s, PEER_WALL_S - 1000);
	assert_int_equal(collector.sequence_missing, 0);
	assert_true(collector_has(&collector, 1, 6));
	collector_clear(&collector);
	g_byte_array_unref(stream);
	exporter_free(exporter);
}

static void several_destinations_get_the_same_records(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	g_autofree char *other = g_strconcat(place->path, ".json", NULL);
	g_autofree char *text = NULL;
	struct collector collector;

	add(exporter, "file:", place->path, "?profile=basic");
	assert_false(exporter_wants_names(exporter));
	add(exporter, "json:", other, "");
	assert_true(exporter_wants_names(exporter));
	peer_records(exporter, 1, 3, 0);
	assert_true(exporter_close(exporter, 1000, NULL));
	collect(place, &collector);
	assert_true(collector_has(&collector, 1, 3));
	assert_true(g_file_get_contents(other, &text, NULL, NULL));
	assert_string_equal(text, "{\"flowId\":1}\n{\"flowId\":2}\n{\"flowId\":3}\n");
	(void)g_unlink(other);
	collector_clear(&collector);
	exporter_free(exporter);
}

static void json_lines_are_complete_however_many(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	add(exporter, "json:", place->path, "");
	peer_records(exporter, 1, 20000, 0);
	assert_true(exporter_close(exporter, 1000, NULL));
	assert_int_equal(peer_counters(exporter).sent_records, 20000);
	assert_true(g_file_get_contents(place->path, &text, NULL, NULL));
	assert_int_equal(peer_counters(exporter).sent_octets, strlen(text));
	lines = g_strsplit(text, "\n", -1);
	assert_int_equal(g_strv_length(lines), 20001);
	assert_string_equal(lines[19999], "{\"flowId\":20000}");
	exporter_free(exporter);
}

static void path_may_be_percent_encoded(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	g_autofree char *path = g_build_filename(place->folder, "a?b", NULL);

	add(exporter, "json:", place->folder, "/a%3Fb");
	assert_true(exporter_close(exporter, 1000, NULL));
	assert_int_equal(g_unlink(path), 0);
	exporter_free(exporter);
}

/* Runs @exporter with its standard output in the place's file. */
static void close_into(const struct place *place, struct exporter *exporter)
{
	int saved = dup(STDOUT_FILENO);
	int fd = open(place->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(dup2(fd, STDOUT_FILENO) >= 0);
	assert_true(exporter_close(exporter, 1000, NULL));
	assert_true(write(STDOUT_FILENO, "!", 1) == 1); /* still open */
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	(void)close(saved);
	(void)close(fd);
}

static void hyphen_is_standard_output_and_stays_open(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	g_autofree char *text = NULL;

	add(exporter, "json:-", "", "");
	peer_records(exporter, 7, 1, 0);
	close_into(place, exporter);
	assert_true(g_file_get_contents(place->path, &text, NULL, NULL));
	assert_string_equal(text, "{\"flowId\":7}\n!");
	exporter_free(exporter);
}

static void full_disk_is_reported_and_counted(void **state)
{
	static const char *const uris[] = {"file:/dev/full", "json:/dev/full"};

	for (size_t i = 0; i < G_N_ELEMENTS(uris); i++) {
		struct exporter *exporter = exporter_of(true);
		g_autoptr(GError) error = NULL;
		struct export_counters counters;

		add(exporter, uris[i], "", "");
		peer_records(exporter, 1, 100, 0);
		assert_false(exporter_close(exporter, 1000, &error));
		assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
		assert_non_null(strstr(error->message, uris[i]));
		assert_non_null(strstr(error->message, "100 records not delivered"));
		assert_non_null(strstr(error->message, "cannot write to /dev/full: No space"));
		counters = peer_counters(exporter);
		assert_int_equal(counters.not_sent_records, 100);
		assert_int_equal(counters.not_sent_packets, 200);
		assert_int_equal(counters.not_sent_octets, 10000);
		assert_int_equal(counters.sent_records, 0);
		assert_int_equal(counters.not_sent_first_us, peer_wall_us);
		assert_int_equal(counters.not_sent_last_us, peer_wall_us);
		assert_true(counters.send_errors > 0);
		exporter_free(exporter);
	}
}

static void disk_that_fills_up_leaves_whole_messages_and_a_visible_gap(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	struct rlimit saved;
	struct rlimit limit;
	struct collector collector;
	struct export_counters counters;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &saved), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	add(exporter, "file:", place->path, "?message-octets=1000");
	limit = (struct rlimit){.rlim_cur = 5000, .rlim_max = saved.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	peer_records(exporter, 1, 1000, 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &saved), 0);
	peer_records(exporter, 1001, 64, 0);
	assert_false(exporter_close(exporter, 1000, NULL));
	collect(place, &collector);
	counters = peer_counters(exporter);
	assert_true(counters.not_sent_records > 0);
	assert_int_equal(collector.sequence_missing, counters.not_sent_records);
	assert_int_equal(collector.ids->len, 1064 - counters.not_sent_records);
	collector_clear(&collector);
	exporter_free(exporter);
}

static void file_that_cannot_be_opened_is_refused_at_once(void **state)
{
	struct exporter *exporter = exporter_of(false);
	g_autoptr(GError) error = NULL;

	assert_false(exporter_add(exporter, "file:/nonexistent/x", &error));
	assert_non_null(strstr(error->message, "cannot open /nonexistent/x: No such file"));
	assert_int_equal(exporter_destinations(exporter), 0);
	exporter_free(exporter);
}

static void same_destination_twice_is_refused(void **state)
{
	const struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	g_autofree char *uri = g_strconcat("file:", place->path, NULL);
	g_autoptr(GError) error = NULL;

	add(exporter, "file:", place->path, "");
	assert_false(exporter_add(exporter, uri, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_non_null(strstr(error->message, "is given twice"));
	assert_int_equal(exporter_destinations(exporter), 1);
	exporter_free(exporter);
}

static void unknown_profile_is_refused(void **state)
{
	struct exporter *exporter = exporter_of(false);
	g_autoptr(GError) error = NULL;

	assert_false(exporter_add(exporter, "file:-?profile=x", &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_non_null(strstr(error->message, "profile 'x'"));
	g_clear_error(&error);
	exporter_free(exporter);
	exporter = exporter_new(&(struct export_config){.default_profile = "y"}, &error);
	assert_null(exporter);
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
}

static void reader_that_leaves_ends_the_destination(void **state)
{
	struct place *place = *state;
	struct exporter *exporter = exporter_of(true);
	g_autoptr(GError) error = NULL;
	int reader;

	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(mkfifo(place->path, 0600), 0);
	reader = open(place->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	add(exporter, "file:", place->path, "?message-octets=600");
	peer_records(exporter, 1, 64, 0); /* 36 to a message */
	assert_int_equal(close(reader), 0);
	peer_records(exporter, 65, 128, 0);
	assert_false(exporter_close(exporter, 1000, &error));
	assert_non_null(strstr(error->message, "Broken pipe"));
	assert_int_equal(peer_counters(exporter).not_sent_records, 192 - 36);
	exporter_free(exporter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			file_holds_templates_and_then_every_record, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			export_time_of_a_file_follows_its_records, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			no_flow_of_a_file_ends_after_its_export_time_and_time_never_goes_back,
			place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			file_without_records_has_templates, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			live_file_is_written_within_the_flush_time, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			live_clock_that_was_set_back_is_followed_behind_new_templates, place_make,
			place_remove),
		cmocka_unit_test_setup_teardown(
			several_destinations_get_the_same_records, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			json_lines_are_complete_however_many, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			path_may_be_percent_encoded, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			hyphen_is_standard_output_and_stays_open, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			full_disk_is_reported_and_counted, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			disk_that_fills_up_leaves_whole_messages_and_a_visible_gap, place_make,
			place_remove),
		cmocka_unit_test(file_that_cannot_be_opened_is_refused_at_once),
		cmocka_unit_test_setup_teardown(
			same_destination_twice_is_refused, place_make, place_remove),
		cmocka_unit_test(unknown_profile_is_refused),
		cmocka_unit_test_setup_teardown(
			reader_that_leaves_ends_the_destination, place_make, place_remove),
	};

	return cmocka_run_group_tests_name("export to files", tests, NULL, NULL);
}
