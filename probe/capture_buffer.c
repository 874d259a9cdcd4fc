#include "probe/capture.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

void capture_buffer_open(struct capture_buffer *buffer, int fd, size_t size)
{
	*buffer = (struct capture_buffer){.fd = fd, .octets = g_malloc(size), .size = size};
}

void capture_buffer_close(struct capture_buffer *buffer)
{
	g_free(buffer->octets);
	(void)close(buffer->fd);
}

static bool capture_buffer_grow(struct capture_buffer *buffer)
{
	uint8_t *octets = g_try_realloc(buffer->octets, buffer->size * 2);

	if (octets == NULL) {
		return false;
	}
	buffer->octets = octets;
	buffer->size *= 2;
	return true;
}

bool capture_buffer_idle(const struct capture_buffer *buffer)
{
	struct pollfd waiting = {.fd = buffer->fd, .events = POLLIN};

	return poll(&waiting, 1, 0) == 0;
}

static enum capture_fill capture_buffer_read(struct capture_buffer *buffer)
{
	struct pollfd waiting = {.fd = buffer->fd, .events = POLLIN};
	ssize_t n;

	do {
		n = read(buffer->fd, buffer->octets + buffer->end, buffer->size - buffer->end);
		/* Waits only if someone has set the descriptor not to block. */
	} while (n < 0 && errno == EAGAIN && poll(&waiting, 1, -1) > 0);
	if (n > 0) {
		buffer->end += (size_t)n;
		buffer->position += (size_t)n;
		return CAPTURE_FILL_MORE;
	}
	if (n == 0) {
		return CAPTURE_FILL_END;
	}
	buffer->read_errno = errno;
	return errno == EINTR ? CAPTURE_FILL_INTERRUPTED : CAPTURE_FILL_FAILED;
}

enum capture_fill capture_buffer_fill(struct capture_buffer *buffer, size_t want)
{
	size_t left = capture_buffer_left(buffer);

	memmove(buffer->octets, buffer->octets + buffer->at, left);
	buffer->at = 0;
	buffer->end = left;
	if (want > buffer->size && left == buffer->size && !capture_buffer_grow(buffer)) {
		buffer->read_errno = ENOMEM;
		return CAPTURE_FILL_FAILED;
	}
	return capture_buffer_read(buffer);
}
