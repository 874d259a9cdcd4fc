#include "tests/unit/unit.h"

#include <string.h>

#include "probe/flow_key.h"

static uint32_t random_state = 1;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

/* A key out of few values, so that ends are often the same in part. */
static struct flow_key random_key(void)
{
	static const uint8_t protocols[] = {1, 6, 17, 58, 47};
	static const uint8_t types[] = {0, 3, 8, 13, 128, 129, 135, 136};
	struct flow_key key;

	memset(&key, 0, sizeof(key));
	key.ip_version = next_random() % 2 ? 4 : 6;
	key.protocol = protocols[next_random() % 5];
	for (unsigned end = 0; end < 2; end++) {
		key.address[end][0] = (uint8_t)(next_random() % 2);
		key.address[end][3] = (uint8_t)(next_random() % 2);
		if (key.ip_version == 6) {
			key.address[end][8 + next_random() % 8] = (uint8_t)(next_random() % 2);
		}
		key.mac[end][next_random() % 6] = (uint8_t)(next_random() % 2);
		key.port[end] = (uint16_t)(next_random() % 2);
	}
	if (flow_transport_of(key.ip_version, key.protocol) == FLOW_TRANSPORT_ICMP) {
		key.port[0] = types[next_random() % 8];
	}
	key.vlan_id = (uint16_t)(next_random() % 2);
	key.interface = (uint16_t)(next_random() % 2);
	key.tos = (uint8_t)(next_random() % 2);
	return key;
}

static bool equal_under(
	const struct flow_key *a, const struct flow_key *b, const struct flow_key_words *mask)
{
	struct flow_key_words x = flow_key_masked(a, mask);
	struct flow_key_words y = flow_key_masked(b, mask);

	return memcmp(&x, &y, sizeof(x)) == 0;
}

static void a_mask_leaves_its_fields_and_the_version_alone(void **state)
{
	for (uint32_t fields = 0; fields < FLOW_KEY_TOS << 1; fields++) {
		struct flow_key mask;
		struct flow_key_words words;

		flow_key_mask(fields, &words);
		memcpy(&mask, &words, sizeof(mask));
		assert_int_equal(mask.address[0][15], fields & FLOW_KEY_SRC_ADDRESS ? 0xff : 0);
		assert_int_equal(mask.address[1][0], fields & FLOW_KEY_DST_ADDRESS ? 0xff : 0);
		assert_int_equal(mask.port[0], fields & FLOW_KEY_SRC_PORT ? 0xffff : 0);
		assert_int_equal(mask.port[1], fields & FLOW_KEY_DST_PORT ? 0xffff : 0);
		assert_int_equal(mask.protocol, fields & FLOW_KEY_PROTOCOL ? 0xff : 0);
		assert_int_equal(mask.vlan_id, fields & FLOW_KEY_VLAN ? 0xffff : 0);
		assert_int_equal(mask.mac[0][5], fields & FLOW_KEY_SRC_MAC ? 0xff : 0);
		assert_int_equal(mask.mac[1][0], fields & FLOW_KEY_DST_MAC ? 0xff : 0);
		assert_int_equal(mask.interface, fields & FLOW_KEY_INTERFACE ? 0xffff : 0);
		assert_int_equal(mask.tos, fields & FLOW_KEY_TOS ? 0xff : 0);
		assert_int_equal(mask.ip_version, 0xff);
		assert_int_equal(mask.zero, 0);
	}
}

static void the_mask_of_the_5_tuple_is_the_one_known_when_compiling(void **state)
{
	struct flow_key_words words;

	flow_key_mask(FLOW_KEY_5TUPLE, &words);
	assert_memory_equal(&words, &flow_key_mask_5tuple, sizeof(words));
}

