#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

#ifdef HAVE_SYSTEMD
static void set_journal_stream(unsigned long long change)
{
	struct stat status;
	char text[64];

	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	(void)snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)status.st_dev,
		(unsigned long long)status.st_ino + change);
	assert_int_equal(setenv("JOURNAL_STREAM", text, 1), 0);
}

static void standard_error_that_leads_to_the_journal_is_known(void **state)
{
	set_journal_stream(0);
	log_open("weir-test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
	assert_true(log_needs_socket());
	set_journal_stream(1);
	log_open("weir-test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
	assert_false(log_needs_socket());
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	log_open("weir-test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
	assert_false(log_needs_socket());
	log_open("weir-test", LOG_TARGET_SYSLOG, LOG_LEVEL_INFO);
	assert_true(log_needs_socket());
}
#endif

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
#ifdef HAVE_SYSTEMD
		cmocka_unit_test_setup_teardown(standard_error_that_leads_to_the_journal_is_known,
			catch_stderr, release_stderr),
#endif
		cmocka_unit_test_setup_teardown(nothing_comes_on_stderr_when_syslog_is_the_target,
			catch_stderr, release_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
