#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "probe/name_table.h"

#define HOUR INT64_C(3600000000)

struct fixture {
	struct hash_key key;
	struct name_table *table;
};

static struct fixture *fixture_of(uint32_t names_max)
{
	static struct fixture f;

	hash_key_seeded(&f.key, 3);
	f.table = name_table_new(names_max, &f.key);
	assert_non_null(f.table);
	return &f;
}

static struct name_key key_of(unsigned host, unsigned far)
{
	struct name_key key = {.host_kind = NAME_HOST_DEVICE, .far_version = 4};

	memcpy(key.host, &host, sizeof(host));
	memcpy(key.far, &far, sizeof(far));
	return key;
}

static void learn(struct fixture *f, unsigned host, unsigned far, const char *text, int64_t now_us)
{
	struct name_key key = key_of(host, far);

	name_table_learn(f->table, &key, text, RECORD_NAME_DNS, now_us);
}

static uint32_t find(struct fixture *f, unsigned host, unsigned far, int64_t now_us)
{
	struct name_key key = key_of(host, far);

	return name_table_find(f->table, &key, now_us);
}

static void assert_view(struct fixture *f, uint32_t handle, const char *text, int64_t learned_us)
{
	struct name_view view;

	assert_int_not_equal(handle, 0);
	assert_true(name_table_view(f->table, handle, learned_us, &view));
	assert_string_equal(view.name.text, text);
	assert_int_equal(view.name.octets, strlen(text));
	assert_int_equal(view.learned_us, learned_us);
	assert_int_equal(view.source, RECORD_NAME_DNS);
	assert_false(view.settled);
}

static void a_name_is_known_to_who_learned_it_alone(void **state)
{
	struct fixture *f = fixture_of(8);

	learn(f, 1, 7, "one.example", 10);
	learn(f, 2, 7, "two.example", 20);
	assert_view(f, find(f, 1, 7, 30), "one.example", 10);
	assert_view(f, find(f, 2, 7, 30), "two.example", 20);
	assert_int_equal(find(f, 3, 7, 30), 0);
	assert_int_equal(find(f, 1, 8, 30), 0);
	name_table_free(f->table);
}

static void the_newest_name_counts_and_flows_keep_theirs(void **state)
{
	struct fixture *f = fixture_of(8);
	uint32_t old;

	learn(f, 1, 7, "old.example", 10);
	old = find(f, 1, 7, 11);
	learn(f, 1, 7, "new.example", 20);
	assert_view(f, find(f, 1, 7, 21), "new.example", 20);
	assert_view(f, old, "old.example", 10);
	/* The same name again: flows keep the age they began with. */
	old = find(f, 1, 7, 21);
	learn(f, 1, 7, "new.example", 30);
	assert_view(f, old, "new.example", 20);
	assert_view(f, find(f, 1, 7, 31), "new.example", 30);
	name_table_free(f->table);
}

static void learning_again_takes_no_room_while_no_flow_holds_it(void **state)
{
	struct fixture *f = fixture_of(8);

	for (int i = 0; i < 100; i++) {
		learn(f, 1, 7, i % 2 ? "a.example" : "b.example", i);
		learn(f, 1, 8, "c.example", i);
	}
	assert_int_equal(name_table_count(f->table), 2);
	assert_int_equal(name_table_evicted(f->table), 0);
	assert_view(f, find(f, 1, 8, 100), "c.example", 99);
	name_table_free(f->table);
}

static void what_was_longest_not_used_makes_room(void **state)
{
	struct fixture *f = fixture_of(4);

	for (unsigned i = 0; i < 4; i++) {
		learn(f, 1, i, "a.example", i);
	}
	assert_int_not_equal(find(f, 1, 0, 10), 0);
	learn(f, 1, 4, "b.example", 11);
	assert_int_equal(name_table_evicted(f->table), 1);
	assert_int_equal(name_table_count(f->table), 4);
	assert_int_equal(find(f, 1, 1, 12), 0);
	assert_int_not_equal(find(f, 1, 0, 12), 0);
	assert_int_not_equal(find(f, 1, 4, 12), 0);
	name_table_free(f->table);
}

