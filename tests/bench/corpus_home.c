#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "tests/bench/corpus.h"

/*
 * A home: 50 devices for ten minutes. Each visit is a DNS question and answer, then TLS or QUIC or HTTP
 * with a size from a heavy tail; in between NTP, mDNS, pings. Conversations live in a heap ordered by the
 * time of their next packet, so that the capture comes out in order without being held in memory.
 */

#define HOME_DEVICES   50
#define HOME_SECONDS   600.0
#define HOME_VISITS    10000
#define HOME_START_US  1700000000000000u
#define HOME_HOSTS     3000
#define HOME_HELLO_MAX 300

enum talk_kind {
	TALK_TLS,
	TALK_QUIC,
	TALK_HTTP,
	TALK_DNS,
	TALK_NTP,
	TALK_MDNS,
	TALK_PING,
	TALK_KINDS
};

struct talk {
	double next_s;
	double gap_s;
	uint32_t host;
	uint32_t step;
	uint32_t steps;
	uint32_t device;
	uint16_t port;
	uint8_t kind;
	uint8_t ip_version;
};

struct home {
	struct talk *heap;
	uint32_t count;
	struct corpus_file *file;
	struct corpus_random *random;
};

static void heap_swap(struct talk *a, struct talk *b)
{
	struct talk t = *a;

	*a = *b;
	*b = t;
}

