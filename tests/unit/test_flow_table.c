#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "probe/flow_table.h"
#include "probe/flow_wheel.h"

static struct hash_key hash;
static struct flow_key_words mask;
static uint32_t random_state;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

static struct flow_key key_of(uint32_t number)
{
	struct flow_key key;

	memset(&key, 0, sizeof(key));
	key.ip_version = 4;
	key.protocol = 17;
	memcpy(key.address[0], &number, sizeof(number));
	return key;
}

static uint32_t add(struct flow_table *table, uint32_t number)
{
	struct flow_key key = key_of(number);
	struct flow_key_words masked = flow_key_masked(&key, &mask);
	uint32_t entry = flow_table_add(table, flow_table_tag(table, &masked));

	if (entry != 0) {
		table->flows[entry].key = key;
	}
	return entry;
}

static uint32_t find(const struct flow_table *table, uint32_t number)
{
	struct flow_key key = key_of(number);
	struct flow_key_words masked = flow_key_masked(&key, &mask);
	uint32_t tag = flow_table_tag(table, &masked);
	uint32_t entry = flow_table_find(table, &masked, &mask, tag);
	uint32_t guess = flow_table_guess(table, tag);

	if (guess != 0 && entry != 0 && guess != entry) { /* another flow of the same tag */
		assert_true(table->flows[guess].key.ip_version == 4);
	}
	return entry;
}

static int setup(void **state)
{
	hash_key_seeded(&hash, 7);
	flow_key_mask(FLOW_KEY_5TUPLE, &mask);
	random_state = 5;
	return 0;
}

static void the_table_does_what_a_plain_array_would(void **state)
{
	enum {
		NUMBERS = 4000,
		STEPS = 200000
	};
	static uint32_t entries[NUMBERS];
	struct flow_table table;
	uint32_t count = 0;

	memset(entries, 0, sizeof(entries));
	assert_true(flow_table_init(&table, NUMBERS, &mask, &hash));
	for (unsigned step = 0; step < STEPS; step++) {
		uint32_t number = next_random() % NUMBERS;

		assert_int_equal(find(&table, number), entries[number]);
		if (entries[number] != 0) {
			flow_table_remove(&table, entries[number]);
			entries[number] = 0;
			count--;
		} else if (next_random() % 4 != 0) {
			entries[number] = add(&table, number);
			assert_true(entries[number] != 0);
			count++;
		}
		assert_int_equal(table.count, count);
	}
	for (uint32_t number = 0; number < NUMBERS; number++) {
		assert_int_equal(find(&table, number), entries[number]);
		count -= entries[number] != 0;
	}
	assert_int_equal(count, 0);
	for (uint32_t entry = 0; (entry = flow_table_next(&table, entry)) != 0;) {
		count++;
	}
	assert_int_equal(count, table.count);
	flow_table_done(&table);
}

static void the_index_grows_and_every_flow_is_found_again(void **state)
{
	enum {
		FLOWS = 300000
	};
	struct flow_table table;
	unsigned shift;

	assert_true(flow_table_init(&table, FLOWS, &mask, &hash));
	shift = table.shift;
	for (uint32_t number = 0; number < FLOWS; number++) {
		assert_int_equal(add(&table, number), number + 1);
	}
	assert_true(table.shift < shift);
	for (uint32_t number = 0; number < FLOWS; number++) {
		assert_int_equal(find(&table, number), number + 1);
	}
	assert_int_equal(find(&table, FLOWS), 0);
	assert_int_equal(add(&table, FLOWS), 0); /* full */
	flow_table_remove(&table, 17);
	assert_int_equal(add(&table, FLOWS), 17);
	flow_table_clear(&table);
	assert_int_equal(find(&table, 1), 0);
	assert_int_equal(flow_table_next(&table, 0), 0);
	flow_table_done(&table);
}

static void memory_per_flow_is_at_most_200_octets_from_800_000_flows_on(void **state)
{
	for (uint32_t flows = 800000; flows <= 2000000; flows += 100000) {
		unsigned shift = 22;

		while ((UINT64_C(1) << (32 - shift)) / 4 * 3 < flows) {
			shift--;
		}
		assert_true(
			(UINT64_C(8) << (32 - shift)) / (double)flows + sizeof(struct flow) <= 200);
	}
}

static void a_table_for_no_flows_takes_none(void **state)
{
	struct flow_table table;

	assert_true(flow_table_init(&table, 0, &mask, &hash));
	assert_int_equal(add(&table, 1), 0);
	flow_table_done(&table);
	assert_null(table.flows);
}

static void the_wheel_gives_back_what_is_due_in_its_tick(void **state)
{
	struct flow_table table;
	static struct flow_wheel wheel;

	assert_true(flow_table_init(&table, 100, &mask, &hash));
	flow_wheel_init(&wheel, table.flows, 60000000);
	assert_int_equal(wheel.tick_us, 250000);
	wheel.tick = 1000;
	for (uint32_t i = 0; i < 10; i++) {
		uint32_t entry = add(&table, i);

		flow_wheel_put(&wheel, entry, 1000 + 1 + i % 2);
	}
	flow_wheel_take(&wheel, 5); /* in the middle, at the head, at the end */
	flow_wheel_take(&wheel, 9);
	flow_wheel_take(&wheel, 1);
	assert_int_equal(flow_wheel_first(&wheel, 1001), 3); /* in the order they were put */
	assert_int_equal(flow_wheel_next(&wheel, 3), 7);
	assert_int_equal(flow_wheel_next(&wheel, 7), 0);
	assert_int_equal(flow_wheel_first(&wheel, 1002), 2);
	flow_wheel_take(&wheel, 7);
	flow_wheel_take(&wheel, 3);
	assert_int_equal(flow_wheel_first(&wheel, 1001), 0);
	flow_wheel_put(&wheel, 3, 1001);
	assert_int_equal(flow_wheel_first(&wheel, 1001), 3);
	assert_int_equal(flow_wheel_next(&wheel, 3), 0);
	assert_int_equal(flow_wheel_first(&wheel, 1003), 0);
	/* always ahead, always within the ring */
	assert_int_equal(flow_wheel_tick_of(&wheel, 0), 1001);
	assert_int_equal(flow_wheel_tick_of(&wheel, 1000 * 250000), 1001);
	assert_int_equal(flow_wheel_tick_of(&wheel, 1001 * 250000), 1001);
	assert_int_equal(flow_wheel_tick_of(&wheel, 1001 * 250000 + 1), 1002);
	assert_int_equal(flow_wheel_tick_of(&wheel, INT64_C(1) << 60), 1000 + FLOW_WHEEL_SLOTS - 1);
	flow_wheel_init(&wheel, table.flows, INT64_C(3600000000));
	assert_true(wheel.tick_us * (FLOW_WHEEL_SLOTS - 3) > INT64_C(3600000000));
	flow_table_done(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_table_does_what_a_plain_array_would, setup),
		cmocka_unit_test_setup(the_index_grows_and_every_flow_is_found_again, setup),
		cmocka_unit_test_setup(
			memory_per_flow_is_at_most_200_octets_from_800_000_flows_on, setup),
		cmocka_unit_test_setup(a_table_for_no_flows_takes_none, setup),
		cmocka_unit_test_setup(the_wheel_gives_back_what_is_due_in_its_tick, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
