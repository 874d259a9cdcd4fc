#pragma once

#include "probe/inspect.h"
#include "probe/inspect_start.h"
#include "probe/quic_crypto.h"
#include "probe/reassembly.h"

/* What the files of inspect share; nobody else includes it. */

#define INSPECT_STREAMS_DEFAULT  256
#define INSPECT_STREAMS_MAX      65536
#define INSPECT_STARTS_A_STREAM  16
#define INSPECT_PACKETS_MAX      64 /* of a flow, while one of its streams waits for octets */
#define INSPECT_WAITS_MAX        8  /* packets let pass between an early answer and its request */
#define INSPECT_DNS_MESSAGES_MAX 64 /* of one flow over TCP */

/* What is known of a QUIC client beside its stream. */
struct inspect_quic {
	struct quic_keys keys;
	uint32_t version;
};

struct inspect {
	struct reassembly *pool;
	struct inspect_starts starts;
	struct inspect_counters counters;
	inspect_dns_sink dns;
	void *context;
	struct quic_crypto *crypto;
	struct inspect_quic *quic;              /* by the index of the stream */
	uint8_t payload[REASSEMBLY_OCTETS_MAX]; /* of the packet being decrypted */
};

/* Where a found name goes. */
struct inspect_result {
	char *name; /* 256 octets */
	enum record_name_source source;
};

/* The name of a stream of this flow: that of the packet's sender, or of its receiver. */
struct reassembly_id inspect_id(const struct inspect_input *input, bool of_sender);

/* Keep @stream under the sender's side of the flow; counts what had to give way. */
void inspect_keep(struct inspect *inspect, struct reassembly_stream *stream,
	const struct inspect_input *input);

/* Give up the streams of both sides. */
void inspect_forget(struct inspect *inspect, const struct inspect_input *input);

/* inspect_stream() for TCP: TLS, HTTP and DNS; forgets the flow once it is decided. */
enum status inspect_tcp(
	struct inspect *inspect, const struct inspect_input *input, struct inspect_result *result);

/* inspect_stream() for DNS over TCP. @start: of the flow, NULL if unknown. @sequence: of the first payload octet. */
enum status inspect_dns(struct inspect *inspect, const struct inspect_input *input,
	struct inspect_start *start, uint32_t sequence);

/* inspect_stream() for UDP: QUIC; forgets the flow once it is decided. */
enum status inspect_quic(
	struct inspect *inspect, const struct inspect_input *input, struct inspect_result *result);