static void heap_push(struct home *home, const struct talk *talk)
{
	uint32_t i = home->count++;

	home->heap[i] = *talk;
	while (i > 0 && home->heap[i].next_s < home->heap[(i - 1) / 2].next_s) {
		heap_swap(&home->heap[i], &home->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
}

static void heap_sift(struct home *home)
{
	uint32_t i = 0;

	for (;;) {
		uint32_t least = i;

		for (uint32_t child = 2 * i + 1; child <= 2 * i + 2 && child < home->count;
			child++) {
			least = home->heap[child].next_s < home->heap[least].next_s ? child : least;
		}
		if (least == i) {
			return;
		}
		heap_swap(&home->heap[i], &home->heap[least]);
		i = least;
	}
}

static uint32_t put_name(uint8_t *p, uint32_t host)
{
	char text[64];
	uint8_t *q = p;
	const char *label = text;

	snprintf(text, sizeof(text), "www%u.site%u.example.org", host, host % 89);
	while (*label != '\0') {
		size_t n = strcspn(label, ".");

		*q++ = (uint8_t)n;
		memcpy(q, label, n);
		q += n;
		label += n + (label[n] == '.');
	}
	*q++ = 0;
	return (uint32_t)(q - p);
}

static void host_address(uint8_t ip_version, uint32_t host, uint8_t ret_address[16])
{
	memset(ret_address, 0, 16);
	if (ip_version == 4) {
		store_be32(ret_address, 0xc6120000u + host);
		return;
	}
	store_be32(ret_address, 0x20010db8);
	store_be32(ret_address + 4, 0xff000000u | host);
	ret_address[15] = 1;
}

static uint32_t put_dns(uint8_t *p, const struct talk *talk, bool answer)
{
	uint32_t n = 12;

	store_be16(p, (uint16_t)talk->host);
	store_be16(p + 2, answer ? 0x8180 : 0x0100);
	store_be16(p + 4, 1);
	store_be16(p + 6, answer);
	n += put_name(p + n, talk->host);
	store_be16(p + n, talk->ip_version == 4 ? 1 : 28);
	store_be16(p + n + 2, 1);
	n += 4;
	if (answer) {
		uint16_t octets = talk->ip_version == 4 ? 4 : 16;
		uint8_t address[16];

		host_address(talk->ip_version, talk->host, address);
		store_be16(p + n, 0xc00c);
		store_be16(p + n + 2, talk->ip_version == 4 ? 1 : 28);
		store_be16(p + n + 4, 1);
		store_be32(p + n + 6, 300);
		store_be16(p + n + 10, octets);
		memcpy(p + n + 12, address, octets);
		n += 12u + octets;
	}
	return n;
}

/* A TLS 1.3 ClientHello record with a server name, of the smallest shape that is legal. */
static uint32_t put_hello(uint8_t *p, uint32_t host)
{
	char name[64];
	uint16_t n =
		(uint16_t)snprintf(name, sizeof(name), "www%u.site%u.example.org", host, host % 89);
	uint8_t *at = p + 9;

	memset(p, 0, HOME_HELLO_MAX);
	store_be16(at, 0x0303);
	at += 2 + 32; /* random */
	*at++ = 0;    /* session id */
	store_be16(at, 2);
	store_be16(at + 2, 0x1301);
	at += 4;
	*at++ = 1; /* compression methods */
	*at++ = 0;
	store_be16(at, (uint16_t)(n + 9));
	store_be16(at + 4, (uint16_t)(n + 5));
	store_be16(at + 6, (uint16_t)(n + 3));
	store_be16(at + 9, n);
	memcpy(at + 11, name, n);
	at += 11 + n;
	p[0] = 22;
	store_be16(p + 1, 0x0301);
	store_be16(p + 3, (uint16_t)(at - p - 5));
	p[5] = 1;
	store_be16(p + 7, (uint16_t)(at - p - 9));
	return (uint32_t)(at - p);
}

static void talk_addresses(const struct talk *talk, struct corpus_packet *packet)
{
	static const uint8_t router[6] = {0x00, 0x1c, 0xb3, 0, 0, 1};
	static const uint8_t oui[4][3] = {
		{0xb8, 0x27, 0xeb}, {0x00, 0x17, 0x88}, {0x3c, 0x5a, 0xb4}, {0xda, 0xa1, 0x19}};
	uint8_t *mac = packet->src_mac;

	memcpy(mac, oui[talk->device % 4], 3);
	mac[5] = (uint8_t)talk->device;
	memcpy(packet->dst_mac, router, 6);
	packet->ip_version = talk->ip_version;
	if (talk->ip_version == 4) {
		store_be32(packet->src, 0xc0a80a0au + talk->device);
	} else {
		store_be32(packet->src, 0xfd000001);
		packet->src[15] = (uint8_t)(16 + talk->device);
	}
	host_address(talk->ip_version, talk->host, packet->dst);
	if (talk->kind == TALK_DNS) {
		memset(packet->dst, 0, 16);
		memcpy(packet->dst, packet->src, talk->ip_version == 4 ? 3 : 8);
		packet->dst[talk->ip_version == 4 ? 3 : 15] = 1;
	}
}

static void talk_turn(struct corpus_packet *packet)
{
	struct corpus_packet p = *packet;

	memcpy(packet->src, p.dst, 16);
	memcpy(packet->dst, p.src, 16);
	memcpy(packet->src_mac, p.dst_mac, 6);
	memcpy(packet->dst_mac, p.src_mac, 6);
	packet->src_port = p.dst_port;
	packet->dst_port = p.src_port;
}

/* Stream conversations: three packets to open, a request, bulk with an ACK for two segments, the close. */
static bool talk_stream(
	struct home *home, const struct talk *t, struct corpus_packet *p, uint8_t *buffer)
{
	bool back = t->step == 1 || (t->step > 3 && t->step + 3 < t->steps && t->step % 3 != 0);

	p->protocol = t->kind == TALK_QUIC ? 17 : 6;
	p->dst_port = t->kind == TALK_HTTP ? 80 : 443;
	p->tcp_flags = t->step == 0              ? 0x02
		       : t->step == 1            ? 0x12
		       : t->step + 3 >= t->steps ? 0x11
						 : 0x10;
	p->tcp_sequence = t->host * 77777u + t->step * 1400;
	if (t->kind == TALK_QUIC) {
		p->payload_octets = back           ? 1200 + corpus_below(home->random, 50)
				    : t->step == 0 ? 1250
						   : 40;
		return back;
	}
	if (t->step == 3 && t->kind == TALK_TLS) {
		p->content_octets = put_hello(buffer, t->host);
		p->payload = buffer;
		p->payload_octets = 517;
	} else if (t->step == 3) {
		p->content_octets = (uint32_t)snprintf((char *)buffer, HOME_HELLO_MAX,
			"GET / HTTP/1.1\r\nHost: www%u.site%u.example.org\r\n\r\n", t->host,
			t->host % 89);
		p->payload = buffer;
		p->payload_octets = p->content_octets;
	} else if (t->step > 3 && back) {
		p->payload_octets = 1380 + corpus_below(home->random, 60);
	}
	return back;
}

static bool talk_packet(
	struct home *home, const struct talk *t, struct corpus_packet *p, uint8_t *buffer)
{
	bool back = t->step % 2 == 1;

	switch (t->kind) {
	case TALK_DNS:
		p->protocol = 17;
		p->dst_port = 53;
		p->content_octets = p->payload_octets = put_dns(buffer, t, back);
		p->payload = buffer;
		return back;
	case TALK_NTP:
		p->protocol = 17;
		p->dst_port = 123;
		p->payload_octets = 48;
		return back;
	case TALK_MDNS:
		p->protocol = 17;
		p->src_port = p->dst_port = 5353;
		memset(p->dst, 0, 16);
		store_be32(p->dst, 0xe00000fb);
		p->content_octets = p->payload_octets = put_dns(buffer, t, false);
		p->payload = buffer;
		return false;
	case TALK_PING:
		p->protocol = t->ip_version == 4 ? 1 : 58;
		p->src_port = t->ip_version == 4 ? (back ? 0 : 8) : (back ? 129 : 128);
		p->dst_port = 0;
		p->payload_octets = 56;
		return back;
	default:
		return talk_stream(home, t, p, buffer);
	}
}

static void talk_step(struct home *home, struct talk *talk)
{
	uint8_t buffer[HOME_HELLO_MAX] = {0};
	struct corpus_packet packet = {
		.time_us = HOME_START_US + (uint64_t)(talk->next_s * 1e6), .src_port = talk->port};
	bool back;
	uint16_t icmp_type;

	talk_addresses(talk, &packet);
	back = talk_packet(home, talk, &packet, buffer);
	icmp_type = packet.src_port;
	if (back) {
		talk_turn(&packet);
	}
	if (talk->kind == TALK_PING) {
		packet.src_port = icmp_type;
		packet.dst_port = 0;
	}
	corpus_put(home->file, &packet);
	talk->step++;
	talk->next_s += talk->gap_s;
}

static void home_add(struct home *home, uint8_t kind, double at_s, uint32_t host, uint32_t steps)
{
	struct corpus_random *r = home->random;
	struct talk talk = {.next_s = at_s,
		.host = host,
		.kind = kind,
		.steps = steps,
		.device = corpus_below(r, HOME_DEVICES),
		.port = (uint16_t)(32768 + corpus_below(r, 28000)),
		.ip_version = kind != TALK_MDNS && corpus_unit(r) < 0.35 ? 6 : 4};

	talk.gap_s = kind < TALK_DNS ? 0.0005 + 0.02 * corpus_unit(r) * corpus_unit(r) : 0.02;
	if (at_s + talk.gap_s * steps > HOME_SECONDS) {
		talk.gap_s = (HOME_SECONDS - at_s) / steps;
	}
	heap_push(home, &talk);
}

void corpus_home(struct corpus_file *file, struct corpus_random *random, double scale)
{
	uint32_t visits = (uint32_t)(HOME_VISITS * scale) + 1;
	struct home home = {.heap = calloc((size_t)visits * 4 + 8, sizeof(struct talk)),
		.file = file,
		.random = random};

	for (uint32_t i = 0; i < visits; i++) {
		double at_s = corpus_unit(random) * (HOME_SECONDS - 5);
		uint32_t host = corpus_below(random, HOME_HOSTS);
		double size = pow(1 - corpus_unit(random), -1 / 1.15);
		uint32_t steps = 8 + (uint32_t)(size > 2000 ? 60000 : size * 30);

		home_add(&home, TALK_DNS, at_s, host, 2);
		home_add(&home,
			(uint8_t)(i % 9 < 5   ? TALK_TLS
				  : i % 9 < 8 ? TALK_QUIC
					      : TALK_HTTP),
			at_s + 0.05, host, steps);
		if (i % 8 == 0) {
			home_add(&home, (uint8_t)(TALK_NTP + i / 8 % 3), at_s, host, 2);
		}
	}
	while (home.count > 0) {
		struct talk *first = &home.heap[0];

		talk_step(&home, first);
		if (first->step >= first->steps) {
			*first = home.heap[--home.count];
		}
		/* The analyzer loses the heap where its elements change places. */
		heap_sift(&home); /* NOLINT(clang-analyzer-unix.Malloc) */
	}
	free(home.heap);
}
