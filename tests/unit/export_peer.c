#include "tests/unit/export_peer.h"

#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wire.h"

int64_t peer_wall_us;
int64_t peer_monotonic_us;

static int64_t peer_wall(void *context)
{
	return peer_wall_us;
}

static int64_t peer_monotonic(void *context)
{
	return peer_monotonic_us;
}

const struct export_clock peer_clock = {.wall_us = peer_wall, .monotonic_us = peer_monotonic};

void peer_clock_reset(void)
{
	peer_wall_us = (int64_t)PEER_WALL_S * 1000000;
	peer_monotonic_us = INT64_C(3600) * 1000000;
}

void peer_clock_advance(int64_t seconds)
{
	peer_wall_us += seconds * 1000000;
	peer_monotonic_us += seconds * 1000000;
}

void peer_records(struct exporter *exporter, uint64_t first, uint32_t count, int64_t end_us)
{
	struct flow_record records[RECORD_BATCH_MAX];
	struct record_batch batch = {.records = records};

	memset(records, 0, sizeof(records));
	for (uint32_t done = 0; done < count; done += batch.count) {
		batch.count = MIN(count - done, RECORD_BATCH_MAX);
		for (uint32_t i = 0; i < batch.count; i++) {
			records[i].flow_id = first + done + i;
			records[i].octets = 100;
			records[i].packets = 2;
			records[i].end_us = end_us;
		}
		exporter_records(exporter, &batch);
	}
}

void collector_init(struct collector *collector)
{
	*collector = (struct collector){.ids = g_array_new(FALSE, FALSE, sizeof(uint64_t))};
}

void collector_clear(struct collector *collector)
{
	g_array_unref(collector->ids);
}

void collector_session(struct collector *collector)
{
	collector->templates = false;
	collector->sequence = 0;
	collector->time_s = 0;
}

static uint32_t collector_data(struct collector *collector, const uint8_t *set, size_t size)
{
	uint32_t records = 0;

	if (!collector->templates) {
		collector->undecodable++;
		return 0;
	}
	collector->stale_s =
		MAX(collector->stale_s, collector->time_s - collector->templates_time_s);
	for (size_t at = 4; at + 16 <= size; at += 16) {
		uint64_t id = load_be64(set + at);

		g_array_append_val(collector->ids, id);
		records++;
	}
	return records;
}

void collector_message(struct collector *collector, const uint8_t *octets, size_t size)
{
	uint32_t records = 0;
	bool templates = false;

	if (collector->reader != NULL) {
		collector->reader(collector->context, octets, size);
		return;
	}
	if (size < 16 || load_be16(octets) != 10 || load_be16(octets + 2) != size) {
		collector->malformed++;
		return;
	}
	collector->messages++;
	collector->size_max = MAX(collector->size_max, (uint32_t)size);
	collector->time_back = collector->time_back || load_be32(octets + 4) < collector->time_s;
	collector->time_s = load_be32(octets + 4);
	collector->sequence_missing += load_be32(octets + 8) - collector->sequence;
	for (size_t at = 16; at + 4 <= size; at += load_be16(octets + at + 2)) {
		uint16_t id = load_be16(octets + at);

		if (id == 2) {
			templates = true;
			collector->templates = true;
			collector->templates_time_s = collector->time_s;
		} else if (id == 256) {
			records +=
				collector_data(collector, octets + at, load_be16(octets + at + 2));
		} else if (id == 257) {
			records++;
		}
		if (load_be16(octets + at + 2) < 4) {
			collector->malformed++;
			break;
		}
	}
	collector->template_messages += templates ? 1 : 0;
	collector->sequence = load_be32(octets + 8) + records;
}

void collector_stream(struct collector *collector, GByteArray *stream)
{
	while (stream->len >= 4 && load_be16(stream->data + 2) <= stream->len) {
		uint16_t size = load_be16(stream->data + 2);

		collector_message(collector, stream->data, size);
		g_byte_array_remove_range(stream, 0, MAX(size, 1));
	}
}

bool collector_has(const struct collector *collector, uint64_t first, uint64_t count)
{
	if (collector->ids->len != count) {
		return false;
	}
	for (uint64_t i = 0; i < count; i++) {
		if (g_array_index(collector->ids, uint64_t, i) != first + i) {
			return false;
		}
	}
	return true;
}

