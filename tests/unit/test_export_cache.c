#include "tests/unit/unit.h"

#include <string.h>

#include "base/error.h"
#include "tests/unit/export_peer.h"

/* Which destination gets which cache's records. */

static const struct stream_cache caches[] = {
	{.id = 0, .count = 3, .name = "flows"},
	{.id = 1, .count = 3, .name = "pairs"},
	{.id = 2, .count = 3, .name = "sources"},
};

static struct exporter *export_to(const char *first, const char *second)
{
	struct export_config config = {.observation_domain = 1, .clock = &peer_clock};
	struct exporter *exporter = exporter_new(&config, NULL);

	assert_true(exporter_add(exporter, first, NULL));
	assert_true(exporter_add(exporter, second, NULL));
	return exporter;
}

static void give(struct exporter *exporter, uint8_t cache_id, uint32_t count)
{
	struct flow_record records[8] = {0};
	struct record_batch batch = {.records = records, .count = count};

	for (uint32_t i = 0; i < count; i++) {
		records[i].ip_version = 4;
		records[i].packets = 1;
		records[i].cache_id = cache_id;
	}
	exporter_records(exporter, &batch);
}

static uint64_t taken(const struct exporter *exporter, unsigned destination)
{
	struct export_counters counters;

	exporter_counters(exporter, destination, &counters);
	return counters.records;
}

static void a_destination_takes_the_first_cache_or_the_one_it_names(void **state)
{
	struct exporter *exporter = export_to("json:/dev/null", "json:/dev/null?cache=pairs");

	assert_true(exporter_caches(exporter, caches, 3, NULL));
	assert_true(exporter_takes_cache(exporter, 0));
	assert_true(exporter_takes_cache(exporter, 1));
	assert_false(exporter_takes_cache(exporter, 2));
	give(exporter, 0, 1);
	give(exporter, 1, 2);
	give(exporter, 2, 4);
	assert_int_equal(taken(exporter, 0), 1);
	assert_int_equal(taken(exporter, 1), 2);
	exporter_free(exporter);
}

static void before_caches_are_told_a_name_takes_nothing(void **state)
{
	struct exporter *exporter = export_to("json:/dev/null", "json:/dev/null?cache=flows");

	give(exporter, 0, 1);
	assert_int_equal(taken(exporter, 0), 1);
	assert_int_equal(taken(exporter, 1), 0);
	assert_true(exporter_caches(exporter, caches, 3, NULL));
	give(exporter, 0, 1);
	assert_int_equal(taken(exporter, 1), 1);
	exporter_free(exporter);
}

static void an_unknown_cache_is_named_and_disturbs_no_other(void **state)
{
	struct exporter *exporter =
		export_to("json:/dev/null?cache=pears", "json:/dev/null?cache=sources");
	const struct stream_cache nameless = {.count = 1};
	GError *error = NULL;

	assert_false(exporter_caches(exporter, caches, 3, &error));
	assert_string_equal(error->message,
		"destination 'json:/dev/null?cache=pears': option cache=pears: there is no such "
		"cache; there are 'flows', 'pairs' and 'sources'");
	g_clear_error(&error);
	give(exporter, 0, 1);
	give(exporter, 2, 2);
	assert_int_equal(taken(exporter, 0), 0);
	assert_int_equal(taken(exporter, 1), 2);
	assert_false(exporter_caches(exporter, &nameless, 1, &error));
	assert_non_null(strstr(error->message, "the only one has no name"));
	g_clear_error(&error);
	exporter_free(exporter);
}

static void caches_that_are_renumbered_keep_their_destinations(void **state)
{
	struct exporter *exporter = export_to("json:/dev/null", "json:/dev/null?cache=pairs");
	const struct stream_cache other[] = {
		{.id = 0, .count = 2, .name = "pairs"}, {.id = 1, .count = 2, .name = "flows"}};

	assert_true(exporter_caches(exporter, caches, 3, NULL));
	assert_true(exporter_caches(exporter, other, 2, NULL));
	give(exporter, 0, 3);
	give(exporter, 1, 1);
	assert_int_equal(taken(exporter, 0), 3);
	assert_int_equal(taken(exporter, 1), 3);
	exporter_free(exporter);
}

static void a_file_is_left_alone_when_its_cache_is_unknown(void **state)
{
	struct export_config config = {.observation_domain = 1, .clock = &peer_clock};
	struct exporter *exporter = exporter_new(&config, NULL);
	g_autofree char *path = g_build_filename(g_get_tmp_dir(), "weir-test-no-cache.json", NULL);
	g_autofree char *wrong = g_strdup_printf("json:%s?cache=pears", path);
	GError *error = NULL;

	assert_true(exporter_caches(exporter, caches, 3, NULL));
	assert_false(exporter_add(exporter, wrong, &error));
	assert_non_null(strstr(error->message, "there is no such cache"));
	g_clear_error(&error);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	assert_true(exporter_add(exporter, "json:/dev/null?cache=sources", NULL));
	assert_true(exporter_takes_cache(exporter, 2));
	exporter_free(exporter);
}

static void where_one_stands_in_for_another_all_take_one_cache(void **state)
{
	struct export_config config = {.observation_domain = 1, .clock = &peer_clock};
	struct exporter *exporter = exporter_new(&config, NULL);
	char first[] = "json:/dev/null?cache=a", same[] = "json:/dev/null?flush=2&cache=a";
	char other[] = "json:/dev/null?cache=b", none[] = "json:/dev/null";
	char *good[] = {first, same, NULL}, *bad[] = {first, other, NULL},
	     *worse[] = {none, first, NULL};
	struct export_set set = {.destinations = good, .mode = EXPORT_FALLBACK};
	GError *error = NULL;

	assert_true(exporter_set(exporter, &set, NULL));
	set.mode = EXPORT_LOAD_BALANCING;
	set.destinations = bad;
	assert_false(exporter_set(exporter, &set, &error));
	assert_string_equal(error->message,
		"destination 'json:/dev/null?cache=b': export mode load-balancing: it takes "
		"another cache than 'json:/dev/null?cache=a'");
	g_clear_error(&error);
	set.destinations = worse;
	assert_false(exporter_set(exporter, &set, NULL));
	set.mode = EXPORT_PARALLEL;
	assert_true(exporter_set(exporter, &set, NULL));
	exporter_free(exporter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_destination_takes_the_first_cache_or_the_one_it_names),
		cmocka_unit_test(before_caches_are_told_a_name_takes_nothing),
		cmocka_unit_test(an_unknown_cache_is_named_and_disturbs_no_other),
		cmocka_unit_test(caches_that_are_renumbered_keep_their_destinations),
		cmocka_unit_test(where_one_stands_in_for_another_all_take_one_cache),
		cmocka_unit_test(a_file_is_left_alone_when_its_cache_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
