#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The flow record: what the metering process hands to everybody else, in memory and over the flow
 * stream. This table is the contract; the struct, the element mapping, the JSON names and the
 * documentation are all made from it, so that a new field is one line here.
 *
 *   F(member, KIND, element, element6, text)
 *
 * member    of struct flow_record; a "rev_" member is the reverse direction's (RFC 5103)
 * KIND      how it is kept and how it goes on the wire:
 *             TIME    int64_t, µs since the epoch; exported as milliseconds, 8 octets
 *             U64 U32 U16 U8   unsigned, host order
 *             FLAGS   uint16_t of which the low octet is exported: tcpControlBits as unsigned8,
 *                     since some collectors read 0 from two octets
 *             BOOL    uint8_t, 0 or 1; exported as 2 or 1 (RFC 7011 6.1.5)
 *             ADDR    16 octets, network order; IPv4 in the first four, the rest 0
 *             MAC     6 octets
 *             TEXT    struct record_text, UTF-8, variable length
 *             OCTETS  the same, any octets
 * element   name in the registry for IPv4 records; element6 for IPv6 records ("" = the same).
 *           Members whose element is "-" are not exported.
 *
 * Order: 8-octet members first, so that the struct has no padding (asserted below); reverse times
 * and TCP flags before the forward ones, since nfdump 1.7.1 takes both for the same element, of which
 * the last counts.
 */
