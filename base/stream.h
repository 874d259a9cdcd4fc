#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/record.h"
#include "base/selection.h"
#include "base/status.h"

/**
 * The flow stream: messages from the probe to its subscribers over a SOCK_SEQPACKET unix socket,
 * one message a packet. Both ends run on one machine and are built from one table of fields, so
 * records travel as they lie in memory; the hello carries a hash of that layout, and ends that
 * differ refuse each other before the first record. Everything else is big-endian:
 *
 *	header   type 1, zero 1, count 2, octets behind the header 4
 *	HELLO    magic 4, version 2, flags 2, layout 8, octets of a record 4, instance 8, number 8,
 *	         program (count octets)
 *	FLOWS    clock 8, number 8, octets of the text 4, zero 4, records (count), text
 *	DEVICE, INTERFACE, CACHE, COUNTERS, SELECTION   see their structs; texts are a length octet and
 *	         the octets
 *	BYE      reason 1
 *	ACK      number 8
 *
 * The subscriber says HELLO first; the probe answers with its own and only then sends the rest.
 *
 * Batches are numbered from 1 in each life of a probe, which its HELLO tells as its instance. A
 * subscriber that says STREAM_FLAG_ACK acknowledges them by number once they are safe with it. When
 * it is gone and comes back, it says in its HELLO what it has, and gets what the probe still keeps
 * of the rest before anything new.
 */
#define STREAM_MAGIC         0x57454952U /* "WEIR" */
#define STREAM_VERSION       3
#define STREAM_HEADER_OCTETS 8
#define STREAM_FLOWS_OCTETS  32 /* before the first record, header included */
#define STREAM_MESSAGE_MAX                                                                         \
	(STREAM_FLOWS_OCTETS + RECORD_BATCH_MAX * sizeof(struct flow_record) + RECORD_BATCH_TEXT)
#define STREAM_ACK_OCTETS   16
#define STREAM_PROGRAM_MAX  31
#define STREAM_SMALL_MAX    4096 /* octets of the largest message that is not FLOWS */
#define STREAM_DEVICE_ADDRS 16

enum stream_type {
	STREAM_HELLO = 1,
	STREAM_FLOWS = 2,
	STREAM_DEVICE = 3,
	STREAM_INTERFACE = 4,
	STREAM_COUNTERS = 5,
	STREAM_BYE = 6,
	STREAM_SELECTION = 7,
	STREAM_ACK = 8,
	STREAM_CACHE = 9
};

struct stream_hello {
	uint16_t version;
	uint16_t flags; /* enum stream_flag */
	uint64_t layout;
	uint32_t record_octets;
	uint64_t instance; /* the probe's own; from a subscriber: of what it had last, 0: nothing */
	uint64_t number;   /* of the last batch of @instance that is safe with the subscriber */
	char program[STREAM_PROGRAM_MAX + 1];
};

enum stream_flag {
	STREAM_FLAG_FILE = 1, /* the probe reads a file: it waits for its subscribers, then ends */
	STREAM_FLAG_NO_FLOWS = 2, /* the subscriber wants all but flow records */
	STREAM_FLAG_ACK = 4       /* the subscriber acknowledges */
};

/** A batch and the time that metering has reached, µs since the epoch. */
struct stream_flows {
	int64_t clock_us;
	uint64_t number;           /* one more than that of the batch before */
	struct record_batch batch; /* decoded: records in @storage, text in the message */
	struct flow_record storage[RECORD_BATCH_MAX];
};

/** A device that is new or has changed. Texts are terminated UTF-8, "" when unknown. */
struct stream_device {
	uint32_t id;
	uint8_t mac[6];
	bool random_mac;
	bool gateway;
	uint8_t name_source; /* enum record_name_source */
	char name[RECORD_TEXT_MAX + 1];
	char vendor[RECORD_TEXT_MAX + 1];
	char vendor_class[RECORD_TEXT_MAX + 1];
	uint8_t addresses[STREAM_DEVICE_ADDRS][16]; /* IPv4 in the first four octets, the rest 0 */
	uint8_t address_versions[STREAM_DEVICE_ADDRS];
	uint8_t address_count;
	int64_t first_seen_us;
	int64_t last_seen_us;
};

struct stream_interface {
	uint32_t index; /* as in the records */
	uint16_t link_type;
	bool home; /* devices are on this side */
	uint8_t mac[6];
	char name[64];
};

#define STREAM_CACHE_NAME_MAX 31
#define STREAM_CACHE_TYPE_MAX 3

/**
 * A cache of the metering process, of @count in all. They are told in the order of their ids before
 * the first record of any of them.
 */
struct stream_cache {
	uint8_t id; /* cache_id of its records */
	uint8_t count;
	bool uniflow;        /* a record has one direction */
	uint8_t section;     /* enum record_section: of its packet reports; none: of flows */
	uint32_t key_fields; /* enum flow_key_field (base/key.h) */
	uint8_t type; /* enum meter_cache_type: 0 natural, 1 timeout, 2 permanent, 3 immediate */
	int64_t active_timeout_ms; /* 0: never; permanent: the interval */
	int64_t idle_timeout_ms;
	uint32_t flows_max;
	char name[STREAM_CACHE_NAME_MAX + 1]; /* "": the only one has no name */
};

