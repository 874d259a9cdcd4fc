#include "base/stream_peer.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"

#define PEER_BACKLOG     8
#define PEER_GROUPS_MAX  64
#define PEER_SOCKET_MODE 0660

static int fail(int fd, const char *path, GError **error)
{
	int reason = errno;

	if (fd >= 0) {
		close(fd);
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", path, g_strerror(reason));
	return -1;
}

static int open_socket(const char *path, int type, struct sockaddr_un *ret_address, GError **error)
{
	int fd;

	memset(ret_address, 0, sizeof(*ret_address));
	ret_address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(ret_address->sun_path)) {
		errno = ENAMETOOLONG;
		return fail(-1, path, error);
	}
	memcpy(ret_address->sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return fd >= 0 ? fd : fail(-1, path, error);
}

int stream_peer_connect(const char *path, int type, GError **error)
{
	struct sockaddr_un address;
	int fd = open_socket(path, type, &address, error);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		return fail(fd, path, error);
	}
	return fd;
}

/* Make way: what is there is removed if it is a socket that answers nobody. */
static bool clear_path(const char *path, int type, GError **error)
{
	struct stat status;
	int fd;

	if (lstat(path, &status) != 0) {
		return errno == ENOENT || (fail(-1, path, error), false);
	}
	if (!S_ISSOCK(status.st_mode)) {
		g_set_error(
			error, WEIR_ERROR, WEIR_ERROR_IO, "%s: exists and is not a socket", path);
		return false;
	}
	fd = stream_peer_connect(path, type, NULL);
	if (fd >= 0) {
		close(fd);
		g_set_error(
			error, WEIR_ERROR, WEIR_ERROR_IO, "%s: another probe listens there", path);
		return false;
	}
	if (unlink(path) != 0) {
		(void)fail(-1, path, error);
		return false;
	}
	return true;
}

int stream_peer_listen(const char *path, int type, GError **error)
{
	struct sockaddr_un address;
	mode_t mask;
	int fd;
	int bound;

	if (!clear_path(path, type, error)) {
		return -1;
	}
	fd = open_socket(path, type, &address, error);
	if (fd < 0) {
		return -1;
	}
	mask = umask(0777 & ~PEER_SOCKET_MODE); /* never open wider, not even for a moment */
	bound = bind(fd, (struct sockaddr *)&address, sizeof(address));
	(void)umask(mask);
	if (bound != 0 || listen(fd, PEER_BACKLOG) != 0) {
		return fail(fd, path, error);
	}
	return fd;
}

static bool in_group(int fd, gid_t gid)
{
	gid_t groups[PEER_GROUPS_MAX];
	socklen_t octets = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &octets) != 0) {
		return false;
	}
	for (size_t i = 0; i < octets / sizeof(groups[0]); i++) {
		if (groups[i] == gid) {
			return true;
		}
	}
	return false;
}

bool stream_peer_allowed(int fd, char *ret_who, size_t octets)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
		(void)snprintf(ret_who, octets, "unknown");
		return false;
	}
	(void)snprintf(
		ret_who, octets, "pid %ld, uid %lu", (long)peer.pid, (unsigned long)peer.uid);
	return peer.uid == 0 || peer.uid == geteuid() || peer.gid == getegid() ||
	       in_group(fd, getegid());
}

void stream_peer_buffer(int fd, size_t octets)
{
	int size = (int)MIN(octets, (size_t)INT32_MAX);

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	}
}
