#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "exporter/report_facts.h"

static int facts_make(void **state)
{
	*state = report_facts_new();
	return 0;
}

static int facts_drop(void **state)
{
	report_facts_free(*state);
	return 0;
}

static struct stream_counters counters_of(
	uint64_t start, uint64_t time, uint64_t lost, uint64_t unheard)
{
	return (struct stream_counters){.start_us = start,
		.time_us = time,
		.lost_records = lost,
		.lost_packets = 10 * lost,
		.lost_octets = 1000 * lost,
		.unheard_records = unheard,
		.unheard_packets = 10 * unheard,
		.unheard_octets = 1000 * unheard};
}

static void tell(
	struct report_facts *facts, uint64_t start, uint64_t time, uint64_t lost, uint64_t unheard)
{
	struct stream_counters counters = counters_of(start, time, lost, unheard);

	report_facts_metering(facts, &counters);
}

static void expect_lost(const struct report_facts *facts, uint64_t records)
{
	assert_int_equal(facts->lost.records, records);
	assert_int_equal(facts->lost.packets, 10 * records);
	assert_int_equal(facts->lost.octets, 1000 * records);
}

static void losses_have_the_times_of_the_first_and_the_last(void **state)
{
	struct report_facts *facts = *state;

	tell(facts, 1, 100, 0, 0);
	expect_lost(facts, 0);
	assert_int_equal(facts->lost.first_us, 0);
	tell(facts, 1, 200, 0, 7);
	tell(facts, 1, 300, 3, 7);
	tell(facts, 1, 400, 3, 7);
	expect_lost(facts, 10);
	assert_int_equal(facts->lost.first_us, 200);
	assert_int_equal(facts->lost.last_us, 300);
}

static void losses_of_a_stream_that_was_broken_stay_counted(void **state)
{
	struct report_facts *facts = *state;

	tell(facts, 1, 100, 5, 20);
	report_facts_begin(facts);
	expect_lost(facts, 25);
	/* The same probe: what nobody heard goes on from 20, what was lost begins at 0. */
	tell(facts, 1, 200, 0, 22);
	expect_lost(facts, 27);
	tell(facts, 1, 300, 1, 22);
	expect_lost(facts, 28);
}

static void losses_that_the_probe_remembers_are_counted_once(void **state)
{
	struct report_facts *facts = *state;

	tell(facts, 1, 100, 5, 20);
	report_facts_begin(facts);
	tell(facts, 1, 200, 5, 20);
	expect_lost(facts, 25);
	tell(facts, 1, 300, 7, 20);
	expect_lost(facts, 27);
}

static void losses_of_a_probe_that_was_restarted_stay_counted(void **state)
{
	struct report_facts *facts = *state;

	tell(facts, 1, 100, 5, 20);
	report_facts_begin(facts);
	tell(facts, 2, 200, 0, 30);
	expect_lost(facts, 55);
	report_facts_begin(facts);
	tell(facts, 3, 300, 0, 0);
	expect_lost(facts, 55);
	tell(facts, 3, 400, 2, 0);
	expect_lost(facts, 57);
	assert_int_equal(facts->lost.first_us, 100);
	assert_int_equal(facts->lost.last_us, 400);
}

static struct stream_device device_of(uint32_t id, const char *name, int64_t last_seen_us)
{
	struct stream_device device;

	memset(&device, 0, sizeof(device));
	device.id = id;
	device.last_seen_us = last_seen_us;
	(void)g_strlcpy(device.name, name, sizeof(device.name));
	return device;
}

static const struct report_device *device_at(const struct report_facts *facts, unsigned index)
{
	return g_ptr_array_index(facts->devices, index);
}

static void tell_device(
	struct report_facts *facts, uint32_t id, const char *name, int64_t last_seen_us)
{
	struct stream_device device = device_of(id, name, last_seen_us);

	report_facts_device(facts, &device);
}

