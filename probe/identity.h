#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "probe/flow.h"

/**
 * Who and whom: the devices of the home side and the names of far ends. One per metering process;
 * off (NULL) when no subscriber wants names. Tables are bounded, every eviction is counted; all
 * keys from the wire are hashed under a secret. Nothing here allocates after identity_new().
 */
struct identity;

#define IDENTITY_PREFIXES_MAX 32

struct identity_prefix {
	uint8_t address[16]; /* IPv4 in the first four octets */
	uint8_t ip_version;
	uint8_t length; /* bits */
};

struct identity_config {
	struct identity_prefix home[IDENTITY_PREFIXES_MAX];
	unsigned home_count;         /* 0: private, link-local, unique local ranges */
	uint32_t home_interfaces[8]; /* source interface table indices whose side is the home */
	unsigned home_interface_count;
	uint32_t devices_max; /* 0: 1,024 */
	uint32_t names_max;   /* far-end names; 0: 32,768 */
	uint64_t hash_seed;   /* 0: random */
};

/** Parse one --home value that is a prefix ("192.168.0.0/16", "fd00::/8", a bare address). */
bool identity_prefix_parse(const char *text, struct identity_prefix *ret_prefix, GError **error);

/** Allocates everything it will use. Fails with WEIR_ERROR_LIMIT when a table cannot be had. */
struct identity *identity_new(const struct identity_config *config, GError **error);
void identity_free(struct identity *identity);

/**
 * A frame with @mac and source @address was seen on @interface (first packet of a flow in this
 * direction, ARP, ND). Learns devices, their addresses, and which MACs are gateways.
 */
void identity_sighting(struct identity *identity, const struct flow_key *key, int64_t now_us);

/** An ARP frame (from the octet after the Ethernet header). Malformed ones are ignored and counted.
 */
void identity_arp(struct identity *identity, const uint8_t *data, uint32_t octets,
	uint16_t interface, int64_t now_us);

/** What a new flow is called already, from DNS answers its device got; 0: no name. @key as on the
 * wire. */
uint32_t identity_name(struct identity *identity, const struct flow_key *key, int64_t now_us);

/**
 * A flow called @name that began at @start_us will have further records. Returns its name from now
 * on, whose age stays what it was when the flow began.
 */
uint32_t identity_name_settle(
	struct identity *identity, uint32_t name, int64_t start_us, int64_t now_us);

/** True if both stand for the same name from the same source, whatever their ages. */
bool identity_name_is_same(const struct identity *identity, uint32_t name, uint32_t other);

/** Which payload of a flow is worth a look, by protocol and ports (either direction). */
enum inspect_kind {
	INSPECT_NONE,
	INSPECT_DATAGRAM, /* each packet stands alone: DNS, mDNS, LLMNR, DHCP, SSDP, ND */
	INSPECT_STREAM    /* until identity_inspect says done: TLS, HTTP, DNS over TCP, QUIC */
};

/** Decides by the protocol and the lower of the ports that are known; pure, no table. */
enum identity_port {
	IDENTITY_PORT_DNS = 53,
	IDENTITY_PORT_DHCP_SERVER = 67,
	IDENTITY_PORT_DHCP_CLIENT = 68,
	IDENTITY_PORT_DHCPV6_CLIENT = 546,
	IDENTITY_PORT_DHCPV6_SERVER = 547,
	IDENTITY_PORT_SSDP = 1900,
	IDENTITY_PORT_MDNS = 5353,
	IDENTITY_PORT_LLMNR = 5355
};

static inline bool identity_port_is_datagram(uint16_t port)
{
	switch (port) {
	case IDENTITY_PORT_DNS:
	case IDENTITY_PORT_DHCP_SERVER:
	case IDENTITY_PORT_DHCP_CLIENT:
	case IDENTITY_PORT_DHCPV6_CLIENT:
	case IDENTITY_PORT_DHCPV6_SERVER:
	case IDENTITY_PORT_SSDP:
	case IDENTITY_PORT_MDNS:
	case IDENTITY_PORT_LLMNR:
		return true;
	default:
		return false;
	}
}

/**
 * Ports as in the flow key: for ICMPv6 @src_port is the type. Every TCP flow and every other UDP
 * flow is a stream, whatever its ports: those that carry no name are done after their first packet
 * with a payload. Inlined, since it is asked of every packet.
 */
