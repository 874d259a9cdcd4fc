#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exporter/transport.h"

/*
 * A file, a pipe or standard output. Messages are written straight to the path, one system call
 * each (they are as large as can be by default), so that a reader may follow the file and whatever a
 * crash leaves behind ends at a message. There is no fsync(): the file is as durable as any other.
 * A pipe that nobody reads makes us wait: whoever writes to one wants its pace.
 */
struct file {
	struct transport base;
	const char *label; /* in errors */
	int fd;            /* -1: closed */
	bool owned;        /* fd is ours to close */
	bool regular;
	off_t length; /* of whole messages written, where it is regular */
};

static struct transport *file_create(const struct transport_config *config)
{
	struct file *file = g_new0(struct file, 1);

	file->base.config = *config;
	file->fd = -1;
	file->owned = strcmp(config->uri->path, "-") != 0;
	file->label = file->owned ? config->uri->path : "standard output";
	return &file->base;
}

/* The last chance for a file system to report that it could not keep what was written. */
static bool file_close(struct file *file)
{
	int fd = file->fd;

	file->fd = -1;
	if (fd < 0 || !file->owned || close(fd) == 0) {
		return true;
	}
	transport_fail(&file->base, errno, "cannot close %s", file->label);
	return false;
}

static void file_abort(struct transport *transport)
{
	(void)file_close((struct file *)transport);
}

static void file_destroy(struct transport *transport)
{
	file_abort(transport);
	g_clear_error(&transport->error);
	g_free(transport);
}

static void file_open(struct transport *transport)
{
	struct file *file = (struct file *)transport;
	const struct transport_events *events = transport->config.events;
	struct stat status;

	file_abort(transport);
	file->fd = STDOUT_FILENO;
	if (file->owned) {
		file->fd = open(
			file->label, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
	}
	if (file->fd < 0 || fstat(file->fd, &status) != 0) {
		transport_fail(transport, errno, "cannot open %s", file->label);
		events->broken(transport->config.owner);
		return;
	}
	/* Standard output may be a file that others write to as well: never cut that. */
	file->regular = file->owned && S_ISREG(status.st_mode);
	file->length = 0;
	events->established(transport->config.owner);
}

/* Write all of it, waiting where standard output was made non-blocking by someone else. */
static bool file_write(struct file *file, const uint8_t *octets, size_t size)
{
	while (size > 0) {
		ssize_t written = write(file->fd, octets, size);

		if (written >= 0) {
			octets += written;
			size -= (size_t)written;
		} else if (errno == EAGAIN) {
			struct pollfd wait = {.fd = file->fd, .events = POLLOUT};

			(void)poll(&wait, 1, -1);
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

static enum transport_result file_send(
	struct transport *transport, const uint8_t *octets, uint32_t size)
{
	struct file *file = (struct file *)transport;
	int code;

	if (file_write(file, octets, size)) {
		file->length += size;
		return TRANSPORT_SENT;
	}
	code = errno;
	transport_fail(transport, code, "cannot write to %s", file->label);
	if (code == EPIPE) {
		return TRANSPORT_BROKEN;
	}
	/* Leave no piece of a message, so that what comes later can be read. */
	if (file->regular && (ftruncate(file->fd, file->length) != 0 ||
				     lseek(file->fd, file->length, SEEK_SET) < 0)) {
		return TRANSPORT_BROKEN;
	}
	return TRANSPORT_LOST;
}

static void file_shutdown(struct transport *transport)
{
	struct file *file = (struct file *)transport;

	if (!file_close(file)) {
		transport->config.events->broken(transport->config.owner);
	}
}

static bool file_closed(struct transport *transport)
{
	return ((struct file *)transport)->fd < 0;
}

const struct transport_ops transport_file = {
	.scheme = "file",
	.local = true,
	.message_octets = 65535, /* the fewest system calls */
	.create = file_create,
	.destroy = file_destroy,
	.open = file_open,
	.send = file_send,
	.shutdown = file_shutdown,
	.closed = file_closed,
	.abort = file_abort,
};

const struct transport_ops transport_json = {
	.scheme = "json",
	.local = true,
	.text = true,
	.create = file_create,
	.destroy = file_destroy,
	.open = file_open,
	.send = file_send,
	.shutdown = file_shutdown,
	.closed = file_closed,
	.abort = file_abort,
};
