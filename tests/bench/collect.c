#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wire.h"

/*
 * collect FILE | collect udp: add up an IPFIX stream as fast as it comes and print one JSON line with
 * records, packets, octets and sequence gaps. With udp it prints its port first, and ends on SIGTERM
 * when nothing more waits.
 */

#define TEMPLATES_MAX 64
#define FIELDS_MAX    128
#define REVERSE_PEN   29305
#define VARIABLE      65535

struct field {
	uint32_t pen;
	uint16_t id;
	uint16_t octets;
};

struct template
{
	uint16_t id;
	uint16_t count;
	bool options;
	uint32_t shortest;
	struct field fields[FIELDS_MAX];
};

static struct {
	struct template templates[TEMPLATES_MAX];
	unsigned template_count;
	uint64_t records;
	uint64_t packets;
	uint64_t octets;
	uint64_t stream_octets;
	uint64_t messages;
	uint64_t gaps;
	uint64_t unknown;
	uint32_t next_sequence;
} sums;

static volatile sig_atomic_t stop;

static void on_stop(int number)
{
	stop = number;
}

static struct template *template_find(uint16_t id)
{
	for (unsigned i = 0; i < sums.template_count; i++) {
		if (sums.templates[i].id == id) {
			return &sums.templates[i];
		}
	}
	return NULL;
}

static void template_take(struct wire *w, bool options)
{
	uint16_t id = wire_be16(w);
	uint16_t count = wire_be16(w);
	struct template *t = template_find(id);

	if (options) {
		wire_skip(w, 2);
	}
	if (t == NULL && sums.template_count < TEMPLATES_MAX) {
		t = &sums.templates[sums.template_count++];
	}
	if (t == NULL || count > FIELDS_MAX) {
		w->bad = true;
		return;
	}
	*t = (struct template){.id = id, .count = count, .options = options};
	for (uint16_t i = 0; i < count; i++) {
		t->fields[i].id = wire_be16(w);
		t->fields[i].octets = wire_be16(w);
		if ((t->fields[i].id & 0x8000) != 0) {
			t->fields[i].id &= 0x7fff;
			t->fields[i].pen = wire_be32(w);
		}
		t->shortest += t->fields[i].octets == VARIABLE ? 1 : t->fields[i].octets;
	}
}

static uint64_t number(const uint8_t *p, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++) {
		value = value << 8 | p[i];
	}
	return value;
}

static void record_take(struct wire *w, const struct template *t)
{
	for (uint16_t i = 0; i < t->count; i++) {
		const struct field *f = &t->fields[i];
		size_t n = f->octets;
		const uint8_t *p;

		if (n == VARIABLE) {
			n = wire_u8(w);
			n = n == 255 ? wire_be16(w) : n;
		}
		p = wire_take(w, n);
		if (p == NULL || t->options || (f->pen != 0 && f->pen != REVERSE_PEN)) {
			continue;
		}
		sums.octets += f->id == 1 ? number(p, n) : 0;
		sums.packets += f->id == 2 ? number(p, n) : 0;
	}
	sums.records += t->options ? 0 : 1;
}

/* Gives the data records of the set, for the sequence number. */
static uint32_t set_take(struct wire *set, uint16_t id)
{
	const struct template *t;
	uint32_t count = 0;

	if (id == 2 || id == 3) {
		while (wire_left(set) >= 4) {
			template_take(set, id == 3);
		}
		return 0;
	}
	t = template_find(id);
	if (t == NULL || t->shortest == 0) {
		sums.unknown++;
		return 0;
	}
	while (wire_left(set) >= t->shortest) {
		record_take(set, t);
		count++;
	}
	return count;
}

static void message_take(const uint8_t *octets, size_t n)
{
	struct wire w = wire_of(octets, n);
	uint32_t sequence;

	wire_skip(&w, 8);
	sequence = wire_be32(&w);
	wire_skip(&w, 4);
	sums.gaps += sequence != sums.next_sequence;
	sums.next_sequence = sequence;
	while (wire_left(&w) >= 4) {
		uint16_t id = wire_be16(&w);
		uint16_t size = wire_be16(&w);
		struct wire set = wire_sub(&w, size >= 4 ? size - 4u : 0);

		sums.next_sequence += set_take(&set, id);
	}
	sums.messages++;
	sums.stream_octets += n;
}

static bool take_file(const char *path)
{
	static uint8_t m[65536];
	FILE *in = fopen(path, "rb");

	if (in == NULL) {
		perror(path);
		return false;
	}
	while (fread(m, 16, 1, in) == 1) {
		uint16_t size = load_be16(m + 2);

		if (size < 16 || (size > 16 && fread(m + 16, size - 16u, 1, in) != 1)) {
			sums.unknown++;
			break;
		}
		message_take(m, size);
	}
	fclose(in);
	return true;
}

static bool take_udp(void)
{
	static uint8_t m[65536];
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int buffer_octets = 512 << 20;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sigaction action = {.sa_handler = on_stop};

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
		getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		perror("collect");
		return false;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_octets, sizeof(buffer_octets));
	sigaction(SIGTERM, &action, NULL);
	printf("%u\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int ready = poll(&p, 1, 100);

		if (ready > 0) {
			ssize_t n = recv(fd, m, sizeof(m), 0);

			message_take(m, n > 0 ? (size_t)n : 0);
		} else if (stop != 0) {
			close(fd);
			return true;
		}
	}
}

int main(int argc, char **argv)
{
	bool done;

	if (argc != 2) {
		fprintf(stderr, "usage: collect FILE | collect udp\n");
		return 2;
	}
	done = strcmp(argv[1], "udp") == 0 ? take_udp() : take_file(argv[1]);
	printf("{\"records\": %" PRIu64 ", \"packets\": %" PRIu64 ", \"octets\": %" PRIu64
	       ", \"gaps\": %" PRIu64 ", \"messages\": %" PRIu64 ", \"unknown\": %" PRIu64
	       ", \"stream_octets\": %" PRIu64 "}\n",
		sums.records, sums.packets, sums.octets, sums.gaps, sums.messages, sums.unknown,
		sums.stream_octets);
	return done ? 0 : 2;
}