static void a_host_that_learns_without_end_takes_no_others_names(void **state)
{
	struct fixture *f = fixture_of(64);

	for (unsigned i = 0; i < 8; i++) {
		learn(f, 2, i, "quiet.example", i);
	}
	for (unsigned i = 0; i < 1000; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "n%u.example", i);
		learn(f, 1, i, text, 10 + i);
		(void)name_table_own(f->table, text, RECORD_NAME_SNI, 10 + i);
	}
	for (unsigned i = 0; i < 8; i++) {
		assert_view(f, find(f, 2, i, 2000), "quiet.example", i);
	}
	assert_int_equal(name_table_count(f->table), 64);
	assert_int_equal(name_table_evicted(f->table), 2008 - 64);
	name_table_free(f->table);
}

static void a_handle_never_turns_into_another_name(void **state)
{
	enum {
		NAMES = 5,
		ROUNDS = 4000
	};
	struct fixture *f = fixture_of(NAMES);
	uint32_t handles[ROUNDS];
	struct name_view view;

	for (unsigned i = 0; i < ROUNDS; i++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "n%u.example", i);
		learn(f, 1, i, text, i);
		handles[i] = find(f, 1, i, i);
		assert_view(f, handles[i], text, i);
	}
	for (unsigned i = 0; i < ROUNDS; i++) {
		assert_int_equal(
			name_table_view(f->table, handles[i], ROUNDS, &view), i >= ROUNDS - NAMES);
	}
	assert_int_equal(name_table_evicted(f->table), ROUNDS - NAMES);
	name_table_free(f->table);
}

static void handles_that_were_never_given_stand_for_nothing(void **state)
{
	struct fixture *f = fixture_of(5);
	struct name_view view;

	learn(f, 1, 1, "a.example", 1);
	for (uint32_t handle = 0; handle < 64; handle++) {
		assert_int_equal(name_table_view(f->table, handle, 1, &view), handle == 8);
	}
	assert_false(name_table_view(f->table, UINT32_MAX, 1, &view));
	name_table_free(f->table);
}

static void a_table_of_one_name_works(void **state)
{
	struct fixture *f = fixture_of(1);
	struct name_view view;
	uint32_t handle;

	learn(f, 1, 1, "a.example", 1);
	handle = find(f, 1, 1, 1);
	learn(f, 1, 2, "b.example", 2);
	assert_false(name_table_view(f->table, handle, 2, &view));
	assert_view(f, find(f, 1, 2, 2), "b.example", 2);
	name_table_free(f->table);
}

static void replaced_names_go_first_once_no_flow_asks_for_them(void **state)
{
	struct fixture *f = fixture_of(3);
	struct name_view view;
	uint32_t old;

	learn(f, 1, 1, "quiet.example", 1);
	learn(f, 1, 2, "old.example", 2);
	old = find(f, 1, 2, 2);
	learn(f, 1, 2, "new.example", 3);
	assert_true(name_table_view(f->table, old, 4, &view));
	learn(f, 1, 3, "c.example", 4 + HOUR);
	assert_false(name_table_view(f->table, old, 5, &view));
	assert_view(f, find(f, 1, 1, 5), "quiet.example", 1);
	name_table_free(f->table);

	/* Within the hour the flow that holds it still counts more. */
	f = fixture_of(3);
	learn(f, 1, 1, "quiet.example", 1);
	learn(f, 1, 2, "old.example", 2);
	old = find(f, 1, 2, 2);
	learn(f, 1, 2, "new.example", 3);
	learn(f, 1, 3, "c.example", HOUR);
	assert_true(name_table_view(f->table, old, 5, &view));
	assert_int_equal(find(f, 1, 1, 5), 0);
	name_table_free(f->table);
}

