#include "cli/status.h"

#include <jansson.h>
#include <string.h>

#include "tests/unit/status_fixture.h"
#include "tests/unit/unit.h"

static int ask(void **state)
{
	const struct status_answer *answer = status_ask(STATUS_PROBE_ANSWERS, "--json");

	if (answer->status != 0 || answer->err[0] != '\0' ||
		strchr(answer->out, '\n') != answer->out + strlen(answer->out) - 1) {
		return -1;
	}
	*state = json_loads(answer->out, 0, NULL);
	return *state != NULL ? 0 : -1;
}

static int forget(void **state)
{
	json_decref(*state);
	return 0;
}

static const json_t *at(const json_t *all, const char *list, size_t index)
{
	const json_t *value = json_array_get(json_object_get(all, list), index);

	assert_non_null(value);
	return value;
}

static void assert_text(const json_t *object, const char *name, const char *expected)
{
	const char *text = json_string_value(json_object_get(object, name));

	assert_non_null(text);
	assert_string_equal(text, expected);
}

static void assert_number(const json_t *object, const char *name, json_int_t expected)
{
	assert_true(json_is_integer(json_object_get(object, name)));
	assert_int_equal(json_integer_value(json_object_get(object, name)), expected);
}

static void interfaces_say_on_which_side_they_are(void **state)
{
	const json_t *home = at(*state, "interfaces", 0);
	const json_t *other = at(*state, "interfaces", 1);

	assert_int_equal(json_array_size(json_object_get(*state, "interfaces")), 2);
	assert_text(home, "name", "eth0");
	assert_number(home, "index", 3);
	assert_number(home, "link_type", 1);
	assert_true(json_is_true(json_object_get(home, "home")));
	assert_text(home, "mac", "00:00:00:00:00:00");
	assert_text(other, "name", "ppp0");
	assert_true(json_is_false(json_object_get(other, "home")));
}

static void a_device_has_all_that_is_known_of_it(void **state)
{
	const json_t *device = at(*state, "devices", 0);
	const json_t *addresses = json_object_get(device, "addresses");

	assert_int_equal(json_array_size(json_object_get(*state, "devices")), 2);
	assert_number(device, "id", 7);
	assert_text(device, "mac", "02:00:5e:10:20:30");
	assert_true(json_is_true(json_object_get(device, "random_mac")));
	assert_true(json_is_false(json_object_get(device, "gateway")));
	assert_text(device, "name", "Küche");
	assert_number(device, "name_source", RECORD_NAME_MDNS);
	assert_text(device, "vendor", "Example Ltd");
	assert_text(device, "vendor_class", "v");
	assert_int_equal(json_array_size(addresses), 2);
	assert_string_equal(json_string_value(json_array_get(addresses, 0)), "10.0.0.0");
	assert_string_equal(json_string_value(json_array_get(addresses, 1)), "fe80::");
	assert_number(device, "first_seen_us", 1700000000000000);
	assert_number(device, "last_seen_us", 1700000001000000);
}

static void a_device_of_which_nothing_is_known_has_empty_texts(void **state)
{
	const json_t *device = at(*state, "devices", 1);

	assert_text(device, "name", "");
	assert_text(device, "vendor", "");
	assert_true(json_is_true(json_object_get(device, "gateway")));
	assert_int_equal(json_array_size(json_object_get(device, "addresses")), 0);
}

static void every_selector_is_there_with_its_counters(void **state)
{
	const json_t *first = at(*state, "selectors", 0);

	assert_int_equal(json_array_size(json_object_get(*state, "selectors")), 8);
	assert_number(first, "cache", 1);
	assert_number(first, "sequence", 5);
	assert_number(first, "selector", 33);
	assert_number(first, "algorithm", 1);
	assert_number(first, "observed_packets", 1000);
	assert_number(first, "selected_packets", 999);
	assert_number(first, "observed_octets", 10);
	assert_number(first, "selected_octets", 9);
}

#define NAME(name) #name,

static void every_counter_is_there_under_its_name(void **state)
{
	static const char *const names[] = {STREAM_COUNTERS_LIST(NAME)};
	const json_t *counters = json_object_get(*state, "counters");

	assert_int_equal(json_object_size(counters), sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(json_is_integer(json_object_get(counters, names[i])));
	}
	assert_number(counters, "packets", 1000000007);
	assert_number(counters, "ip_packets", 99);
	assert_number(counters, "malformed", 3);
	assert_number(counters, "flows", 50);
	assert_number(counters, "flows_active", 7);
	assert_number(counters, "kernel_dropped", 11);
	assert_number(counters, "if_dropped", 12);
	assert_number(counters, "names", 21);
	assert_number(counters, "lost_records", 0);
}

#define JSON_TEST(test) cmocka_unit_test_setup_teardown(test, ask, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JSON_TEST(interfaces_say_on_which_side_they_are),
		JSON_TEST(a_device_has_all_that_is_known_of_it),
		JSON_TEST(a_device_of_which_nothing_is_known_has_empty_texts),
		JSON_TEST(every_selector_is_there_with_its_counters),
		JSON_TEST(every_counter_is_there_under_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
