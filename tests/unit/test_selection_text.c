#include "probe/selection_text.h"

#include <string.h>

#include "base/error.h"
#include "probe/selection_check.h"
#include "tests/unit/unit.h"

static struct selection_spec parsed(const char *text)
{
	struct selection_spec spec;
	GError *error = NULL;

	if (!selection_text_parse(text, &spec, &error)) {
		fail_msg("%s", error->message);
	}
	assert_null(error);
	return spec;
}

static void each_kind_is_read_with_its_numbers(void **state)
{
	struct selection_spec spec = parsed("all+count:1/99+time:10ms/1s+nofn:5/100+prob:0.25");

	assert_int_equal(spec.count, 5);
	assert_int_equal(spec.selectors[0].algorithm, SELECTION_ALL);
	assert_int_equal(spec.selectors[1].algorithm, SELECTION_COUNT);
	assert_int_equal(spec.selectors[1].interval, 1);
	assert_int_equal(spec.selectors[1].space, 99);
	assert_int_equal(spec.selectors[2].algorithm, SELECTION_TIME);
	assert_int_equal(spec.selectors[2].interval, 10000);
	assert_int_equal(spec.selectors[2].space, 1000000);
	assert_int_equal(spec.selectors[3].algorithm, SELECTION_RANDOM);
	assert_int_equal(spec.selectors[3].size, 5);
	assert_int_equal(spec.selectors[3].population, 100);
	assert_int_equal(spec.selectors[4].algorithm, SELECTION_PROBABILITY);
	assert_true(spec.selectors[4].probability == 0.25);
	spec = parsed("time:7/8us");
	assert_int_equal(spec.selectors[0].interval, 7);
	assert_int_equal(spec.selectors[0].space, 8);
}

static void a_hash_is_read_with_its_ranges_and_defaults(void **state)
{
	struct selection_spec spec = parsed("hash:bob:range=100-200:range=400-500:init=0x9A3F9A3F:"
					    "offset=4:size=16:digest=yes+hash:crc32:share=0.5");
	const struct selection_spec_selector *s = &spec.selectors[0];

	assert_int_equal(s->algorithm, SELECTION_BOB);
	assert_int_equal(s->range_count, 2);
	assert_int_equal(s->ranges[0].min, 100);
	assert_int_equal(s->ranges[1].max, 500);
	assert_true(s->has_initialiser);
	assert_int_equal(s->initialiser, 0x9a3f9a3f);
	assert_int_equal(s->payload_offset, 4);
	assert_int_equal(s->payload_size, 16);
	assert_true(s->digest);
	s = &spec.selectors[1];
	assert_int_equal(s->algorithm, SELECTION_CRC);
	assert_int_equal(s->payload_offset, 0);
	assert_int_equal(s->payload_size, 8);
	assert_false(s->digest || s->has_initialiser);
	assert_int_equal(s->range_count, 1);
	assert_int_equal(s->ranges[0].min, 0);
	assert_int_equal(s->ranges[0].max, 0x7fffffff);
	spec = parsed("hash:ipsx:share=1");
	assert_int_equal(spec.selectors[0].ranges[0].max, 65535);
	spec = parsed("hash:bob:digest=yes"); /* everything, digested */
	assert_int_equal(spec.selectors[0].ranges[0].max, UINT32_MAX);
}

static void addresses_with_colons_end_where_a_name_begins(void **state)
{
	struct selection_spec spec =
		parsed("match:src=2001:db8::/32:dst=fe80:::dport=53:smac=02:00:5e:00:53:01");
	const struct selection_match *m = spec.selectors[0].matches;

	assert_int_equal(spec.selectors[0].match_count, 4);
	assert_int_equal(m[0].field, SELECTION_SRC_ADDRESS);
	assert_int_equal(m[0].prefix_bits, 32);
	assert_int_equal(m[0].ip_version, 6);
	assert_memory_equal(m[0].octets, "\x20\x01\x0d\xb8\0\0", 6);
	assert_int_equal(m[1].prefix_bits, 128);
	assert_int_equal(m[1].octets[1], 0x80);
	assert_int_equal(m[2].low, 53);
	assert_int_equal(m[2].high, 53);
	assert_memory_equal(m[3].octets, "\x02\0\x5e\0\x53\x01", 6);
}