static int peer_socket(int type, uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	if (type == SOCK_STREAM) {
		assert_int_equal(listen(fd, 4), 0);
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static gboolean peer_datagram(gint fd, GIOCondition condition, gpointer data)
{
	struct peer *peer = data;
	static uint8_t octets[65536];
	ssize_t size;

	while ((size = recv(fd, octets, sizeof(octets), 0)) >= 0) {
		collector_message(&peer->collector, octets, (size_t)size);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean peer_stream(gint fd, GIOCondition condition, gpointer data)
{
	struct peer *peer = data;
	static uint8_t octets[65536];
	ssize_t size = recv(fd, octets, sizeof(octets), 0);

	if (size > 0) {
		g_byte_array_append(peer->stream, octets, (guint)size);
		collector_stream(&peer->collector, peer->stream);
		return G_SOURCE_CONTINUE;
	}
	peer->ends += size == 0 ? 1 : 0;
	peer->reader = 0;
	peer_hang_up(peer);
	return G_SOURCE_REMOVE;
}

static gboolean peer_accept(gint fd, GIOCondition condition, gpointer data)
{
	struct peer *peer = data;

	peer_hang_up(peer);
	peer->fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(peer->fd >= 0);
	peer->sessions++;
	collector_session(&peer->collector);
	g_byte_array_set_size(peer->stream, 0);
	peer_read(peer);
	return G_SOURCE_CONTINUE;
}

void peer_open_udp(struct peer *peer)
{
	peer_open_udp_at(peer, 0);
}

void peer_open_udp_at(struct peer *peer, uint16_t port)
{
	*peer = (struct peer){.listener = -1, .port = port};
	collector_init(&peer->collector);
	peer->fd = peer_socket(SOCK_DGRAM, &peer->port);
	peer->reader = g_unix_fd_add(peer->fd, G_IO_IN, peer_datagram, peer);
	peer->stream = g_byte_array_new();
}

bool peer_move(struct peer *peer, const struct sockaddr *address, socklen_t octets)
{
	peer_hang_up(peer);
	peer->fd = socket(address->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (peer->fd < 0 || bind(peer->fd, address, octets) != 0) {
		return false;
	}
	peer->reader = g_unix_fd_add(peer->fd, G_IO_IN, peer_datagram, peer);
	return true;
}

void peer_open_tcp(struct peer *peer)
{
	*peer = (struct peer){.fd = -1};
	collector_init(&peer->collector);
	peer->stream = g_byte_array_new();
	peer_listen(peer);
}

void peer_listen(struct peer *peer)
{
	peer->listener = peer_socket(SOCK_STREAM, &peer->port);
	peer->accepter = g_unix_fd_add(peer->listener, G_IO_IN, peer_accept, peer);
}

void peer_read(struct peer *peer)
{
	if (peer->reader == 0 && !peer->deaf) {
		peer->reader = g_unix_fd_add(peer->fd, G_IO_IN, peer_stream, peer);
	}
}

void peer_hang_up(struct peer *peer)
{
	if (peer->reader != 0) {
		g_source_remove(peer->reader);
		peer->reader = 0;
	}
	if (peer->fd >= 0) {
		(void)close(peer->fd);
		peer->fd = -1;
	}
}

void peer_reset(struct peer *peer)
{
	struct linger linger = {.l_onoff = 1};

	assert_int_equal(setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
	peer_hang_up(peer);
}

void peer_leave(struct peer *peer)
{
	peer_hang_up(peer);
	if (peer->accepter != 0) {
		g_source_remove(peer->accepter);
		peer->accepter = 0;
		(void)close(peer->listener);
	}
}

void peer_close(struct peer *peer)
{
	peer_leave(peer);
	g_byte_array_unref(peer->stream);
	collector_clear(&peer->collector);
}

static gboolean peer_late(gpointer data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

void peer_until(bool (*done)(void *data), void *data)
{
	bool late = false;
	guint timer = g_timeout_add_seconds(20, peer_late, &late);

	while (!done(data)) {
		assert_false(late);
		g_main_context_iteration(NULL, TRUE);
	}
	g_source_remove(timer);
}

void peer_idle(void)
{
	for (int i = 0; i < 20; i++) {
		g_main_context_iteration(NULL, FALSE);
	}
}

int peer_connect(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)connect(fd, (struct sockaddr *)&address, sizeof(address));
	return fd;
}

struct export_counters peer_counters(struct exporter *exporter)
{
	struct export_counters counters;

	exporter_counters(exporter, 0, &counters);
	return counters;
}
