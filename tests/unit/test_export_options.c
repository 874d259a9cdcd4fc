#include "exporter/export_options.h"

#include <string.h>

#include "base/log.h"
#include "tests/unit/unit.h"

static bool load(struct export_options *options, GError **error, const char *const *arguments)
{
	return export_options_load(options, (int)g_strv_length((char **)(uintptr_t)arguments),
		(char **)(uintptr_t)arguments, error);
}

#define LOAD(options, error, ...)                                                                  \
	load(options, error, (const char *[]){"weir-export", __VA_ARGS__, NULL})

#define REFUSE(part, ...)                                                                          \
	do {                                                                                       \
		struct export_options options_;                                                    \
		GError *error_ = NULL;                                                             \
		assert_false(LOAD(&options_, &error_, __VA_ARGS__));                               \
		assert_non_null(strstr(error_->message, part));                                    \
		g_clear_error(&error_);                                                            \
		export_options_clear(&options_);                                                   \
	} while (0)

static void a_destination_is_enough(void **state)
{
	struct export_options options;

	assert_true(LOAD(&options, NULL, "-o", "udp:192.0.2.1:4739"));
	assert_string_equal(options.exporting.destinations[0], "udp:192.0.2.1:4739");
	assert_string_equal(options.daemon.run_dir, "/run/weir");
	assert_null(options.exporting.profile);
	assert_int_equal(options.exporting.domain, 1);
	assert_int_equal(options.exporting.drain_ms, 5000);
	assert_int_equal(options.daemon.log_target, LOG_TARGET_SYSLOG);
	export_options_clear(&options);
	export_options_clear(&options);
}

static void standard_output_is_for_the_foreground(void **state)
{
	struct export_options options;

	assert_true(LOAD(&options, NULL, "-F", "-o", "json:-"));
	assert_int_equal(options.daemon.log_target, LOG_TARGET_STDERR);
	export_options_clear(&options);
	REFUSE("'json:-' needs --foreground", "-o", "json:-");
	REFUSE("'file:-?profile=full' needs --foreground", "-o", "file:-?profile=full");
}

static void what_cannot_be_is_refused(void **state)
{
	REFUSE("no destination", "--once");
	REFUSE("'udp:a' is given twice", "-o", "udp:a", "-o", "udp:b", "-o", "udp:a");
	REFUSE("at most 16", "-o1", "-o2", "-o3", "-o4", "-o5", "-o6", "-o7", "-o8", "-o9", "-o10",
		"-o11", "-o12", "-o13", "-o14", "-o15", "-o16", "-o17");
	REFUSE("--domain: '4294967296'", "-o", "udp:a", "--domain", "4294967296");
}

static void help_and_version_need_nothing_else(void **state)
{
	struct export_options options;

	assert_true(LOAD(&options, NULL, "--help"));
	assert_true(options.daemon.help);
	export_options_clear(&options);
	assert_true(LOAD(&options, NULL, "-V"));
	assert_true(options.daemon.version);
	export_options_clear(&options);
}

static void expect_settled(const char *option, const char *value, const char *expected)
{
	struct export_options plain;
	struct export_options changed;
	const char *name = "?";

	assert_true(LOAD(&plain, NULL, "-o", "udp:a"));
	assert_true(LOAD(&changed, NULL, "-o", "udp:a", option, value));
	assert_int_equal(export_options_live(&plain, &changed, &name), expected == NULL);
	if (expected != NULL) {
		assert_string_equal(name, expected);
	} else {
		assert_null(name);
	}
	export_options_clear(&plain);
	export_options_clear(&changed);
}

static void what_needs_a_restart_is_named(void **state)
{
	expect_settled("--run-dir", "/tmp", "run-dir");
	expect_settled("--user", "nobody", "user");
	expect_settled("--log", "stderr", "log");
	expect_settled("-o", "udp:b", NULL);
	expect_settled("--profile", "full", NULL);
	expect_settled("--domain", "7", NULL);
	expect_settled("--drain", "1", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_destination_is_enough),
		cmocka_unit_test(standard_output_is_for_the_foreground),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(help_and_version_need_nothing_else),
		cmocka_unit_test(what_needs_a_restart_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