/* Wrong chains, and what of the error tells the reason. */
static const struct {
	const char *text;
	const char *reason;
} wrong_texts[] = {
	{"", "0 selectors"},
	{"every", "no selector"},
	{"every:2", "no selector"},
	{"all+", "no selector"},
	{"all+all+all+all+all+all+all+all+all", "9 selectors"},
	{"count:5", "'/'"},
	{"count:0/5", "interval must not be 0"},
	{"count:1/4294967296", "4294967296"},
	{"count:-1/3", "'-1'"},
	{"count:1/2/3", "'2/3'"},
	{"count:/", "''"},
	{"time:0/5", "interval must not be 0"},
	{"time:5000s/1s", "4294 s"},
	{"time:ms/1s", "no time"},
	{"nofn:0/5", "at least 1"},
	{"nofn:6/5", "more than there are"},
	{"prob:", "0 to 1"},
	{"prob:1.5", "0 to 1"},
	{"prob:-0.1", "0 to 1"},
	{"prob:nan", "0 to 1"},
	{"prob:0x1", "0 to 1"},
	{"prob:0.5x", "0 to 1"},
	{"match:", "NAME=VALUE"},
	{"match:proto", "NAME=VALUE"},
	{"match:colour=1", "'colour' is no field"},
	{"match:proto=256", "0 to 255"},
	{"match:proto=", "0 to 255"},
	{"match:sport=2-1", "must not be larger"},
	{"match:sport=1-", "0 to 65535"},
	{"match:sport=1:sport=2", "only once"},
	{"match:src=192.0.2.300", "no address"},
	{"match:src=192.0.2.0/33", "length of a prefix"},
	{"match:src=::/129", "length of a prefix"},
	{"match:smac=02:00:00:00:00", "no MAC"},
	{"match:smac=02-00-00-00-00-01", "no MAC"},
	{"match:src=::1:dst=::2:sport=1:dport=2:proto=17:ip=6:vlan=1:tos=0:ttl=1", "8 fields"},
	{"hash:md5:share=0.5", "bob, ipsx or crc32"},
	{"hash:bob", "range or a share"},
	{"hash:bob:digest=no", "range or a share"},
	{"hash:bob:digest=maybe", "yes or no"},
	{"hash:bob:range=5", "MIN-MAX"},
	{"hash:bob:range=5-4", "must not be larger"},
	{"hash:bob:range=0-4294967296", "4294967296"},
	{"hash:ipsx:range=0-65536", "65536"},
	{"hash:bob:range=10-20:range=20-30", "not overlap"},
	{"hash:bob:range=30-40:range=10-20", "ascend"},
	{"hash:bob:range=1-1:range=3-3:range=5-5:range=7-7:range=9-9", "4 ranges"},
	{"hash:bob:range=1-1:share=0.5", "exclude"},
	{"hash:bob:share=0", "selects nothing"},
	{"hash:bob:share=2", "0 to 1"},
	{"hash:bob:share=0.5:init=0x100000000", "0x100000000"},
	{"hash:bob:share=0.5:size=257", "at most 256"},
	{"hash:bob:share=0.5:offset=65536", "at most 65535"},
	{"hash:bob:share=0.5:colour=1", "'colour'"},
	{"hash:bob:digest=yes+hash:crc32:digest=yes", "2 selectors make digests"},
	{"hash:bob:share", "NAME=VALUE"},
	{"hash:ipsx:share=0.5:size=9", "always takes 8"},
	{"hash:ipsx:share=0.5:init=1", "no initialiser"},
};

static void what_is_wrong_is_refused_with_its_reason(void **state)
{
	for (unsigned i = 0; i < sizeof(wrong_texts) / sizeof(wrong_texts[0]); i++) {
		struct selection_spec spec;
		GError *error = NULL;

		assert_false(selection_text_parse(wrong_texts[i].text, &spec, &error));
		assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
		if (strstr(error->message, wrong_texts[i].reason) == NULL ||
			strstr(error->message, wrong_texts[i].text) == NULL) {
			fail_msg("'%s': %s", wrong_texts[i].text, error->message);
		}
		g_error_free(error);
	}
}

static void a_specification_from_elsewhere_is_checked_too(void **state)
{
	struct selection_spec spec = parsed("match:proto=17");
	GError *error = NULL;

	spec.selectors[0].matches[0].field = SELECTION_FIELDS;
	assert_false(selection_check(&spec, &error));
	assert_non_null(strstr(error->message, "selector 1"));
	g_clear_error(&error);
	spec.selectors[0].match_count = 0;
	assert_false(selection_check(&spec, &error));
	g_clear_error(&error);
	spec.selectors[0].algorithm = 9;
	assert_false(selection_check(&spec, &error));
	g_clear_error(&error);
	spec.count = SELECTION_SELECTORS_MAX + 1;
	assert_false(selection_check(&spec, &error));
	g_clear_error(&error);
	spec = parsed("hash:bob:share=1");
	spec.selectors[0].initialiser = UINT64_C(1) << 32;
	assert_false(selection_check(&spec, &error));
	g_clear_error(&error);
	spec.count = 0;
	assert_true(selection_check(&spec, &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_read_with_its_numbers),
		cmocka_unit_test(a_hash_is_read_with_its_ranges_and_defaults),
		cmocka_unit_test(addresses_with_colons_end_where_a_name_begins),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_reason),
		cmocka_unit_test(a_specification_from_elsewhere_is_checked_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