#define RECORD_FIELDS(F)                                                                           \
	F(rev_start_us, TIME, "reverseFlowStartMilliseconds", "", "first packet back; 0: none")    \
	F(rev_end_us, TIME, "reverseFlowEndMilliseconds", "", "last packet, reverse; 0: none")     \
	F(start_us, TIME, "flowStartMilliseconds", "", "first packet, this direction")             \
	F(end_us, TIME, "flowEndMilliseconds", "", "last packet, this direction")                  \
	F(octets, U64, "octetDeltaCount", "", "IP-layer octets since the last record")             \
	F(packets, U64, "packetDeltaCount", "", "packets since the last record")                   \
	F(rev_octets, U64, "reverseOctetDeltaCount", "", "IP-layer octets, reverse")               \
	F(rev_packets, U64, "reversePacketDeltaCount", "", "packets, reverse")                     \
	F(flow_id, U64, "flowId", "", "the same in all records of one flow, unique in the domain") \
	F(ip_length_min, U64, "minimumIpTotalLength", "", "smallest packet in IP-layer octets")    \
	F(ip_length_max, U64, "maximumIpTotalLength", "", "largest packet in IP-layer octets")     \
	F(rev_ip_length_min, U64, "reverseMinimumIpTotalLength", "", "smallest packet, reverse")   \
	F(rev_ip_length_max, U64, "reverseMaximumIpTotalLength", "", "largest packet, reverse")    \
	F(device_name, TEXT, "deviceName", "", "best name of the home-side device")                \
	F(device_vendor, TEXT, "deviceVendor", "", "who made the device's network card")           \
	F(device_class, TEXT, "deviceVendorClass", "", "DHCP vendor class the device sent")        \
	F(far_name, TEXT, "farEndName", "", "name under which the device knew the far end")        \
	F(node_name, TEXT, "farEndNode", "", "registrable part of the far end's name")             \
	F(application, TEXT, "applicationName", "", "application, where it is recognised")         \
	F(section, OCTETS, "-", "", "packet reports: octets of the packet, see section_kind")      \
	F(src_address, ADDR, "sourceIPv4Address", "sourceIPv6Address", "sender")                   \
	F(dst_address, ADDR, "destinationIPv4Address", "destinationIPv6Address", "receiver")       \
	F(ingress_interface, U32, "ingressInterface", "", "index of the interface in; 0: unknown") \
	F(egress_interface, U32, "egressInterface", "", "index of the interface out; 0: unknown")  \
	F(tcp_isn, U32, "tcpSequenceNumber", "", "sequence number of the first TCP packet")        \
	F(rev_tcp_isn, U32, "reverseTcpSequenceNumber", "", "the same, reverse")                   \
	F(tcp_rtt_us, U32, "tcpRttMicroseconds", "", "handshake round trip; 0: not seen")          \
	F(device_id, U32, "deviceId", "", "home-side device; 0: none")                             \
	F(peer_device_id, U32, "peerDeviceId", "", "other home-side device of a local flow")       \
	F(far_name_age_s, U32, "farEndNameAge", "", "age of the name when the flow began, s")      \
	F(observation_point, U32, "observationPointId", "", "where it was observed")               \
	F(selection_sequence, U32, "-", "", "of the packets that are counted; 0: all are")         \
	F(packet_digest, U32, "-", "", "packet reports: value of the hash function")               \
	F(src_port, U16, "sourceTransportPort", "", "0 where the protocol has none")               \
	F(dst_port, U16, "destinationTransportPort", "", "0 where the protocol has none")          \
	F(icmp_type_code, U16, "icmpTypeCodeIPv4", "icmpTypeCodeIPv6", "type * 256 + code")        \
	F(vlan_id, U16, "vlanId", "", "outer VLAN of the first packet; 0: untagged")               \
	F(customer_vlan_id, U16, "dot1qCustomerVlanId", "", "inner VLAN of the first packet")      \
	F(rev_tcp_flags, FLAGS, "reverseTcpControlBits", "", "union of TCP flags, reverse")        \
	F(tcp_flags, FLAGS, "tcpControlBits", "", "union of TCP flags")                            \
	F(frame_octets, U16, "-", "", "packet reports: length of the frame on the wire")           \
	F(src_mac, MAC, "sourceMacAddress", "", "of the first packet")                             \
	F(dst_mac, MAC, "destinationMacAddress", "", "of the first packet")                        \
	F(device_mac, MAC, "deviceMacAddress", "", "of the home-side device")                      \
	F(protocol, U8, "protocolIdentifier", "", "upper-layer protocol")                          \
	F(ip_version, U8, "ipVersion", "", "4 or 6")                                               \
	F(tos, U8, "ipClassOfService", "", "traffic class octet of the first packet")              \
	F(rev_tos, U8, "reverseIpClassOfService", "", "the same, reverse")                         \
	F(ttl_min, U8, "minimumTTL", "", "smallest TTL or hop limit")                              \
	F(ttl_max, U8, "maximumTTL", "", "largest TTL or hop limit")                               \
	F(rev_ttl_min, U8, "reverseMinimumTTL", "", "smallest, reverse")                           \
	F(rev_ttl_max, U8, "reverseMaximumTTL", "", "largest, reverse")                            \
	F(end_reason, U8, "flowEndReason", "", "enum record_end_reason")                           \
	F(direction, U8, "flowDirection", "", "0 from the home side, 1 to the home side")          \
	F(biflow_direction, U8, "biflowDirection", "", "0 arbitrary, 1 initiator first")           \
	F(device_name_source, U8, "deviceNameSource", "", "enum record_name_source")               \
	F(far_name_source, U8, "farEndNameSource", "", "enum record_name_source")                  \
	F(section_kind, U8, "-", "", "packet reports: enum record_section, and a bit")             \
	F(device_mac_random, BOOL, "deviceMacRandomised", "", "locally administered MAC")          \
	F(cache_id, U8, "-", "", "which cache of the metering process made the record")            \
	F(has_reverse, BOOL, "-", "", "the rev_ members carry packets")

/** A string of a record: octets [offset, offset + octets) of its batch's text. Not terminated. */
struct record_text {
	uint32_t offset;
	uint32_t octets;
};

/** RFC 5102 5.11.3, element flowEndReason. */
enum record_end_reason {
	RECORD_END_IDLE = 1,
	RECORD_END_ACTIVE = 2,
	RECORD_END_DETECTED = 3, /* TCP FIN or RST */
	RECORD_END_FORCED = 4,   /* end of input, reconfiguration, shutdown */
	RECORD_END_RESOURCES = 5 /* evicted from a full table */
};

/** Where a name came from; the numbers are exported and never change. */
enum record_name_source {
	RECORD_NAME_NONE = 0,
	RECORD_NAME_DNS = 1,
	RECORD_NAME_SNI = 2,
	RECORD_NAME_QUIC = 3,
	RECORD_NAME_HTTP = 4,
	RECORD_NAME_MDNS = 5,
	RECORD_NAME_SSDP = 6,
	RECORD_NAME_DHCP = 7,
	RECORD_NAME_DHCPV6 = 8,
	RECORD_NAME_VENDOR = 9,
	RECORD_NAME_USER = 10,
	RECORD_NAME_LLMNR = 11
};

