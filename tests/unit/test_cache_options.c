#include "probe/cache_options.h"

#include <string.h>

#include "base/key.h"
#include "base/section.h"
#include "probe/metering_options.h"
#include "tests/unit/unit.h"

#define PAIR (FLOW_KEY_SRC_ADDRESS | FLOW_KEY_DST_ADDRESS)

static struct cache_options defaults(void)
{
	struct cache_options options;

	cache_options_init(&options, 100);
	return options;
}

static void a_name_alone_takes_every_default(void **state)
{
	struct cache_options options = defaults();
	struct meter_cache_config cache;

	options.active_ms = 7;
	options.uniflow = true;
	assert_true(cache_options_parse("web-2_b", &options, &cache, NULL));
	assert_string_equal(cache.name, "web-2_b");
	assert_int_equal(cache.key_fields, FLOW_KEY_5TUPLE);
	assert_int_equal(cache.active_timeout_ms, 7);
	assert_int_equal(cache.idle_timeout_ms, 60000);
	assert_int_equal(cache.flows_max, 100);
	assert_true(cache.uniflow);
}

static void every_option_is_taken(void **state)
{
	char key[] = "vlan";
	struct cache_options options = defaults();
	struct meter_cache_config cache;

	options.key = key;
	assert_true(cache_options_parse(
		"a?key=src,dst&active=1.5&idle=3&max-flows=9&uniflow", &options, &cache, NULL));
	assert_int_equal(cache.key_fields, PAIR);
	assert_int_equal(cache.active_timeout_ms, 1500);
	assert_int_equal(cache.idle_timeout_ms, 3000);
	assert_int_equal(cache.flows_max, 9);
	assert_true(cache.uniflow);
	options.uniflow = true;
	assert_true(cache_options_parse("a?uniflow=no&key=src%2Cdst", &options, &cache, NULL));
	assert_false(cache.uniflow);
	assert_int_equal(cache.selection.count, 0);
	assert_int_equal(cache.key_fields, PAIR);
	assert_true(
		cache_options_parse("a?select=match:proto=17%2Bcount:1/9", &options, &cache, NULL));
	assert_int_equal(cache.selection.count, 2);
	assert_true(cache_options_parse("a?uniflow=yes", &options, &cache, NULL));
	assert_true(cache.uniflow);
	assert_int_equal(cache.key_fields, FLOW_KEY_VLAN);
}

static void each_type_has_its_own_options_and_defaults(void **state)
{
	struct cache_options options = defaults();
	struct meter_config config = {.cache_count = 1};
	struct meter_cache_config *cache = &config.caches[0];
	struct stream_cache told;

	assert_true(cache_options_parse("a", &options, cache, NULL));
	assert_int_equal(cache->type, METER_CACHE_NATURAL);
	assert_true(cache_options_parse("a?cache-type=timeout", &options, cache, NULL));
	assert_int_equal(cache->type, METER_CACHE_TIMEOUT);
	assert_true(cache_options_parse("a?cache-type=permanent", &options, cache, NULL));
	assert_int_equal(cache->type, METER_CACHE_PERMANENT);
	assert_int_equal(cache->interval_ms, 60000);
	assert_true(
		cache_options_parse("a?cache-type=permanent&interval=0.5", &options, cache, NULL));
	assert_int_equal(cache->interval_ms, 500);
	cache_options_tell(&config, 0, &told);
	assert_int_equal(told.type, METER_CACHE_PERMANENT);
	assert_int_equal(told.active_timeout_ms, 500);
	assert_true(cache_options_parse("a?cache-type=immediate", &options, cache, NULL));
	assert_int_equal(cache->section, RECORD_SECTION_HEADERS);
	assert_int_equal(cache->section_octets, RECORD_TEXT_MAX);
	assert_true(cache_options_parse(
		"a?section=frame:20&cache-type=immediate", &options, cache, NULL));
	assert_int_equal(cache->section, RECORD_SECTION_FRAME);
	assert_int_equal(cache->section_octets, 20);
	cache_options_tell(&config, 0, &told);
	assert_int_equal(told.section, RECORD_SECTION_FRAME);
	assert_true(
		cache_options_parse("a?section=none&cache-type=immediate", &options, cache, NULL));
	assert_int_equal(cache->section, RECORD_SECTION_NONE);
}

static void refuse(const char *text, const char *reason)
{
	struct cache_options options = defaults();
	struct meter_cache_config cache;
	g_autofree char *want = g_strdup_printf("--cache: '%s': %s", text, reason);
	GError *error = NULL;

	assert_false(cache_options_parse(text, &options, &cache, &error));
	if (!g_str_has_prefix(error->message, want)) {
		fail_msg("%s", error->message);
	}
	g_clear_error(&error);
}

