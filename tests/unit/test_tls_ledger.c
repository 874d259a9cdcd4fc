#include "tests/unit/unit.h"

#include "exporter/tls_ledger.h"

static void message_is_open_until_its_last_record_is_acknowledged(void **state)
{
	struct tls_ledger ledger;

	tls_ledger_init(&ledger);
	tls_ledger_sent(&ledger, 100, 122);
	tls_ledger_sent(&ledger, 1000, 1144);
	assert_int_equal(ledger.octets, 1100);
	tls_ledger_acknowledged(&ledger, 121, 0);
	assert_int_equal(ledger.octets, 1100);
	tls_ledger_acknowledged(&ledger, 122, 0);
	assert_int_equal(ledger.octets, 1000);
	tls_ledger_acknowledged(&ledger, 1143, 0);
	assert_int_equal(ledger.octets, 1000);
	tls_ledger_acknowledged(&ledger, 5000, 0);
	assert_int_equal(ledger.octets, 0);
	tls_ledger_sent(&ledger, 7, 5010);
	assert_int_equal(ledger.octets, 7);
	tls_ledger_clear(&ledger);
	assert_int_equal(ledger.octets, 0);
	tls_ledger_done(&ledger);
}

static void ledger_of_many_messages_stays_small(void **state)
{
	struct tls_ledger ledger;

	tls_ledger_init(&ledger);
	for (uint64_t i = 1; i <= 100000; i++) {
		tls_ledger_sent(&ledger, 50, i * 70);
		tls_ledger_acknowledged(&ledger, i < 10 ? 0 : (i - 10) * 70, 0);
		assert_in_range(ledger.entries->len, 1, 1100);
		assert_int_equal(ledger.octets, 50 * (i < 10 ? i : 10));
	}
	tls_ledger_done(&ledger);
}

static void doubt_ends_where_the_peers_buffer_does(void **state)
{
	struct tls_ledger ledger;

	tls_ledger_init(&ledger);
	tls_ledger_sent(&ledger, 1000, 1022);
	assert_int_equal(tls_ledger_doubtful(&ledger), 0);
	tls_ledger_acknowledged(&ledger, 1022, 0);
	assert_int_equal(tls_ledger_doubtful(&ledger), 1000);
	tls_ledger_acknowledged(&ledger, 1022, 300);
	tls_ledger_acknowledged(&ledger, 1022, 200);
	assert_int_equal(tls_ledger_doubtful(&ledger), 600);
	tls_ledger_clear(&ledger);
	assert_int_equal(tls_ledger_doubtful(&ledger), 0);
	tls_ledger_done(&ledger);
}

static void doubt_ends_by_a_sign_by_time_or_by_octets(void **state)
{
	struct tls_ledger ledger;

	tls_ledger_init(&ledger);
	assert_false(tls_ledger_in_doubt(&ledger, 5000));
	tls_ledger_doubt(&ledger, 5000);
	assert_true(tls_ledger_in_doubt(&ledger, 30004999));
	assert_false(tls_ledger_in_doubt(&ledger, 30005000));
	tls_ledger_sent(&ledger, 1 << 20, 1 << 21);
	assert_false(tls_ledger_in_doubt(&ledger, 5001));
	tls_ledger_clear(&ledger);
	tls_ledger_doubt(&ledger, 5000);
	tls_ledger_trust(&ledger);
	assert_false(tls_ledger_in_doubt(&ledger, 5001));
	tls_ledger_done(&ledger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_is_open_until_its_last_record_is_acknowledged),
		cmocka_unit_test(doubt_ends_where_the_peers_buffer_does),
		cmocka_unit_test(doubt_ends_by_a_sign_by_time_or_by_octets),
		cmocka_unit_test(ledger_of_many_messages_stays_small),
	};

	return cmocka_run_group_tests_name("what a peer has acknowledged", tests, NULL, NULL);
}