#define RECORD_MEMBER_TIME(m)   int64_t m;
#define RECORD_MEMBER_U64(m)    uint64_t m;
#define RECORD_MEMBER_U32(m)    uint32_t m;
#define RECORD_MEMBER_U16(m)    uint16_t m;
#define RECORD_MEMBER_FLAGS(m)  uint16_t m;
#define RECORD_MEMBER_U8(m)     uint8_t m;
#define RECORD_MEMBER_BOOL(m)   uint8_t m;
#define RECORD_MEMBER_ADDR(m)   uint8_t m[16];
#define RECORD_MEMBER_MAC(m)    uint8_t m[6];
#define RECORD_MEMBER_TEXT(m)   struct record_text m;
#define RECORD_MEMBER_OCTETS(m) struct record_text m;

#define RECORD_MEMBER(member, kind, element, element6, text) RECORD_MEMBER_##kind(member)

struct flow_record {
	RECORD_FIELDS(RECORD_MEMBER)
	uint8_t reserved[1]; /* keeps the size a multiple of 8; always 0 */
};

enum record_kind {
	RECORD_TIME,
	RECORD_U64,
	RECORD_U32,
	RECORD_U16,
	RECORD_FLAGS,
	RECORD_U8,
	RECORD_BOOL,
	RECORD_ADDR,
	RECORD_MAC,
	RECORD_TEXT,
	RECORD_OCTETS,
	RECORD_MICROSECONDS /* a TIME in another form: no member is kept like that */
};

/** One line of RECORD_FIELDS as data. */
struct record_field {
	const char *member;
	const char *element;  /* "-": not exported */
	const char *element6; /* never "": filled with @element where the line has "" */
	const char *text;
	enum record_kind kind;
	uint16_t offset; /* of the member in struct flow_record */
	uint16_t octets; /* of the member */
};

/** The table, in the order of RECORD_FIELDS. */
extern const struct record_field record_fields[];
extern const size_t record_field_count;

/** Find a field by its member name; NULL if there is none. */
const struct record_field *record_field_by_member(const char *member);

/** Caches of a metering process: cache_id is less. */
#define RECORD_CACHES_MAX 4

/**
 * Some records of one cache with the text that they refer to; the unit of everything that carries
 * records. Borrowed: valid until the sink that got it returns.
 */
struct record_batch {
	const struct flow_record *records;
	uint32_t count;
	const uint8_t *text;
	uint32_t text_octets;
};

/** Takes a batch. It must not keep the pointers. */
typedef void (*record_sink)(void *context, const struct record_batch *batch);

#define RECORD_BATCH_MAX  64
#define RECORD_BATCH_TEXT 16384
#define RECORD_TEXT_MAX   255 /* longest text of one field, octets */

/**
 * Collects records into batches of at most RECORD_BATCH_MAX and hands each to the sink. Embedded,
 * fixed size, no allocation.
 */
struct record_writer {
	record_sink sink;
	void *context;
	uint32_t count;
	uint32_t text_octets;
	struct flow_record records[RECORD_BATCH_MAX];
	uint8_t text[RECORD_BATCH_TEXT];
};

/** Make @w empty. @context goes to every call of @sink; both must outlive @w. */
void record_writer_init(struct record_writer *w, record_sink sink, void *context);

/**
 * Start the next record: all zero, valid until the next call. Sends the batch first if there might
 * be no room for a record with all its texts.
 */
struct flow_record *record_writer_next(struct record_writer *w);

/**
 * Copy @octets (cut at RECORD_TEXT_MAX on a character boundary) of UTF-8 for the current record.
 * Equal texts of one batch that follow each other share storage.
 */
struct record_text record_writer_text(struct record_writer *w, const char *text, size_t octets);

/** The same for any @octets, of which at most RECORD_TEXT_MAX are taken. */
struct record_text record_writer_octets(struct record_writer *w, const uint8_t *octets, size_t n);

/** Hand over what has been collected, if anything. */
void record_writer_flush(struct record_writer *w);

/**
 * The same flow seen the other way: source and destination, forward and reverse exchanged, text
 * untouched. For uniflow export of the reverse direction of a biflow.
 */
void record_reverse(const struct flow_record *record, struct flow_record *ret_reversed);

/** The ICMP or ICMPv6 type that answers @type (echo request and reply, and so on); @type if none
 * does. */
uint8_t record_icmp_pair(uint8_t ip_version, uint8_t type);
