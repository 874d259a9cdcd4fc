#include "tests/unit/unit.h"

#include "exporter/balance.h"

#define FLOWS 60000
#define NODES 3

static struct flow_record flow(uint32_t number)
{
	struct flow_record record = {
		.src_address = {10, 0, (uint8_t)(number >> 8), (uint8_t)number},
		.dst_address = {192, 0, 2, 1},
		.src_port = (uint16_t)(1024 + number / 65536),
		.dst_port = 443,
		.protocol = 6,
		.ip_version = 4,
	};

	return record;
}

static void records_of_both_directions_are_of_one_flow(void **state)
{
	struct hash_key key;

	hash_key_seeded(&key, 1);
	for (uint32_t i = 0; i < 1000; i++) {
		struct flow_record there = flow(i);
		struct flow_record back;

		record_reverse(&there, &back);
		back.packets = 7;
		assert_int_equal(balance_flow(&key, &there), balance_flow(&key, &back));
	}
}

static void flows_that_differ_in_anything_differ(void **state)
{
	struct hash_key key;
	struct hash_key other;
	struct flow_record base = flow(1);
	struct flow_record port = flow(1);
	struct flow_record protocol = flow(1);
	struct flow_record crossed = flow(1);

	hash_key_seeded(&key, 1);
	hash_key_seeded(&other, 2);
	port.dst_port = 80;
	protocol.protocol = 17;
	crossed.src_port = base.dst_port;
	crossed.dst_port = base.src_port;
	assert_int_not_equal(balance_flow(&key, &base), balance_flow(&key, &port));
	assert_int_not_equal(balance_flow(&key, &base), balance_flow(&key, &protocol));
	assert_int_not_equal(balance_flow(&key, &base), balance_flow(&key, &crossed));
	assert_int_not_equal(balance_flow(&key, &base), balance_flow(&other, &base));
}

static void flows_without_addresses_differ_by_what_lies_below(void **state)
{
	struct flow_record one = {.src_mac = {2, 1}, .dst_mac = {2, 2}, .vlan_id = 1};
	struct flow_record back;
	struct flow_record other = one;
	struct flow_record vlan = one;
	struct flow_record addressed = flow(1);
	struct flow_record moved = flow(1);
	struct hash_key key;

	hash_key_seeded(&key, 1);
	record_reverse(&one, &back);
	other.dst_mac[1] = 3;
	vlan.vlan_id = 2;
	assert_int_equal(balance_flow(&key, &one), balance_flow(&key, &back));
	assert_int_not_equal(balance_flow(&key, &one), balance_flow(&key, &other));
	assert_int_not_equal(balance_flow(&key, &one), balance_flow(&key, &vlan));
	/* A router that another stands in for has another MAC in the same flow. */
	moved.dst_mac[0] = 2;
	moved.vlan_id = 7;
	assert_int_equal(balance_flow(&key, &addressed), balance_flow(&key, &moved));
}

static void share_of_one_that_goes_is_all_that_moves(void **state)
{
	static const char *const names[NODES] = {"tcp:a", "tcp:b", "tcp:c"};
	struct hash_key key;
	uint64_t seeds[NODES];
	unsigned before[NODES] = {0};
	unsigned after[NODES] = {0};

	hash_key_seeded(&key, 1);
	for (unsigned i = 0; i < NODES; i++) {
		seeds[i] = balance_seed(&key, names[i]);
	}
	for (uint32_t i = 0; i < FLOWS; i++) {
		struct flow_record record = flow(i);
		uint64_t number = balance_flow(&key, &record);
		unsigned first = balance_choose(number, seeds, NODES, 7);
		unsigned second = balance_choose(number, seeds, NODES, 5);

		before[first]++;
		after[second]++;
		assert_true(first == second || first == 1);
	}
	/* Five standard deviations of the binomial. */
	for (unsigned i = 0; i < NODES; i++) {
		assert_in_range(before[i], 20000 - 577, 20000 + 577);
	}
	assert_int_equal(after[1], 0);
	assert_in_range(after[0], 30000 - 612, 30000 + 612);
}

static void only_candidate_gets_everything(void **state)
{
	const uint64_t seeds[NODES] = {1, 2, 3};

	for (uint64_t i = 0; i < 1000; i++) {
		assert_int_equal(balance_choose(i, seeds, NODES, 2), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_both_directions_are_of_one_flow),
		cmocka_unit_test(flows_that_differ_in_anything_differ),
		cmocka_unit_test(flows_without_addresses_differ_by_what_lies_below),
		cmocka_unit_test(share_of_one_that_goes_is_all_that_moves),
		cmocka_unit_test(only_candidate_gets_everything),
	};

	return cmocka_run_group_tests_name("balance", tests, NULL, NULL);
}
