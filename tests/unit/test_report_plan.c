#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "exporter/report_plan.h"

#define SECOND INT64_C(1000000)
#define BITS_PLAIN                                                                                 \
	(REPORT_BIT(REPORT_METERING) | REPORT_BIT(REPORT_EXPORTING) | REPORT_BIT(REPORT_KEYS) |    \
		REPORT_MADE)
#define BITS_NAMES                                                                                 \
	(BITS_PLAIN | REPORT_BIT(REPORT_TYPES) | REPORT_BIT(REPORT_INTERFACES) |                   \
		REPORT_BIT(REPORT_DEVICES))
#define BITS_ALL ((1U << REPORT_KINDS) - 1)

static const struct {
	const char *text;
	enum report_default otherwise;
	unsigned kinds;
} good[] = {
	{NULL, REPORT_DEFAULT_PLAIN, BITS_PLAIN},
	{NULL, REPORT_DEFAULT_NAMES, BITS_NAMES},
	{NULL, REPORT_DEFAULT_TEXT, 0},
	{"default", REPORT_DEFAULT_PLAIN, BITS_PLAIN},
	{"none", REPORT_DEFAULT_NAMES, 0},
	{"all", REPORT_DEFAULT_TEXT, BITS_ALL},
	{"metering", REPORT_DEFAULT_NAMES, REPORT_BIT(REPORT_METERING)},
	{"metering:1,keys", REPORT_DEFAULT_NAMES,
		REPORT_BIT(REPORT_METERING) | REPORT_BIT(REPORT_KEYS)},
	{"default,-keys", REPORT_DEFAULT_PLAIN, BITS_PLAIN & ~REPORT_BIT(REPORT_KEYS)},
	{"all,none,exporting", REPORT_DEFAULT_PLAIN, REPORT_BIT(REPORT_EXPORTING)},
	{"devices", REPORT_DEFAULT_PLAIN, REPORT_BIT(REPORT_DEVICES) | REPORT_BIT(REPORT_TYPES)},
	{"devices,-types", REPORT_DEFAULT_PLAIN, REPORT_BIT(REPORT_DEVICES)},
	{"-keys,keys", REPORT_DEFAULT_PLAIN, REPORT_BIT(REPORT_KEYS)},
};

static void words_add_up_to_kinds(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autoptr(GError) error = NULL;
		struct report_plan plan;

		if (!report_plan_parse(&plan, good[i].text, good[i].otherwise, &error)) {
			fail_msg("%s", error->message);
		}
		assert_int_equal(plan.kinds, good[i].kinds);
	}
}

static void every_kind_can_be_asked_for_by_its_name(void **state)
{
	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		struct report_plan plan;

		assert_true(report_plan_parse(
			&plan, report_kinds[kind].name, REPORT_DEFAULT_TEXT, NULL));
		assert_int_equal(plan.kinds & REPORT_BIT(kind), REPORT_BIT(kind));
	}
}

static void a_wrong_word_is_named_with_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *word;
		const char *reason;
	} bad[] = {
		{"meterings", "'meterings'", "it is no report"},
		{"metering,", "''", "it is no report"},
		{"", "''", "it is no report"},
		{"-all", "'-all'", "it is no report"},
		{"metering:0", "'metering:0'", "1 to 86400"},
		{"keys,metering:86401", "'metering:86401'", "1 to 86400"},
		{"metering:", "'metering:'", "1 to 86400"},
		{"metering:1s", "'metering:1s'", "1 to 86400"},
		{"metering:99999999999999999999", "'metering:9", "1 to 86400"},
		{"keys:60", "'keys:60'", "has no interval"},
		{"-metering:60", "'-metering:60'", "has no interval"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		struct report_plan plan;

		assert_false(report_plan_parse(&plan, bad[i].text, REPORT_DEFAULT_PLAIN, &error));
		assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
		assert_non_null(strstr(error->message, bad[i].word));
		assert_non_null(strstr(error->message, bad[i].reason));
		assert_non_null(strstr(error->message, "metering, exporting"));
	}
}

static struct report_plan plan_of(const char *text)
{
	struct report_plan plan;

	assert_true(report_plan_parse(&plan, text, REPORT_DEFAULT_PLAIN, NULL));
	return plan;
}