static inline enum inspect_kind inspect_kind_of(
	uint8_t ip_version, uint8_t protocol, uint16_t src_port, uint16_t dst_port)
{
	switch (protocol) {
	case 6:
		return INSPECT_STREAM;
	case 17:
		return identity_port_is_datagram(src_port) || identity_port_is_datagram(dst_port)
			       ? INSPECT_DATAGRAM
			       : INSPECT_STREAM;
	case 58: /* neighbour discovery: types 133 to 136 (RFC 4861) */
		return ip_version == 6 && src_port >= 133 && src_port <= 136 ? INSPECT_DATAGRAM
									     : INSPECT_NONE;
	default:
		return INSPECT_NONE;
	}
}

struct inspect_input {
	const struct flow_key *key; /* as on the wire: [0] sent this packet */
	const uint8_t *payload;     /* after TCP or UDP header; ICMPv6: from the type octet */
	uint32_t octets;            /* captured; may be 0 (SYN, FIN) */
	uint32_t tcp_sequence;
	uint16_t tcp_flags;
	uint32_t flow;            /* index of the flow in its table: names the reassembly state */
	uint32_t flow_generation; /* differs when the index is used again */
	bool from_initiator;
	int64_t now_us;
};

/**
 * Look into one packet. @name: the flow's name so far. Returns its name from now on. *ret_done: no
 * further packet of this flow needs a look (streams only).
 */
uint32_t identity_inspect(struct identity *identity, const struct inspect_input *input,
	uint32_t name, bool *ret_done);

/** Fill the device and name members of @record (all others are set). @name: the flow's name or 0.
 */
void identity_annotate(struct identity *identity, const struct flow_key *key, uint32_t name,
	struct flow_record *record, struct record_writer *writer);

#define IDENTITY_TEXT_MAX 255

/** A device as it is known now; texts are terminated, "" when unknown. */
struct identity_device {
	uint32_t id; /* from 1, stable while the process lives */
	uint8_t mac[6];
	bool random_mac;
	bool gateway; /* known, but not a device of the home */
	char name[IDENTITY_TEXT_MAX + 1];
	uint8_t name_source; /* enum record_name_source */
	char vendor[128];
	char vendor_class[IDENTITY_TEXT_MAX + 1];
	char parameter_list[128]; /* DHCP option 55 as "1,3,6", fingerprint material */
	uint8_t addresses[16][16];
	uint8_t address_versions[16];
	unsigned address_count;
	int64_t first_seen_us;
	int64_t last_seen_us;
};

typedef void (*identity_device_sink)(void *context, const struct identity_device *device);

/** Visit every device, gateways last. */
void identity_devices(const struct identity *identity, identity_device_sink sink, void *context);

/**
 * What its user calls the device: goes before every other name. "" takes the label away. @mac need
 * not have been seen yet. Fails with WEIR_ERROR_USAGE when the label is no name (at most
 * IDENTITY_TEXT_MAX octets of UTF-8 without control characters) or the MAC no station's,
 * WEIR_ERROR_LIMIT when the table is full.
 */
bool identity_label(struct identity *identity, const uint8_t mac[6], const char *label,
	int64_t now_us, GError **error);

struct identity_counters {
	uint64_t devices;
	uint64_t devices_refused; /* table full */
	uint64_t devices_evicted; /* not seen for a day, when another needed the room */
	uint64_t names;
	uint64_t names_evicted;
	uint64_t dns_messages;
	uint64_t dns_malformed;
	uint64_t dns_addresses_dropped; /* beyond what is kept of one answer */
	uint64_t dhcp_messages;
	uint64_t dhcp_malformed;
	uint64_t tls_hellos;
	uint64_t tls_malformed;
	uint64_t quic_initials;
	uint64_t quic_malformed;
	uint64_t http_requests;
	uint64_t ssdp_messages;
	uint64_t neighbour_messages; /* ARP and neighbour discovery */
	uint64_t neighbour_malformed;
	uint64_t names_invalid;      /* not LDH or not UTF-8: refused */
	uint64_t reassembly_evicted; /* a ClientHello, CRYPTO or DNS stream lost its buffer */
};

/** A snapshot; gauges (devices, names) and totals since identity_new(). */
void identity_counters(const struct identity *identity, struct identity_counters *ret_counters);