/**
 * Numbers of the metering process, totals since it began (start_us), except the gauges
 * (flows_active, devices, names) and the times: of these numbers, and when packets were first and
 * last noticed that were seen but not metered, 0 if none were. "lost": did not fit this subscriber's
 * socket and queue; "unheard": nobody was connected at all; "missed": did not fit that of any one
 * subscriber, those that left included.
 */
#define STREAM_COUNTERS_LIST(F)                                                                    \
	F(time_us)                                                                                 \
	F(start_us)                                                                                \
	F(packets)                                                                                 \
	F(wire_octets)                                                                             \
	F(ip_packets)                                                                              \
	F(ip_octets)                                                                               \
	F(non_ip)                                                                                  \
	F(malformed)                                                                               \
	F(fragments)                                                                               \
	F(flows)                                                                                   \
	F(flows_active)                                                                            \
	F(flows_evicted)                                                                           \
	F(records)                                                                                 \
	F(ignored_packets)                                                                         \
	F(ignored_octets)                                                                          \
	F(ignored_first_us)                                                                        \
	F(ignored_last_us)                                                                         \
	F(kernel_dropped)                                                                          \
	F(if_dropped)                                                                              \
	F(devices)                                                                                 \
	F(devices_refused)                                                                         \
	F(names)                                                                                   \
	F(names_evicted)                                                                           \
	F(applications_evicted)                                                                    \
	F(lost_records)                                                                            \
	F(lost_packets)                                                                            \
	F(lost_octets)                                                                             \
	F(unheard_records)                                                                         \
	F(unheard_packets)                                                                         \
	F(unheard_octets)                                                                          \
	F(missed_records)                                                                          \
	F(missed_packets)                                                                          \
	F(missed_octets)

#define STREAM_COUNTER_MEMBER(name) uint64_t name;

struct stream_counters {
	STREAM_COUNTERS_LIST(STREAM_COUNTER_MEMBER)
};

/**
 * The selection sequence of one cache, with its counters since the meter began; one of another number
 * takes the place of what that cache had. Told when there is one, and again when its numbers change.
 * No selectors: the cache meters every packet from now on.
 */
struct stream_selection {
	uint64_t sequence;          /* selectionSequenceId, never used for another one */
	uint32_t observation_point; /* whose packets are selected */
	uint8_t cache;              /* as in the records */
	uint8_t count;              /* of selectors; their ids: selection_selector_id() */
	struct selection_spec_selector selectors[SELECTION_SELECTORS_MAX];
	struct selection_counters counters[SELECTION_SELECTORS_MAX];
};

enum stream_bye {
	STREAM_BYE_END = 1,     /* the file has been read, everything was sent */
	STREAM_BYE_SHUTDOWN = 2 /* the probe ends; another may follow */
};

struct stream_message {
	enum stream_type type;
	union {
		struct stream_hello hello;
		struct stream_flows flows;
		struct stream_device device;
		struct stream_interface interface;
		struct stream_cache cache;
		struct stream_counters counters;
		struct stream_selection selection;
		enum stream_bye bye;
		uint64_t ack; /* all batches up to this number are safe */
	};
};

/** Hash of everything two ends must agree on: fields, offsets, counters, byte order. */
uint64_t stream_layout(void);

/** What this build says of itself. @program is cut at STREAM_PROGRAM_MAX octets. */
void stream_hello_init(struct stream_hello *hello, const char *program, uint16_t flags);

/** True if a peer that said @hello is built like this program; else @ret_reason says how not. */
bool stream_hello_matches(const struct stream_hello *hello, char ret_reason[160]);

/** Write what goes before the records of a batch; records and text follow as they are. */
void stream_encode_flows(uint8_t ret[STREAM_FLOWS_OCTETS], const struct record_batch *batch,
	int64_t clock_us, uint64_t number);

/**
 * Write any message but FLOWS. @ret: STREAM_SMALL_MAX octets. Returns how many it took; texts and
 * addresses must keep the bounds of their structs.
 */
size_t stream_encode(uint8_t *ret, const struct stream_message *message);

/** Write an ACK, without the room that the other messages need. */
void stream_encode_ack(uint8_t ret[STREAM_ACK_OCTETS], uint64_t number);

/**
 * Read one message. STATUS_SHORT or STATUS_MALFORMED unless it is exactly one whole message whose
 * every reference lies in its text, and those to texts are UTF-8 without NUL, of at most RECORD_TEXT_MAX octets.
 * Of a HELLO of another version only the version is told. Pure; the decoded flows
 * borrow their text from @octets. Cost: one pass.
 */
enum status stream_decode(const uint8_t *octets, size_t n, struct stream_message *ret);

/** The same for an ACK alone, without the room that the other messages need. */
bool stream_decode_ack(const uint8_t octets[STREAM_ACK_OCTETS], uint64_t *ret_number);
