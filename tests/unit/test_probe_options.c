#include "probe/probe_options.h"

#include <string.h>

#include "base/log.h"
#include "probe/flow.h"
#include "tests/unit/unit.h"

static bool load(struct probe_options *options, GError **error, const char *const *arguments)
{
	return probe_options_load(options, (int)g_strv_length((char **)(uintptr_t)arguments),
		(char **)(uintptr_t)arguments, error);
}

#define LOAD(options, error, ...)                                                                  \
	load(options, error, (const char *[]){"weir-probe", __VA_ARGS__, NULL})

#define REFUSE(part, ...)                                                                          \
	do {                                                                                       \
		struct probe_options options_;                                                     \
		GError *error_ = NULL;                                                             \
		assert_false(LOAD(&options_, &error_, __VA_ARGS__));                               \
		assert_non_null(strstr(error_->message, part));                                    \
		g_clear_error(&error_);                                                            \
		probe_options_clear(&options_);                                                    \
	} while (0)

static void an_interface_is_enough(void **state)
{
	struct probe_options options;

	assert_true(LOAD(&options, NULL, "-i", "eth0"));
	assert_string_equal(options.interfaces[0], "eth0");
	assert_string_equal(options.daemon.run_dir, "/run/weir");
	assert_int_equal(options.metering.cache.active_ms, 300000);
	assert_int_equal(options.metering.cache.idle_ms, 60000);
	assert_int_equal(options.metering.cache.flows_max, 65536);
	assert_int_equal(options.meter.caches[0].key_fields, FLOW_KEY_5TUPLE);
	assert_int_equal(options.daemon.log_level, LOG_LEVEL_NOTICE);
	assert_int_equal(options.daemon.log_target, LOG_TARGET_SYSLOG);
	assert_false(options.wait_subscriber);
	probe_options_clear(&options);
	probe_options_clear(&options);
}

static void a_file_waits_for_its_subscriber(void **state)
{
	struct probe_options options;

	assert_true(LOAD(&options, NULL, "-r", "x.pcap", "--foreground"));
	assert_true(options.wait_subscriber);
	assert_int_equal(options.daemon.log_target, LOG_TARGET_STDERR);
	probe_options_clear(&options);
}

static void a_flow_key_is_understood(void **state)
{
	struct probe_options options;

	assert_true(LOAD(&options, NULL, "-i", "eth0", "--key", "src,dst"));
	assert_int_equal(
		options.meter.caches[0].key_fields, FLOW_KEY_SRC_ADDRESS | FLOW_KEY_DST_ADDRESS);
	probe_options_clear(&options);
}

static void applications_are_recognised_when_asked_for(void **state)
{
	struct probe_options options;

	assert_true(LOAD(&options, NULL, "-i", "eth0"));
	assert_false(options.metering.applications);
	probe_options_clear(&options);
	assert_true(LOAD(&options, NULL, "-i", "eth0", "--applications", "--key", "5tuple,vlan"));
	assert_true(options.metering.applications);
	probe_options_clear(&options);
}

static void what_cannot_be_is_refused(void **state)
{
	REFUSE("must be given", "--uniflow");
	REFUSE("must be given", "-i", "eth0", "-r", "x.pcap");
	REFUSE("at most 8", "-i1", "-i2", "-i3", "-i4", "-i5", "-i6", "-i7", "-i8", "-i9");
	REFUSE("--key: ", "-i", "eth0", "--key", "colour");
	REFUSE("'src,dst' lacks the 5-tuple", "-i", "eth0", "--key", "src,dst", "--applications");
	REFUSE("--max-flows: '0'", "-i", "eth0", "--max-flows", "0");
	REFUSE("--log-level: 'loud'", "-i", "eth0", "--log-level", "loud");
}

static void help_and_version_need_nothing_else(void **state)
{
	struct probe_options options;

	assert_true(LOAD(&options, NULL, "--help"));
	assert_true(options.daemon.help);
	probe_options_clear(&options);
	assert_true(LOAD(&options, NULL, "--version"));
	assert_true(options.daemon.version);
	probe_options_clear(&options);
}

/* What @option with @value changes against a plain start; NULL: nothing that needs a restart. */
static void expect_settled(const char *option, const char *value, const char *expected)
{
	struct probe_options plain;
	struct probe_options changed;
	const char *name = "?";

	assert_true(LOAD(&plain, NULL, "-i", "eth0"));
	assert_true(LOAD(&changed, NULL, "-i", "eth0", option, value));
	assert_int_equal(probe_options_live(&plain, &changed, &name), expected == NULL);
	if (expected != NULL) {
		assert_string_equal(name, expected);
	} else {
		assert_null(name);
	}
	probe_options_clear(&plain);
	probe_options_clear(&changed);
}

static void what_needs_a_restart_is_named(void **state)
{
	expect_settled("-i", "eth1", "interface");
	expect_settled("--filter", "tcp", "filter");
	expect_settled("--snaplen", "100", "snaplen");
	expect_settled("--ring-octets", "100000", "ring-octets");
	expect_settled("--run-dir", "/tmp", "run-dir");
	expect_settled("--user", "nobody", "user");
	expect_settled("--log", "stderr", "log");
	expect_settled("--promiscuous", "--applications", "promiscuous");
	expect_settled("--applications", "--uniflow", "applications");
	expect_settled("--idle", "5", NULL);
	expect_settled("--active", "5", NULL);
	expect_settled("--home", "10.0.0.0/8", NULL);
	expect_settled("--key", "5tuple,vlan", NULL);
	expect_settled("--max-flows", "5", NULL);
	expect_settled("--log-level", "debug", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interface_is_enough),
		cmocka_unit_test(a_file_waits_for_its_subscriber),
		cmocka_unit_test(a_flow_key_is_understood),
		cmocka_unit_test(applications_are_recognised_when_asked_for),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(help_and_version_need_nothing_else),
		cmocka_unit_test(what_needs_a_restart_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