static void what_cannot_be_is_refused_with_its_reason(void **state)
{
	refuse("", "'' is no name");
	refuse("?key=src", "'' is no name");
	refuse("2nd", "'2nd' is no name");
	refuse("a.b", "'a.b' is no name");
	refuse("a2345678901234567890123456789012", "'a2345678901234567890123456789012' is no name");
	refuse("a?", "there is no option ''");
	refuse("a?colour=red", "there is no option 'colour'");
	refuse("a?key=src&key=dst", "given twice is 'key'");
	refuse("a?key", "key: its value is missing");
	refuse("a?key=%", "key: a '%' must be followed by two hexadecimal digits");
	refuse("a?key=colour", "key: flow key 'colour': 'colour' is no field");
	refuse("a?select=colour", "select: ");
	refuse("a?cache-type=eternal", "cache-type: ");
	refuse("a?interval=5", "interval: only permanent caches");
	refuse("a?section=ip", "section: only immediate caches");
	refuse("a?cache-type=immediate&section=all", "section: 'all': it is none of");
	refuse("a?cache-type=immediate&section=ip:256", "section: 'ip:256': '256' is no number");
	refuse("a?cache-type=immediate&section=ip:0", "section: 'ip:0': '0' is no number");
	refuse("a?cache-type=immediate&section=none:1", "section: 'none:1': '1' is no number");
	refuse("a?idle=0", "idle: '0' is not a number of seconds");
	refuse("a?max-flows=many", "max-flows: 'many' is not a number");
	refuse("a?uniflow=maybe", "uniflow: 'maybe' is neither yes nor no");
}

static void the_longest_name_fits(void **state)
{
	struct cache_options options = defaults();
	struct meter_cache_config cache;

	assert_true(cache_options_parse("a234567890123456789012345678901", &options, &cache, NULL));
	assert_int_equal(strlen(cache.name), STREAM_CACHE_NAME_MAX);
}

static void without_caches_there_is_one_without_a_name(void **state)
{
	struct metering_options options;
	struct meter_config config = {.observation_point = 5};
	char key[] = "src";

	metering_options_init(&options, 10);
	options.cache.key = key;
	assert_true(metering_options_caches(&options, &config, NULL));
	assert_int_equal(config.cache_count, 1);
	assert_string_equal(config.caches[0].name, "");
	assert_int_equal(config.caches[0].key_fields, FLOW_KEY_SRC_ADDRESS);
	assert_int_equal(config.caches[0].flows_max, 10);
	assert_int_equal(config.observation_point, 5);
}

static void several_caches_share_what_they_do_not_say(void **state)
{
	struct metering_options options;
	struct meter_config config;
	char *caches[] = {g_strdup("flows"), g_strdup("pairs?key=src,dst&active=5"), NULL};

	metering_options_init(&options, 10);
	options.caches = caches;
	options.cache.active_ms = 60000;
	assert_true(metering_options_caches(&options, &config, NULL));
	assert_int_equal(config.cache_count, 2);
	assert_string_equal(config.caches[0].name, "flows");
	assert_int_equal(config.caches[0].active_timeout_ms, 60000);
	assert_string_equal(config.caches[1].name, "pairs");
	assert_int_equal(config.caches[1].active_timeout_ms, 5000);
	assert_int_equal(config.caches[1].key_fields, PAIR);
	g_free(caches[0]);
	g_free(caches[1]);
}

static void refuse_all(char **caches, const char *reason)
{
	struct metering_options options;
	struct meter_config config;
	GError *error = NULL;

	metering_options_init(&options, 10);
	options.caches = caches;
	assert_false(metering_options_caches(&options, &config, &error));
	assert_string_equal(error->message, reason);
	g_clear_error(&error);
}

static void names_are_told_apart_and_few(void **state)
{
	char a[] = "a", a2[] = "a?idle=5", b[] = "b", c[] = "c", d[] = "d", e[] = "e";

	refuse_all((char *[]){a, b, a2, NULL}, "--cache: 'a?idle=5': there is a cache 'a' already");
	refuse_all((char *[]){a, b, c, d, e, NULL}, "--cache: 'e': there are 4 already");
}

static void a_cache_is_told_as_it_works(void **state)
{
	struct meter_config config = {.cache_count = 2};
	struct stream_cache told;

	config.caches[1] = (struct meter_cache_config){.name = "by-source",
		.key_fields = FLOW_KEY_SRC_ADDRESS,
		.active_timeout_ms = 1,
		.idle_timeout_ms = 2,
		.flows_max = 3};
	cache_options_tell(&config, 1, &told);
	assert_int_equal(told.id, 1);
	assert_int_equal(told.count, 2);
	assert_string_equal(told.name, "by-source");
	assert_int_equal(told.key_fields, FLOW_KEY_SRC_ADDRESS);
	assert_int_equal(told.active_timeout_ms, 1);
	assert_int_equal(told.idle_timeout_ms, 2);
	assert_int_equal(told.flows_max, 3);
	assert_true(told.uniflow); /* such a key has no other direction */
	config.caches[1].key_fields = PAIR;
	cache_options_tell(&config, 1, &told);
	assert_false(told.uniflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_alone_takes_every_default),
		cmocka_unit_test(every_option_is_taken),
		cmocka_unit_test(each_type_has_its_own_options_and_defaults),
		cmocka_unit_test(what_cannot_be_is_refused_with_its_reason),
		cmocka_unit_test(the_longest_name_fits),
		cmocka_unit_test(without_caches_there_is_one_without_a_name),
		cmocka_unit_test(several_caches_share_what_they_do_not_say),
		cmocka_unit_test(names_are_told_apart_and_few),
		cmocka_unit_test(a_cache_is_told_as_it_works),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