static void a_kind_is_due_an_interval_after_the_last_time(void **state)
{
	struct report_plan plan = plan_of("metering:10,exporting:25,keys");

	assert_int_equal(report_plan_take(&plan, 100 * SECOND), 0);
	assert_int_equal(report_plan_deadline(&plan, 0), 110 * SECOND);
	assert_int_equal(report_plan_take(&plan, 110 * SECOND - 1), 0);
	assert_int_equal(report_plan_take(&plan, 110 * SECOND), REPORT_BIT(REPORT_METERING));
	assert_int_equal(report_plan_take(&plan, 110 * SECOND), 0);
	/* Time that jumps is caught up with once. */
	assert_int_equal(report_plan_take(&plan, 1000 * SECOND),
		REPORT_BIT(REPORT_METERING) | REPORT_BIT(REPORT_EXPORTING));
	assert_int_equal(report_plan_deadline(&plan, 0), 1010 * SECOND);
}

static void nothing_is_ever_due_without_a_kind_that_has_an_interval(void **state)
{
	struct report_plan plan = plan_of("keys");

	assert_int_equal(report_plan_take(&plan, 1), 0);
	assert_int_equal(report_plan_deadline(&plan, 0), INT64_MAX);
}

static void tables_sent_with_the_templates_are_due_an_interval_later(void **state)
{
	struct report_plan plan = plan_of("devices:10,metering:4");

	report_plan_sent(&plan, REPORT_TABLES, 0, 100 * SECOND);
	assert_int_equal(report_plan_take(&plan, 104 * SECOND), REPORT_BIT(REPORT_METERING));
	report_plan_sent(&plan, REPORT_TABLES, 0, 105 * SECOND);
	assert_int_equal(report_plan_take(&plan, 114 * SECOND), REPORT_BIT(REPORT_METERING));
	assert_int_equal(report_plan_take(&plan, 115 * SECOND), REPORT_BIT(REPORT_DEVICES));
}

static void changes_are_told_at_once_but_not_more_often_than_every_second(void **state)
{
	struct report_plan plan = plan_of("devices");

	assert_false(report_plan_changed(&plan, 0, 100 * SECOND));
	assert_true(report_plan_changed(&plan, 1, 100 * SECOND));
	assert_int_equal(report_plan_deadline(&plan, 1), 1);
	report_plan_sent(&plan, 0, 1, 100 * SECOND);
	assert_false(report_plan_changed(&plan, 1, 200 * SECOND));
	assert_false(report_plan_changed(&plan, 2, 101 * SECOND - 1));
	assert_int_equal(report_plan_deadline(&plan, 2), 101 * SECOND);
	assert_true(report_plan_changed(&plan, 2, 101 * SECOND));
}

static void changes_of_tables_that_nobody_wants_are_none(void **state)
{
	struct report_plan plan = plan_of("metering");

	assert_false(report_plan_changed(&plan, 1, 100 * SECOND));
	(void)report_plan_take(&plan, 100 * SECOND);
	assert_int_equal(report_plan_deadline(&plan, 1), 160 * SECOND);
}

static void intervals_do_not_begin_before_the_time_is_known(void **state)
{
	struct report_plan plan = plan_of("devices:10");

	report_plan_sent(&plan, REPORT_TABLES, 3, 0);
	assert_false(report_plan_changed(&plan, 3, 100 * SECOND));
	assert_int_equal(report_plan_take(&plan, 100 * SECOND), 0);
	assert_int_equal(report_plan_take(&plan, 110 * SECOND), REPORT_BIT(REPORT_DEVICES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_add_up_to_kinds),
		cmocka_unit_test(every_kind_can_be_asked_for_by_its_name),
		cmocka_unit_test(a_wrong_word_is_named_with_what_is_wrong),
		cmocka_unit_test(a_kind_is_due_an_interval_after_the_last_time),
		cmocka_unit_test(nothing_is_ever_due_without_a_kind_that_has_an_interval),
		cmocka_unit_test(tables_sent_with_the_templates_are_due_an_interval_later),
		cmocka_unit_test(changes_are_told_at_once_but_not_more_often_than_every_second),
		cmocka_unit_test(changes_of_tables_that_nobody_wants_are_none),
		cmocka_unit_test(intervals_do_not_begin_before_the_time_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
