#include "cli/progress.h"

#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define MARK "|end|"

/* Standard error is a terminal of the test's own while a test runs. */
struct terminal {
	int near;
	int far;
	int stderr_fd;
};

static int terminal_open(void **state)
{
	static struct terminal terminal;
	struct termios raw;

	if (openpty(&terminal.near, &terminal.far, NULL, NULL, NULL) != 0 ||
		tcgetattr(terminal.far, &raw) != 0) {
		return -1;
	}
	cfmakeraw(&raw);
	terminal.stderr_fd = dup(STDERR_FILENO);
	if (tcsetattr(terminal.far, TCSANOW, &raw) != 0 || terminal.stderr_fd < 0 ||
		dup2(terminal.far, STDERR_FILENO) < 0) {
		return -1;
	}
	*state = &terminal;
	return 0;
}

static int terminal_close(void **state)
{
	struct terminal *terminal = *state;

	if (dup2(terminal->stderr_fd, STDERR_FILENO) < 0) {
		return -1;
	}
	close(terminal->stderr_fd);
	close(terminal->far);
	close(terminal->near);
	return 0;
}

/* What has been written to the terminal since the last call. */
static const char *terminal_read(const struct terminal *terminal)
{
	static char text[1024];
	size_t octets = 0;
	char *end = NULL;

	(void)fflush(stderr);
	assert_int_equal(write(terminal->far, MARK, strlen(MARK)), strlen(MARK));
	while (end == NULL) {
		ssize_t n = read(terminal->near, text + octets, sizeof(text) - 1 - octets);

		assert_true(n > 0);
		octets += (size_t)n;
		text[octets] = '\0';
		end = strstr(text, MARK);
	}
	*end = '\0';
	return text;
}

static void the_line_tells_share_packets_rate_and_time_left(void **state)
{
	const struct source_counters half = {.packets = 3000000, .position = 500, .size = 1000};
	struct progress progress;

	progress_start(&progress, 7000000);
	progress_update(&progress, &half, 9000000);
	assert_string_equal(terminal_read(*state),
		"\r[############............]  50 %  3000000 packets  1.50 M packets/s  2 s left "
		"\033[K");
}

static void it_is_drawn_five_times_a_second_at_most(void **state)
{
	const struct source_counters counters = {.packets = 1000, .position = 10, .size = 1000};
	struct progress progress;

	progress_start(&progress, 1000000);
	progress_update(&progress, &counters, 1199999);
	assert_string_equal(terminal_read(*state), "");
	progress_update(&progress, &counters, 1200000);
	assert_string_not_equal(terminal_read(*state), "");
	progress_update(&progress, &counters, 1399999);
	assert_string_equal(terminal_read(*state), "");
	progress_update(&progress, &counters, 1400000);
	assert_string_not_equal(terminal_read(*state), "");
}

static void a_source_without_a_size_has_no_share(void **state)
{
	const struct source_counters counters = {.packets = 500000, .position = 10};
	struct progress progress;

	progress_start(&progress, 0);
	progress_update(&progress, &counters, 1000000);
	assert_string_equal(terminal_read(*state), "\r500000 packets  0.50 M packets/s \033[K");
}

static void nothing_read_yet_gives_no_time_left(void **state)
{
	const struct source_counters counters = {.size = 1000};
	struct progress progress;

	progress_start(&progress, 0);
	progress_update(&progress, &counters, 1000000);
	assert_string_equal(terminal_read(*state),
		"\r[........................]   0 %  0 packets  0.00 M packets/s  0 s left \033[K");
}

static void a_file_that_grows_while_it_is_read_fills_the_bar_and_no_more(void **state)
{
	const struct source_counters counters = {.packets = 1, .position = 2000, .size = 1000};
	struct progress progress;

	progress_start(&progress, 0);
	progress_update(&progress, &counters, 1000000);
	assert_non_null(strstr(terminal_read(*state), "[########################] "));
}

static void the_end_leaves_a_clean_line(void **state)
{
	struct progress progress;

	progress_start(&progress, 0);
	progress_end(&progress);
	assert_string_equal(terminal_read(*state), "\r\033[K");
}

static void nothing_is_drawn_without_a_terminal(void **state)
{
	const struct source_counters counters = {.packets = 1, .position = 1, .size = 2};
	struct progress progress;
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	progress_start(&progress, 0);
	progress_update(&progress, &counters, 1000000);
	progress_end(&progress);
	assert_int_equal(lseek(fileno(file), 0, SEEK_END), 0);
	(void)fclose(file);
	assert_string_equal(terminal_read(*state), "");
}

#define TERMINAL_TEST(test) cmocka_unit_test_setup_teardown(test, terminal_open, terminal_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TERMINAL_TEST(the_line_tells_share_packets_rate_and_time_left),
		TERMINAL_TEST(it_is_drawn_five_times_a_second_at_most),
		TERMINAL_TEST(a_source_without_a_size_has_no_share),
		TERMINAL_TEST(nothing_read_yet_gives_no_time_left),
		TERMINAL_TEST(a_file_that_grows_while_it_is_read_fills_the_bar_and_no_more),
		TERMINAL_TEST(the_end_leaves_a_clean_line),
		TERMINAL_TEST(nothing_is_drawn_without_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
