#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* Standard error goes to a file while a test looks at what is written. */
struct caught {
	FILE *file;
	int stderr_fd;
};

static int catch_stderr(void **state)
{
	static struct caught caught;

	caught.file = tmpfile();
	caught.stderr_fd = dup(STDERR_FILENO);
	if (caught.file == NULL || caught.stderr_fd < 0 ||
		dup2(fileno(caught.file), STDERR_FILENO) < 0) {
		return -1;
	}
	*state = &caught;
	return 0;
}

static int release_stderr(void **state)
{
	struct caught *caught = *state;

	if (dup2(caught->stderr_fd, STDERR_FILENO) < 0 || close(caught->stderr_fd) < 0) {
		return -1;
	}
	return fclose(caught->file);
}

static const char *read_caught(const struct caught *caught)
{
	static char text[4096];
	size_t octets;

	(void)fflush(stderr);
	rewind(caught->file);
	octets = fread(text, 1, sizeof(text) - 1, caught->file);
	text[octets] = '\0';
	return text;
}

static void a_line_says_program_level_area_and_event(void **state)
{
	log_open("weir-test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
	log_warning("capture", "%s: %d lost", "eth0", 7);
	log_error("meter", "no memory");
	assert_string_equal(read_caught(*state), "weir-test: warning: capture: eth0: 7 lost\n"
						 "weir-test: error: meter: no memory\n");
}

static void what_is_above_the_level_is_not_written(void **state)
{
	log_open("weir-test", LOG_TARGET_STDERR, LOG_LEVEL_NOTICE);
	assert_true(log_enabled(LOG_LEVEL_NOTICE));
	assert_false(log_enabled(LOG_LEVEL_INFO));
	log_info("capture", "a device appeared");
	log_debug("capture", "its name");
	assert_string_equal(read_caught(*state), "");
	log_notice("capture", "began");
	assert_string_equal(read_caught(*state), "weir-test: notice: capture: began\n");
}

static void a_long_event_is_cut(void **state)
{
	char text[3000];
	size_t octets;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_open("weir-test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
	log_info("capture", "%s", text);
	octets = strlen(read_caught(*state));
	assert_true(octets > 500 && octets < 1100);
	assert_int_equal(read_caught(*state)[octets - 1], '\n');
}

static void nothing_comes_on_stderr_when_syslog_is_the_target(void **state)
{
	log_open("weir-test", LOG_TARGET_SYSLOG, LOG_LEVEL_ERROR);
	log_error("test", "an error made up by a test");
	log_open("weir-test", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
	assert_string_equal(read_caught(*state), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_line_says_program_level_area_and_event, catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(
			what_is_above_the_level_is_not_written, catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(a_long_event_is_cut, catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(nothing_comes_on_stderr_when_syslog_is_the_target,
			catch_stderr, release_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
