#include "cli/status.h"

#include <string.h>

#include "tests/unit/status_fixture.h"
#include "tests/unit/unit.h"

static void assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL) {
		fail_msg("no '%s' in '%s'", part, text);
	}
}

static void interfaces_counters_losses_and_devices_are_listed(void **state)
{
	const struct status_answer *answer = status_ask(STATUS_PROBE_ANSWERS, NULL);

	assert_int_equal(answer->status, 0);
	assert_string_equal(answer->err, "");
	assert_has(answer->out, "interface eth0 (3), home side\n");
	assert_has(answer->out, "interface ppp0 (4)\n");
	assert_has(answer->out, "packets 1000000007, of which IP 99, malformed 3\n");
	assert_has(answer->out, "selector 33 (count): packets 1000, selected 999\n");
	assert_has(answer->out, "selector 40 (hash:crc32): packets 993, selected 992\n");
	assert_has(answer->out, "flows 50, active 7, evicted 2, records 43\n");
	assert_has(answer->out,
		"by the ring 11 packets, by the interface 12 packets, by slow subscribers 0 "
		"records, without a subscriber 0 records\n");
	assert_has(answer->out, "devices 2, names 21\n");
	assert_has(answer->out, "  7  02:00:5e:10:20:30  Küche, Example Ltd\n");
	assert_has(answer->out, "  8  00:00:00:00:00:00  - (gateway)\n");
}

static void a_probe_that_hangs_up_is_told_of(void **state)
{
	const struct status_answer *answer = status_ask(STATUS_PROBE_HANGS_UP, NULL);

	assert_int_equal(answer->status, 1);
	assert_string_equal(answer->out, "");
	assert_string_equal(answer->err, "weir status: the probe hung up\n");
}

static void what_is_no_message_is_told_of(void **state)
{
	const struct status_answer *answer = status_ask(STATUS_PROBE_BABBLES, NULL);

	assert_int_equal(answer->status, 1);
	assert_string_equal(answer->out, "");
	assert_has(answer->err, "weir status: ");
}

static void a_probe_that_does_not_answer_is_told_of(void **state)
{
	const struct status_answer *answer = status_ask(STATUS_PROBE_SLEEPS, NULL);

	assert_int_equal(answer->status, 1);
	assert_string_equal(answer->err, "weir status: the probe did not answer within 5 s\n");
}

static void a_probe_that_is_not_there_is_told_of_with_its_socket(void **state)
{
	const char *options[] = {"--run-dir", "/nowhere"};
	const struct status_answer *answer = status_ask_nobody(options, 2);

	assert_int_equal(answer->status, 1);
	assert_has(answer->err, "/nowhere/flow.sock");
}

static void an_option_that_does_not_exist_is_refused(void **state)
{
	const char *option = "--everything";
	const struct status_answer *answer = status_ask_nobody(&option, 1);

	assert_int_equal(answer->status, 2);
	assert_string_equal(answer->out, "");
	assert_has(answer->err, "--everything");
}

static void help_lists_the_options(void **state)
{
	const char *option = "--help";
	const struct status_answer *answer = status_ask_nobody(&option, 1);

	assert_int_equal(answer->status, 0);
	assert_string_equal(answer->err, "");
	assert_has(answer->out, "weir status");
	assert_has(answer->out, "--run-dir");
	assert_has(answer->out, "--json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interfaces_counters_losses_and_devices_are_listed),
		cmocka_unit_test(a_probe_that_hangs_up_is_told_of),
		cmocka_unit_test(what_is_no_message_is_told_of),
		cmocka_unit_test(a_probe_that_does_not_answer_is_told_of),
		cmocka_unit_test(a_probe_that_is_not_there_is_told_of_with_its_socket),
		cmocka_unit_test(an_option_that_does_not_exist_is_refused),
		cmocka_unit_test(help_lists_the_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
