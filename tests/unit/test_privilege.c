#include "base/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/background.h"
#include "base/notify.h"
#include "tests/unit/privilege_child.h"
#include "tests/unit/unit.h"

#if defined(__SANITIZE_ADDRESS__)
#define CONFINED 0
#elif defined(HAVE_SECCOMP)
#define CONFINED 1
#else
#define CONFINED 0
#endif

static int drop_all(void)
{
	if (!privilege_drop(NULL, NULL)) {
		return 1;
	}
	return privilege_status("CapEff", 16) == 0 && privilege_status("CapPrm", 16) == 0 &&
			       privilege_status("CapInh", 16) == 0 &&
			       privilege_status("CapAmb", 16) == 0 &&
			       privilege_status("NoNewPrivs", 10) == 1
		       ? 0
		       : 2;
}

static void nothing_is_left_after_the_drop(void **state)
{
	assert_int_equal(privilege_child(drop_all), 0);
}

static void a_user_that_is_not_there_is_named(void **state)
{
	struct privilege_user user;
	GError *error = NULL;

	assert_false(privilege_user_find("no-such-user-here", &user, &error));
	assert_string_equal(error->message, "user 'no-such-user-here': there is none");
	g_clear_error(&error);
}

static bool confine(enum privilege_profile profile, bool read_files)
{
	const struct privilege_needs needs = {.profile = profile, .read_files = read_files};

	return privilege_drop(NULL, NULL) && privilege_confine(&needs, NULL);
}

#if CONFINED
static int confine_and_look(void)
{
	return confine(PRIVILEGE_PROBE, true) && privilege_status("Seccomp", 10) == 2 ? 0 : 1;
}

static void a_filter_is_in_force(void **state)
{
	assert_int_equal(privilege_child(confine_and_look), 0);
}

static int confine_and_open(void)
{
	if (!confine(PRIVILEGE_PROBE, false)) {
		return 1;
	}
	if (open("/dev/null", O_RDONLY) >= 0 || errno != ENOSYS) {
		return 2;
	}
	return socket(AF_INET, SOCK_DGRAM, 0) < 0 && errno == ENOSYS ? 0 : 3;
}

static void a_call_off_the_list_fails_as_on_an_old_kernel(void **state)
{
	assert_int_equal(privilege_child(confine_and_open), 0);
}

static int confine_and_write(void)
{
	if (!confine(PRIVILEGE_PROBE, true)) {
		return 1;
	}
	if (open("/dev/null", O_RDONLY) < 0) {
		return 2;
	}
	return open("/dev/null", O_WRONLY) < 0 && errno == ENOSYS ? 0 : 3;
}

static void a_probe_that_reads_its_configuration_writes_no_file(void **state)
{
	assert_int_equal(privilege_child(confine_and_write), 0);
}

static int confine_and_execute(void)
{
	char path[] = "/bin/true";
	char *arguments[] = {path, NULL};

	if (!confine(PRIVILEGE_EXPORT, true)) {
		return 1;
	}
	(void)execv(arguments[0], arguments);
	return 2;
}

static void a_program_that_executes_another_is_killed(void **state)
{
	assert_int_equal(privilege_child(confine_and_execute), 1000 + SIGSYS);
}

static int confine_and_export(void)
{
	int fd;

	if (!confine(PRIVILEGE_EXPORT, true)) {
		return 1;
	}
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || socket(AF_PACKET, SOCK_RAW, 0) >= 0) {
		return 2;
	}
	return open("/dev/null", O_WRONLY) >= 0 ? 0 : 3;
}

static void an_exporter_connects_and_writes(void **state)
{
	assert_int_equal(privilege_child(confine_and_export), 0);
}

#else
static int confine_and_look(void)
{
	return confine(PRIVILEGE_PROBE, true) && privilege_status("Seccomp", 10) == 0 ? 0 : 1;
}

static void a_build_that_cannot_be_confined_goes_on(void **state)
{
	assert_int_equal(privilege_child(confine_and_look), 0);
}
#endif

static int follow_parent(void)
{
	return privilege_follow(getppid()) && !privilege_follow(1234567) ? 0 : 1;
}

static void a_child_knows_its_parent(void **state)
{
	assert_int_equal(privilege_child(follow_parent), 0);
}

static int become_ready(void)
{
	struct background background;
	int status = -1;

	switch (background_start(&background, &status, NULL)) {
	case BACKGROUND_PARENT:
		return status;
	case BACKGROUND_CHILD:
		if (!background_detach(&background, NULL)) {
			return 1;
		}
		background_ready(&background);
		return write(STDOUT_FILENO, "x", 1) == 1 && isatty(STDIN_FILENO) == 0 ? 0 : 1;
	default:
		return 3;
	}
}

static int fail_early(void)
{
	struct background background;
	int status = -1;

	if (background_start(&background, &status, NULL) == BACKGROUND_PARENT) {
		return status;
	}
	return 42;
}

static int end_early(void)
{
	struct background background;
	int status = -1;

	if (background_start(&background, &status, NULL) == BACKGROUND_PARENT) {
		return status;
	}
	return 0;
}

static void a_parent_ends_well_only_when_its_child_is_ready(void **state)
{
	assert_int_equal(privilege_child(become_ready), 0);
	assert_int_equal(privilege_child(fail_early), 42);
	assert_int_equal(privilege_child(end_early), 1);
}

static void notices_reach_the_one_who_wants_to_know(void **state)
{
	char name[64];
	char path[80];
	char got[32] = "";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int manager = socket(AF_UNIX, SOCK_DGRAM, 0);
	int fd;

	(void)snprintf(name, sizeof(name), "weir-test-notify-%ld", (long)getpid());
	(void)snprintf(path, sizeof(path), "@%s", name);
	memcpy(address.sun_path + 1, name, strlen(name));
	assert_int_equal(bind(manager, (struct sockaddr *)&address,
				 (socklen_t)(sizeof(sa_family_t) + 1 + strlen(name))),
		0);
	assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
	fd = notify_open();
	assert_true(fd >= 0);
	notify_send(fd, "READY=1");
	assert_int_equal(recv(manager, got, sizeof(got), 0), 7);
	assert_string_equal(got, "READY=1");
	close(fd);
	close(manager);
	assert_int_equal(notify_open(), -1); /* gone */
	assert_int_equal(setenv("NOTIFY_SOCKET", "relative", 1), 0);
	assert_int_equal(notify_open(), -1);
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
	assert_int_equal(notify_open(), -1);
	notify_send(-1, "READY=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left_after_the_drop),
		cmocka_unit_test(a_user_that_is_not_there_is_named),
#if CONFINED
		cmocka_unit_test(a_filter_is_in_force),
		cmocka_unit_test(a_call_off_the_list_fails_as_on_an_old_kernel),
		cmocka_unit_test(a_probe_that_reads_its_configuration_writes_no_file),
		cmocka_unit_test(a_program_that_executes_another_is_killed),
		cmocka_unit_test(an_exporter_connects_and_writes),
#else
		cmocka_unit_test(a_build_that_cannot_be_confined_goes_on),
#endif
		cmocka_unit_test(a_child_knows_its_parent),
		cmocka_unit_test(a_parent_ends_well_only_when_its_child_is_ready),
		cmocka_unit_test(notices_reach_the_one_who_wants_to_know),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
