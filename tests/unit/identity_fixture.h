#pragma once

#include "tests/unit/unit.h"

#include <stdbool.h>

#include "probe/identity.h"

/* A home for tests: keys as on the wire, messages, and the one record that is made of a flow. */
#define MAC_CAMERA "\x00\x17\x88\x01\x02\x03"
#define MAC_PHONE  "\x02\x00\x00\x00\x00\x0b"
#define MAC_ROUTER "\x00\x0d\xb9\x00\x00\x01"
#define MAC_NONE   "\0\0\0\0\0\0"
#define MAC_ALL    "\xff\xff\xff\xff\xff\xff"
#define MAC_MDNS   "\x01\x00\x5e\x00\x00\xfb"

struct identity *fixture_identity(void); /* default home, hashed under a fixed seed */

/** Addresses in text, of one family. */
struct flow_key fixture_key(
	const char *src_mac, const char *src, const char *dst_mac, const char *dst);

/** The same with UDP ports. */
struct flow_key fixture_udp(const struct flow_key *key, uint16_t src_port, uint16_t dst_port);
struct flow_key fixture_reverse(const struct flow_key *key);
void fixture_address(const char *text, uint8_t ret_address[16]);

/** Hand a datagram to identity_inspect(). */
void fixture_datagram(struct identity *identity, const struct flow_key *key, const void *payload,
	size_t octets, int64_t now_us);

/** A message under construction; too small a buffer ends the test. */
struct fixture_message {
	uint8_t octets[4096];
	size_t n;
};

void fixture_octets(struct fixture_message *m, const void *octets, size_t n);
void fixture_be16(struct fixture_message *m, unsigned v);
void fixture_be32(struct fixture_message *m, uint32_t v);
void fixture_dns_name(struct fixture_message *m, const char *dotted); /* "" is the root */

/** A header with @flags and counts; a question for @name unless NULL. */
void fixture_dns_begin(
	struct fixture_message *m, unsigned flags, const char *name, unsigned answers);
void fixture_dns_address(struct fixture_message *m, const char *name, const char *address);
void fixture_dns_alias(struct fixture_message *m, const char *name, const char *target);

/** @key's receiver is answered that @name is at @address. */
void fixture_dns_answer(struct identity *identity, const struct flow_key *key, const char *name,
	const char *address, int64_t now_us);

/** The fixed part of a DHCP message and its type; options follow. */
void fixture_dhcp_begin(struct fixture_message *m, const char *mac, uint8_t type, const char *has,
	const char *gets);
void fixture_dhcp_option(struct fixture_message *m, uint8_t option, const void *octets, uint8_t n);

/** What identity_annotate() made of a flow that began at @start_us. */
struct fixture_record {
	struct flow_record record;
	char device_name[256];
	char device_vendor[256];
	char device_class[256];
	char far_name[256];
	char node_name[256];
};

void fixture_annotate(struct identity *identity, const struct flow_key *key, uint32_t name,
	int64_t start_us, struct fixture_record *ret_record);

/** @mac sends from @address, which is the home's. */
void fixture_seen(struct identity *identity, const char *mac, const char *address);
void fixture_assert_name(const struct identity *identity, const char *mac, const char *name,
	enum record_name_source source);
void fixture_dhcp_send(struct identity *identity, const struct fixture_message *m);
void fixture_dhcp_request(struct identity *identity, const char *mac, const char *host_name);
void fixture_mdns_send(struct identity *identity, const char *mac, const char *address,
	const struct fixture_message *m);

/** @mac sends @from an address of its own that @name is at @address. */
void fixture_mdns_host(struct identity *identity, const char *mac, const char *from,
	const char *name, const char *address);
void fixture_ssdp_send(struct identity *identity, const char *mac, const char *server);

/** The device or gateway with this MAC; false if there is none. */
bool fixture_device(
	const struct identity *identity, const char *mac, struct identity_device *ret_device);

/** Every prefix and every octet changed, each in memory of exactly its size. */
void fixture_damage(const void *octets, size_t n, void (*parse)(const uint8_t *, size_t));