static void keys_with_a_field_of_one_end_only_are_not_symmetric(void **state)
{
	assert_true(flow_key_is_symmetric(FLOW_KEY_5TUPLE));
	assert_true(flow_key_is_symmetric(FLOW_KEY_SRC_ADDRESS | FLOW_KEY_DST_ADDRESS));
	assert_true(flow_key_is_symmetric(FLOW_KEY_SRC_MAC | FLOW_KEY_DST_MAC | FLOW_KEY_TOS));
	assert_false(flow_key_is_symmetric(FLOW_KEY_SRC_ADDRESS));
	assert_false(flow_key_is_symmetric(FLOW_KEY_5TUPLE & ~(uint32_t)FLOW_KEY_SRC_PORT));
	assert_false(flow_key_is_symmetric(FLOW_KEY_5TUPLE | FLOW_KEY_DST_MAC));
}

static void reversing_twice_gives_the_key_again(void **state)
{
	for (unsigned i = 0; i < 10000; i++) {
		struct flow_key key = random_key();
		struct flow_key twice = key;

		flow_key_reverse(&twice);
		assert_int_equal(twice.address[0][3], key.address[1][3]);
		assert_int_equal(twice.mac[0][5], key.mac[1][5]);
		assert_int_equal(twice.vlan_id, key.vlan_id);
		flow_key_reverse(&twice);
		assert_memory_equal(&twice, &key, sizeof(key));
	}
}

/* The fast way to the order of @key, as the flow cache goes it. */
static unsigned order_fast(
	const struct flow_key *key, const struct flow_key_words *mask, struct flow_key_words *ret)
{
	bool tied = true;
	unsigned end = 0;

	*ret = flow_key_masked(key, mask);
	if (flow_transport_of(key->ip_version, key->protocol) != FLOW_TRANSPORT_ICMP) {
		end = flow_key_order_fast(ret, &tied);
	}
	if (tied) {
		struct flow_key ordered = *key;

		end = flow_key_order(&ordered, mask);
		*ret = flow_key_masked(&ordered, mask);
	}
	return end;
}

static void both_directions_agree_on_one_order_under_every_symmetric_mask(void **state)
{
	for (uint32_t fields = 1; fields < FLOW_KEY_TOS << 1; fields++) {
		struct flow_key_words mask;

		if (!flow_key_is_symmetric(fields)) {
			continue;
		}
		flow_key_mask(fields, &mask);
		for (unsigned i = 0; i < 500; i++) {
			struct flow_key there = random_key();
			struct flow_key back = there;
			struct flow_key_words a;
			struct flow_key_words b;
			unsigned end_a;
			unsigned end_b;

			flow_key_reverse(&back);
			end_a = order_fast(&there, &mask, &a);
			end_b = order_fast(&back, &mask, &b);
			assert_memory_equal(&a, &b, sizeof(a));
			if (equal_under(&there, &back, &mask)) {
				assert_int_equal(end_a, 0); /* its own reverse */
				assert_int_equal(end_b, 0);
			} else {
				assert_int_equal(end_a ^ end_b, 1);
			}
		}
	}
}

static void the_fast_order_is_the_order(void **state)
{
	struct flow_key_words mask;

	flow_key_mask(FLOW_KEY_5TUPLE | FLOW_KEY_SRC_MAC | FLOW_KEY_DST_MAC, &mask);
	for (unsigned i = 0; i < 20000; i++) {
		struct flow_key key = random_key();
		struct flow_key ordered = key;
		struct flow_key_words fast;
		struct flow_key_words slow;
		unsigned end = flow_key_order(&ordered, &mask);

		slow = flow_key_masked(&ordered, &mask);
		assert_int_equal(order_fast(&key, &mask, &fast), end);
		assert_memory_equal(&fast, &slow, sizeof(fast));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mask_leaves_its_fields_and_the_version_alone),
		cmocka_unit_test(the_mask_of_the_5_tuple_is_the_one_known_when_compiling),
		cmocka_unit_test(keys_with_a_field_of_one_end_only_are_not_symmetric),
		cmocka_unit_test(reversing_twice_gives_the_key_again),
		cmocka_unit_test(both_directions_agree_on_one_order_under_every_symmetric_mask),
		cmocka_unit_test(the_fast_order_is_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
