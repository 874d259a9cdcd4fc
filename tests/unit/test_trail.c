#include "tests/unit/unit.h"

#include "exporter/trail.h"

#include "base/wire.h"

#define SECOND INT64_C(1000000)

/* Message @sequence has as many records as its number says, each of 10 octets and 2 packets. */
static void add(struct trail *trail, uint32_t sequence)
{
	uint8_t octets[16] = {0, 10};
	struct message_info info = {.size = 100,
		.data_records = sequence,
		.flow_records = sequence,
		.flow_packets = (uint64_t)2 * sequence,
		.flow_octets = (uint64_t)10 * sequence};

	store_be32(octets + 8, sequence);
	trail_add(trail, &info, octets);
}

static struct trail_loss refuse(
	struct trail *trail, uint32_t sequence, uint32_t size, bool alone, int64_t now_us)
{
	uint8_t octets[100] = {0, 10};
	struct transport_refusal refusal = {.octets = octets, .size = size, .alone = alone};
	struct trail_loss loss;

	store_be32(octets + 8, sequence);
	trail_refuse(trail, &refusal, now_us, &loss);
	return loss;
}

static struct trail *trail_of(uint32_t count)
{
	struct trail *trail = g_new0(struct trail, 1);

	for (uint32_t i = 1; i <= count; i++) {
		add(trail, i);
	}
	return trail;
}

static void refusal_costs_the_message_that_it_quotes(void **state)
{
	g_autofree struct trail *trail = trail_of(10);
	struct trail_loss loss = refuse(trail, 4, 100, false, SECOND);

	assert_int_equal(loss.count, 1);
	assert_int_equal(loss.info.size, 100);
	assert_int_equal(loss.info.data_records, 4);
	assert_int_equal(loss.info.flow_records, 4);
	assert_int_equal(loss.info.flow_packets, 8);
	assert_int_equal(loss.info.flow_octets, 40);
}

static void what_was_sent_between_two_refusals_was_refused(void **state)
{
	g_autofree struct trail *trail = trail_of(10);

	(void)refuse(trail, 4, 100, false, SECOND);
	assert_int_equal(refuse(trail, 6, 100, false, SECOND).info.data_records, 5 + 6);
	assert_int_equal(
		refuse(trail, 10, 16, false, 5 * SECOND).info.data_records, 7 + 8 + 9 + 10);
}

static void refusals_far_apart_say_nothing_of_what_lies_between(void **state)
{
	g_autofree struct trail *trail = trail_of(10);

	(void)refuse(trail, 4, 100, false, SECOND);
	assert_int_equal(refuse(trail, 6, 100, false, 5 * SECOND + 1).info.data_records, 6);
}

static void refusal_that_quotes_nothing_costs_the_last_message(void **state)
{
	g_autofree struct trail *trail = trail_of(10);

	assert_int_equal(refuse(trail, 4, 15, false, SECOND).info.data_records, 10);
	assert_int_equal(refuse(trail, 4, 0, false, SECOND).count, 0);
	add(trail, 11);
	assert_int_equal(refuse(trail, 4, 0, false, SECOND).info.data_records, 11);
}

static void message_is_refused_but_once(void **state)
{
	g_autofree struct trail *trail = trail_of(10);

	(void)refuse(trail, 4, 100, false, SECOND);
	assert_int_equal(refuse(trail, 4, 100, false, SECOND).count, 0);
	assert_int_equal(refuse(trail, 2, 100, false, SECOND).count, 0);
	assert_int_equal(refuse(trail, 8, 100, true, SECOND).info.data_records, 8);
	assert_int_equal(refuse(trail, 8, 100, true, SECOND).count, 0);
	assert_int_equal(refuse(trail, 9, 100, false, SECOND).info.data_records, 5 + 6 + 7 + 9);
}

static void message_too_large_says_nothing_of_others(void **state)
{
	g_autofree struct trail *trail = trail_of(10);

	assert_int_equal(refuse(trail, 4, 100, true, SECOND).info.data_records, 4);
	assert_int_equal(refuse(trail, 6, 100, true, SECOND).info.data_records, 6);
	assert_int_equal(refuse(trail, 5, 100, true, SECOND).info.data_records, 5);
}

