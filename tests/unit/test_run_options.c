#include "tests/unit/unit.h"

#include "cli/run_options.h"

static int64_t patience_us(const char *drain)
{
	const char *argv[] = {"run", "--interface", "lo", "--drain", drain};
	struct run_options options;
	int64_t patience_us;

	assert_true(run_options_parse(&options, drain == NULL ? 3 : 5, (char **)argv, NULL));
	patience_us = run_options_patience_us(&options);
	run_options_clear(&options);
	return patience_us;
}

static void programs_are_killed_some_time_after_the_drain(void **state)
{
	assert_int_equal(patience_us(NULL), 10000000);
	assert_int_equal(patience_us("60"), 65000000);
	assert_int_equal(patience_us("0.25"), 5250000);
	assert_int_equal(patience_us("3600"), 3605000000);
}

static void drain_that_is_no_time_is_left_to_the_exporter(void **state)
{
	assert_int_equal(patience_us("x"), 5000000);
	assert_int_equal(patience_us("-1"), 5000000);
	assert_int_equal(patience_us("1e300"), 3605000000);
	assert_int_equal(patience_us("nan"), 5000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_are_killed_some_time_after_the_drain),
		cmocka_unit_test(drain_that_is_no_time_is_left_to_the_exporter),
	};

	return cmocka_run_group_tests_name("options of weir run", tests, NULL, NULL);
}