static void only_replaced_names_left_make_room_too(void **state)
{
	struct fixture *f = fixture_of(2);
	struct name_view view;
	uint32_t first;
	uint32_t second;

	learn(f, 1, 1, "a.example", 1);
	first = find(f, 1, 1, 1);
	learn(f, 1, 1, "b.example", 2);
	second = find(f, 1, 1, 2);
	learn(f, 1, 1, "c.example", 3);
	assert_false(name_table_view(f->table, first, 4, &view));
	assert_view(f, second, "b.example", 2);
	assert_view(f, find(f, 1, 1, 4), "c.example", 3);
	name_table_free(f->table);
}

static void forgotten_names_are_found_no_more(void **state)
{
	struct fixture *f = fixture_of(4);
	struct name_key key = key_of(1, 1);
	uint32_t handle;

	learn(f, 1, 1, "a.example", 1);
	name_table_forget(f->table, &key, "b.example");
	handle = find(f, 1, 1, 2);
	name_table_forget(f->table, &key, "a.example");
	assert_int_equal(find(f, 1, 1, 3), 0);
	assert_view(f, handle, "a.example", 1);
	name_table_forget(f->table, &key, "a.example");
	name_table_free(f->table);
}

static void flows_with_the_same_name_of_their_own_share_it(void **state)
{
	struct fixture *f = fixture_of(4);
	uint32_t a = name_table_own(f->table, "a.example", RECORD_NAME_SNI, 1);
	struct name_view view;

	assert_int_equal(name_table_own(f->table, "a.example", RECORD_NAME_SNI, 2), a);
	assert_int_not_equal(name_table_own(f->table, "a.example", RECORD_NAME_QUIC, 2), a);
	assert_int_not_equal(name_table_own(f->table, "b.example", RECORD_NAME_SNI, 2), a);
	assert_int_equal(name_table_count(f->table), 3);
	assert_true(name_table_view(f->table, a, 3, &view));
	assert_string_equal(view.name.text, "a.example");
	assert_int_equal(view.source, RECORD_NAME_SNI);
	assert_true(view.settled);
	assert_int_equal(view.learned_us, 0);
	name_table_free(f->table);
}

static void a_settled_name_keeps_the_age_it_had(void **state)
{
	struct fixture *f = fixture_of(8);
	uint32_t handle;
	uint32_t settled;
	struct name_view view;

	learn(f, 1, 1, "a.example", 5000000);
	handle = find(f, 1, 1, 8000000);
	settled = name_table_settle(f->table, handle, 12999999, 300000000);
	assert_int_not_equal(settled, handle);
	assert_true(name_table_is_same(f->table, settled, handle));
	assert_true(name_table_view(f->table, settled, 900000000, &view));
	assert_string_equal(view.name.text, "a.example");
	assert_int_equal(view.source, RECORD_NAME_DNS);
	assert_true(view.settled);
	assert_int_equal(view.learned_us, 7000000);
	assert_int_equal(name_table_settle(f->table, settled, 500000000, 900000000), settled);
	assert_int_equal(find(f, 1, 1, 900000001), handle); /* new flows find the one that ages */
	assert_int_equal(name_table_settle(f->table, handle, 12000000, 900000002), settled);
	assert_int_not_equal(name_table_settle(f->table, handle, 14000000, 900000003), settled);
	assert_true(name_table_view(f->table,
		name_table_settle(f->table, handle, 4000000, 900000004), 900000004, &view));
	assert_int_equal(view.learned_us, 0); /* learned after the flow began: never negative */
	name_table_free(f->table);
}

static void settled_names_take_their_room_from_their_own_host(void **state)
{
	struct fixture *f = fixture_of(4);

	learn(f, 2, 1, "other.example", 0);
	learn(f, 1, 1, "a.example", 0);
	for (int64_t age_s = 1; age_s < 100; age_s++) {
		uint32_t handle = find(f, 1, 1, age_s * 1000000);

		(void)name_table_settle(f->table, handle, age_s * 1000000, age_s * 1000000);
		assert_view(f, handle, "a.example", 0);
	}
	assert_view(f, find(f, 2, 1, 100000000), "other.example", 0);
	assert_int_equal(name_table_count(f->table), 4);
	name_table_free(f->table);
}