static void more_messages_than_it_holds_are_added_up(void **state)
{
	g_autofree struct trail *trail = trail_of(1);
	const uint32_t count = 3 * TRAIL_MESSAGES;
	struct trail_loss loss;

	(void)refuse(trail, 1, 100, false, SECOND);
	for (uint32_t i = 2; i <= count; i++) {
		add(trail, i);
	}
	assert_int_equal(refuse(trail, count, 100, true, SECOND).info.data_records, count);
	loss = refuse(trail, count - 1, 100, false, 2 * SECOND);
	assert_int_equal(loss.count, count - 2);
	assert_int_equal(loss.info.data_records, (count - 1) * count / 2 - 1);
}

static void what_was_forgotten_is_lost_with_a_refusal_of_it(void **state)
{
	g_autofree struct trail *trail = trail_of(1);

	(void)refuse(trail, 1, 100, false, SECOND);
	for (uint32_t i = 2; i <= TRAIL_MESSAGES + 3; i++) {
		add(trail, i);
	}
	assert_int_equal(refuse(trail, 2, 100, false, 2 * SECOND).info.data_records, 2 + 3);
	assert_int_equal(refuse(trail, 5, 100, false, 2 * SECOND).info.data_records, 4 + 5);
}

static struct trail_loss end(struct trail *trail, bool sparse, int64_t now_us)
{
	const struct transport_refusal refusal = {.sparse = sparse};
	struct trail_loss loss;

	trail_refuse(trail, &refusal, SECOND, &loss);
	assert_int_equal(loss.count, 1); /* when it began is not known */
	for (uint32_t i = 1; i <= TRAIL_MESSAGES + 1; i++) {
		add(trail, i);
	}
	trail_end(trail, now_us, &loss);
	return loss;
}

static void what_was_sent_since_a_sparse_refusal_is_lost_at_the_end(void **state)
{
	const uint32_t n = TRAIL_MESSAGES + 1;
	g_autofree struct trail *limited = trail_of(2);
	g_autofree struct trail *late = trail_of(2);
	g_autofree struct trail *each = trail_of(2);
	struct trail_loss loss = end(limited, true, 5 * SECOND);

	assert_int_equal(loss.count, n);
	assert_int_equal(loss.info.data_records, n * (n + 1) / 2);
	assert_int_equal(end(late, true, 5 * SECOND + 1).count, 0);
	assert_int_equal(end(each, false, SECOND).count, 0);
}

static void first_sparse_refusal_costs_all_of_a_young_session(void **state)
{
	const struct transport_refusal sparse = {.sparse = true};
	g_autofree struct trail *young = trail_of(TRAIL_MESSAGES + 10);
	g_autofree struct trail *old = trail_of(10);
	g_autofree struct trail *each = trail_of(10);
	struct trail_loss loss;

	young->begun_us = old->begun_us = each->begun_us = SECOND;
	trail_refuse(young, &sparse, 5 * SECOND, &loss);
	assert_int_equal(loss.count, TRAIL_MESSAGES + 10);
	trail_refuse(old, &sparse, 5 * SECOND + 1, &loss);
	assert_int_equal(loss.count, 1);
	assert_int_equal(refuse(each, 7, 100, false, SECOND).count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusal_costs_the_message_that_it_quotes),
		cmocka_unit_test(what_was_sent_between_two_refusals_was_refused),
		cmocka_unit_test(refusals_far_apart_say_nothing_of_what_lies_between),
		cmocka_unit_test(refusal_that_quotes_nothing_costs_the_last_message),
		cmocka_unit_test(message_is_refused_but_once),
		cmocka_unit_test(message_too_large_says_nothing_of_others),
		cmocka_unit_test(more_messages_than_it_holds_are_added_up),
		cmocka_unit_test(what_was_sent_since_a_sparse_refusal_is_lost_at_the_end),
		cmocka_unit_test(first_sparse_refusal_costs_all_of_a_young_session),
		cmocka_unit_test(what_was_forgotten_is_lost_with_a_refusal_of_it),
	};

	return cmocka_run_group_tests_name("trail of datagrams", tests, NULL, NULL);
}