static void devices_are_kept_by_number_with_the_revision_of_their_last_change(void **state)
{
	struct report_facts *facts = *state;

	tell_device(facts, 3, "c", 1);
	tell_device(facts, 1, "a", 1);
	tell_device(facts, 2, "b", 1);
	assert_int_equal(facts->devices->len, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(device_at(facts, i)->device.id, i + 1);
	}
	assert_int_equal(facts->revision, 3);
	tell_device(facts, 2, "b", 9);
	assert_int_equal(facts->revision, 3);
	assert_int_equal(device_at(facts, 1)->device.last_seen_us, 9);
	tell_device(facts, 2, "new", 9);
	assert_int_equal(facts->revision, 4);
	assert_int_equal(device_at(facts, 1)->revision, 4);
	assert_string_equal(device_at(facts, 1)->device.name, "new");
	report_facts_begin(facts);
	assert_int_equal(facts->devices->len, 0);
}

static void a_full_table_forgets_the_oldest_device_and_counts_it(void **state)
{
	struct report_facts *facts = *state;

	for (uint32_t id = 2; id < REPORT_DEVICES_MAX + 2; id++) {
		tell_device(facts, id, "", 1);
	}
	assert_int_equal(facts->forgotten, 0);
	tell_device(facts, REPORT_DEVICES_MAX + 2, "", 1);
	assert_int_equal(facts->forgotten, 1);
	assert_int_equal(facts->devices->len, REPORT_DEVICES_MAX);
	assert_int_equal(device_at(facts, 0)->device.id, 3);
	assert_int_equal(
		device_at(facts, REPORT_DEVICES_MAX - 1)->device.id, REPORT_DEVICES_MAX + 2);
	tell_device(facts, 1, "", 1); /* older than all */
	assert_int_equal(facts->forgotten, 2);
	assert_int_equal(device_at(facts, 0)->device.id, 3);
}

static void interfaces_and_caches_change_the_revision_only_when_they_differ(void **state)
{
	struct stream_cache caches[] = {{.id = 0, .count = 2, .key_fields = 3, .name = "a"},
		{.id = 1, .count = 2, .key_fields = 1, .name = "b"}};
	struct report_facts *facts = *state;
	struct stream_interface interface;

	memset(&interface, 0, sizeof(interface));
	interface.index = 4;
	report_facts_interface(facts, &interface);
	report_facts_interface(facts, &interface);
	assert_int_equal(facts->revision, 1);
	interface.home = true;
	report_facts_interface(facts, &interface);
	assert_int_equal(facts->revision, 2);
	report_facts_caches(facts, caches, 2);
	caches[1].active_timeout_ms = 1;
	report_facts_caches(facts, caches, 2);
	assert_int_equal(facts->revision, 3);
	caches[1].key_fields = 2;
	report_facts_caches(facts, caches, 2);
	assert_int_equal(facts->key_revision, 4);
	report_facts_caches(facts, caches, 1);
	assert_int_equal(facts->key_revision, 5);
	report_facts_begin(facts);
	assert_int_equal(facts->interfaces->len, 0);
}

static void all_that_was_seen_and_not_metered_is_ignored(void **state)
{
	struct stream_counters counters = {.ignored_packets = 1,
		.malformed = 20,
		.kernel_dropped = 300,
		.if_dropped = 4000,
		.non_ip = 50000};

	assert_int_equal(report_facts_ignored(&counters), 4321);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, facts_make, facts_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(losses_have_the_times_of_the_first_and_the_last),
		TEST(losses_of_a_stream_that_was_broken_stay_counted),
		TEST(losses_that_the_probe_remembers_are_counted_once),
		TEST(losses_of_a_probe_that_was_restarted_stay_counted),
		TEST(devices_are_kept_by_number_with_the_revision_of_their_last_change),
		TEST(a_full_table_forgets_the_oldest_device_and_counts_it),
		TEST(interfaces_and_caches_change_the_revision_only_when_they_differ),
		TEST(all_that_was_seen_and_not_metered_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