static void a_name_that_was_evicted_cannot_be_settled(void **state)
{
	struct fixture *f = fixture_of(1);
	uint32_t handle;

	learn(f, 1, 1, "a.example", 0);
	handle = find(f, 1, 1, 0);
	learn(f, 1, 2, "b.example", 1);
	assert_int_equal(name_table_settle(f->table, handle, 2, 2), handle);
	assert_int_equal(name_table_settle(f->table, 0, 2, 2), 0);
	assert_false(name_table_is_same(f->table, handle, find(f, 1, 2, 2)));
	assert_int_equal(name_table_count(f->table), 1);
	name_table_free(f->table);
}

static void long_names_make_room_for_each_other(void **state)
{
	struct fixture *f = fixture_of(64);
	char text[256];

	memset(text, 'a', sizeof(text));
	text[255] = '\0';
	for (unsigned i = 0; i < 1000; i++) {
		text[0] = (char)('a' + i % 26);
		text[1] = (char)('a' + i / 26);
		learn(f, 1, i, text, i);
		assert_view(f, find(f, 1, i, i), text, i);
	}
	assert_int_equal(name_table_count(f->table) + name_table_evicted(f->table), 1000);
	assert_true(name_table_count(f->table) >= 13); /* two blocks of 28 octets a name */
	name_table_free(f->table);
}

/* Against a model that cannot go wrong: what is found is what was learned last. */
static void random_work_agrees_with_a_plain_list(void **state)
{
	struct fixture *f = fixture_of(64);
	int learned[256];
	uint32_t seed = 12345;

	memset(learned, -1, sizeof(learned));
	for (int i = 0; i < 20000; i++) {
		unsigned far;
		char text[64];
		uint32_t handle;

		seed = seed * 1664525 + 1013904223;
		far = seed >> 24;
		if ((seed & 0x100) != 0) {
			(void)snprintf(
				text, sizeof(text), "%*u.example", (int)(seed >> 17 & 31), far);
			learned[far] = i;
			learn(f, 1, far, text, i);
		}
		handle = find(f, 1, far, i);
		if (handle != 0) {
			struct name_view view;

			assert_true(name_table_view(f->table, handle, i, &view));
			assert_int_equal(view.learned_us, learned[far]);
		}
		assert_true(name_table_count(f->table) <= 64);
	}
	name_table_free(f->table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_known_to_who_learned_it_alone),
		cmocka_unit_test(the_newest_name_counts_and_flows_keep_theirs),
		cmocka_unit_test(learning_again_takes_no_room_while_no_flow_holds_it),
		cmocka_unit_test(what_was_longest_not_used_makes_room),
		cmocka_unit_test(a_host_that_learns_without_end_takes_no_others_names),
		cmocka_unit_test(a_handle_never_turns_into_another_name),
		cmocka_unit_test(handles_that_were_never_given_stand_for_nothing),
		cmocka_unit_test(a_table_of_one_name_works),
		cmocka_unit_test(replaced_names_go_first_once_no_flow_asks_for_them),
		cmocka_unit_test(only_replaced_names_left_make_room_too),
		cmocka_unit_test(forgotten_names_are_found_no_more),
		cmocka_unit_test(flows_with_the_same_name_of_their_own_share_it),
		cmocka_unit_test(a_settled_name_keeps_the_age_it_had),
		cmocka_unit_test(settled_names_take_their_room_from_their_own_host),
		cmocka_unit_test(a_name_that_was_evicted_cannot_be_settled),
		cmocka_unit_test(long_names_make_room_for_each_other),
		cmocka_unit_test(random_work_agrees_with_a_plain_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
