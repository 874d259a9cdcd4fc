#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "probe/identity.h"
#include "probe/meter.h"
#include "probe/packet.h"

/* Frames made by hand, octet by octet. */
struct octets {
	uint8_t at[4096];
	uint32_t n;
};

void octets_8(struct octets *o, uint8_t value);
void octets_16(struct octets *o, uint16_t value);
void octets_32(struct octets *o, uint32_t value);
void octets_put(struct octets *o, const void *from, uint32_t n);
void octets_fill(struct octets *o, uint8_t value, uint32_t n);
void octets_hex(struct octets *o, const char *hex); /* blanks are skipped */

/* MACs 02:00:00:00:00:01 and :02; from end 0 to end 1, or back. */
void octets_ethernet(struct octets *o, unsigned from, uint16_t ethertype);

/* What a test sends: a conversation between two ends, by default 192.0.2.1 and 198.51.100.2 (or
 * 2001:db8::1 and 2001:db8:ffff::2), ports 1000 and 2000, UDP. */
struct talk {
	unsigned from; /* 0 or 1: which end sends */
	uint8_t version;
	uint8_t protocol;
	uint16_t port[2]; /* of the ends */
	uint8_t address[2];
	uint16_t flags; /* TCP */
	uint32_t sequence;
	uint32_t payload; /* octets of it */
	uint8_t tos;
	uint8_t ttl;
	uint16_t vlan; /* 0: none */
	uint16_t inner_vlan;
	uint16_t interface;
	uint16_t fragment; /* flags and offset as in the IPv4 header */
	uint16_t identification;
};

/* TALK(.from = 1, ...): what is not given, or 0, is the default: IPv4, UDP, ends 1 and 2, TTL 64, 10
 * octets of payload. */
#define TALK(...)       ((struct talk){__VA_ARGS__})
#define TALK_NO_PAYLOAD UINT32_MAX

#define TALK_START_US INT64_C(1700000000000000)

/* The IP packet of @talk, without a link layer. */
void octets_talk(struct octets *o, const struct talk *talk);

struct identity_call {
	char kind; /* 's'ighting, 'n'ame, 'i'nspect, 'a'nnotate, 'r': ARP, 't': settled name */
	struct flow_key key;
	uint32_t name;
	uint32_t octets;
	uint32_t flow;
	uint32_t generation;
	int64_t start_us;
	bool from_initiator;
};

/* A meter and everything that came out of it. */
struct fixture {
	struct meter_config config;
	struct meter *meter;
	struct flow_record records[4096];
	unsigned count;
};

/* The identity part as tests see it: what it is asked, and what it answers. Names 100 to 199 are
 * names 0 to 99 settled. */
struct identity {
	struct identity_call calls[256];
	unsigned count;
	uint32_t name;    /* identity_name() gives this */
	uint32_t inspect; /* identity_inspect() gives this, if not 0 */
	bool done;
};

extern struct identity fake_identity;

/* One cache, 5-tuple, idle 60 s, active 300 s, 1,000 flows; change config, then open. */
void fixture_init(struct fixture *f);
void fixture_open(struct fixture *f, struct identity *identity);
void fixture_close(struct fixture *f);

/* An Ethernet frame with @talk, @at_ms after TALK_START_US. */
void fixture_talk(struct fixture *f, int64_t at_ms, const struct talk *talk);
/* Octets as a frame of @link_type, now. They are copied to memory of exactly their size. */
void fixture_frame(struct fixture *f, uint16_t link_type, const struct octets *o);
void fixture_send(struct fixture *f, struct packet *packet);
void fixture_finish(struct fixture *f);
struct meter_counters fixture_counters(const struct fixture *f);
