#include "base/background.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

static int await_child(int fd, pid_t child)
{
	char octet;
	ssize_t n;
	int status = 0;

	do {
		n = read(fd, &octet, 1);
	} while (n < 0 && errno == EINTR);
	if (n == 1) {
		return 0;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
		return WEXITSTATUS(status);
	}
	return 1; /* it ended, whatever it says, before it was at work */
}

enum background_role background_start(
	struct background *background, int *ret_status, GError **error)
{
	int fds[2];
	pid_t child;

	background->pipe = -1;
	if (pipe2(fds, O_CLOEXEC) != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "pipe: %s", g_strerror(errno));
		return BACKGROUND_FAILED;
	}
	child = fork();
	if (child < 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "fork: %s", g_strerror(errno));
		return BACKGROUND_FAILED;
	}
	if (child > 0) {
		close(fds[1]);
		*ret_status = await_child(fds[0], child);
		close(fds[0]);
		return BACKGROUND_PARENT;
	}
	close(fds[0]);
	background->pipe = fds[1];
	(void)setsid();
	return BACKGROUND_CHILD;
}

bool background_detach(const struct background *background, GError **error)
{
	int fd;

	if (background->pipe < 0) {
		return true;
	}
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
		dup2(fd, STDERR_FILENO) < 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "/dev/null: %s", g_strerror(errno));
		return false;
	}
	if (fd > STDERR_FILENO) {
		close(fd);
	}
	return true;
}

bool background_pid(const struct background *background, const char *folder, const char *program,
	GError **error)
{
	char *path;
	char text[16];
	bool good;

	if (background->pipe < 0) {
		return true;
	}
	if (mkdir(folder, 0755) != 0 && errno != EEXIST) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", folder, g_strerror(errno));
		return false;
	}
	path = g_strdup_printf("%s/%s.pid", folder, program);
	(void)g_snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	good = g_file_set_contents(path, text, -1, error);
	g_free(path);
	return good;
}

void background_ready(struct background *background)
{
	if (background->pipe >= 0) {
		ssize_t written = write(background->pipe, "1", 1);

		(void)written; /* a parent that is gone need not know */
		close(background->pipe);
		background->pipe = -1;
	}
}
