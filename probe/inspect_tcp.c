#include "probe/http_request.h"
#include "probe/inspect_private.h"
#include "probe/tls_hello.h"

#define TCP_SYN  0x02
#define TCP_RST  0x04
#define TCP_ACK  0x10
#define PORT_DNS 53

#define SEQUENCE_NEAR 0x100000 /* octets */

/* Look at @n octets from the beginning of a stream: only their shape decides what they are. */
static enum status begin_name(
	struct inspect *inspect, const uint8_t *octets, size_t n, struct inspect_result *result)
{
	enum status status = STATUS_NOT_FOUND;

	if (tls_hello_begins(octets, n)) {
		status = tls_hello_name(octets, n, result->name);
		result->source = RECORD_NAME_SNI;
		inspect->counters.tls_hellos += status == STATUS_OK || status == STATUS_NOT_FOUND;
		inspect->counters.tls_malformed += status == STATUS_MALFORMED;
	} else if (http_request_begins(octets, n)) {
		status = http_request_host(octets, n, result->name);
		result->source = RECORD_NAME_HTTP;
		inspect->counters.http_requests +=
			status == STATUS_OK || status == STATUS_NOT_FOUND;
		if (status == STATUS_MALFORMED) {
			status = STATUS_NOT_FOUND; /* words in capitals are not HTTP's alone */
		}
	}
	return status;
}

/* Another packet of a flow that waits for octets; a gap that is not filled must not keep it. */
static enum status tcp_wait(struct reassembly_stream *stream)
{
	return ++stream->packets <= INSPECT_PACKETS_MAX ? STATUS_AGAIN : STATUS_NOT_FOUND;
}

static enum status tcp_continue(struct inspect *inspect, const struct inspect_input *input,
	struct reassembly_stream *stream, uint32_t sequence, struct inspect_result *result)
{
	size_t before = reassembly_contiguous(stream);
	size_t n;
	enum status status;

	/* What does not fit is lost; then the stream ends in one of the bounds. */
	(void)reassembly_insert(stream, sequence, input->payload, input->octets);
	n = reassembly_contiguous(stream);
	if (n == before) {
		return tcp_wait(stream);
	}
	status = begin_name(inspect, stream->octets, n, result);
	if (status == STATUS_AGAIN && n < REASSEMBLY_OCTETS_MAX) {
		return tcp_wait(stream);
	}
	return status == STATUS_AGAIN ? STATUS_NOT_FOUND : status;
}

/* Begin a stream at @base with the packet's payload, which belongs at @sequence. */
static enum status tcp_keep(struct inspect *inspect, const struct inspect_input *input,
	uint32_t base, uint32_t sequence)
{
	struct reassembly_stream *stream = reassembly_open(inspect->pool, base);

	if (reassembly_insert(stream, sequence, input->payload, input->octets) != STATUS_OK) {
		reassembly_close(inspect->pool, stream);
		return STATUS_NOT_FOUND;
	}
	stream->packets = 1;
	inspect_keep(inspect, stream, input);
	return STATUS_AGAIN;
}

/*
 * Payload that is no request. Mostly that ends it; but packets of the two directions may be seen in
 * the wrong order, so something like a server's answer, and a few packets after it, may pass.
 */
static enum status tcp_other(
	struct inspect *inspect, const struct inspect_input *input, struct inspect_start *start)
{
	struct reassembly_id id = inspect_id(input, false);
	struct reassembly_stream *opposite = reassembly_find(inspect->pool, &id);

	if (opposite != NULL) {
		return tcp_wait(opposite);
	}
	if (tls_hello_is_server(input->payload, input->octets) ||
		http_response_begins(input->payload, input->octets)) {
		if (start == NULL) {
			start = inspect_starts_take(
				&inspect->starts, input->flow, input->flow_generation);
		}
		start->server_was_first = true;
	}
	if (start == NULL || !start->server_was_first || start->waits == INSPECT_WAITS_MAX) {
		return STATUS_NOT_FOUND;
	}
	start->waits++;
	return STATUS_AGAIN;
}

/* The first payload of this side, or the first that can be made out to be anything. */
static enum status tcp_begin(struct inspect *inspect, const struct inspect_input *input,
	struct inspect_start *start, uint32_t sequence, struct inspect_result *result)
{
	unsigned side = input->from_initiator;
	uint32_t base = sequence;
	const uint8_t *octets = input->payload;
	size_t n = input->octets;
	enum status status;

	if (start != NULL && start->known[side] && start->is_client[side]) {
		uint32_t before = start->sequence[side] - sequence;

		base = start->sequence[side];
		if ((int32_t)before < 0) {
			return tcp_keep(inspect, input, base, sequence);
		}
		if (before >= n) {
			return STATUS_AGAIN; /* a keep-alive probe */
		}
		octets += before;
		n -= before;
	}
	if (!tls_hello_begins(octets, n) && !http_request_begins(octets, n)) {
		return tcp_other(inspect, input, start);
	}
	status = begin_name(inspect, octets, n, result);
	return status == STATUS_AGAIN ? tcp_keep(inspect, input, base, sequence) : status;
}

/*
 * A repeated SYN must not put a stream back to its beginning; one that is far from what is known is
 * another connection of the same ports.
 */
static void tcp_start(struct inspect *inspect, const struct inspect_input *input)
{
	struct inspect_start *start =
		inspect_starts_take(&inspect->starts, input->flow, input->flow_generation);
	uint32_t sequence = input->tcp_sequence + 1;
	unsigned side = input->from_initiator;

	if (!start->known[side] || start->sequence[side] - sequence > SEQUENCE_NEAR) {
		start->sequence[side] = sequence;
		start->known[side] = true;
		start->is_client[side] = !(input->tcp_flags & TCP_ACK);
	}
}

static enum status tcp_payload(
	struct inspect *inspect, const struct inspect_input *input, struct inspect_result *result)
{
	struct inspect_start *start =
		inspect_starts_find(&inspect->starts, input->flow, input->flow_generation);
	struct reassembly_id id = inspect_id(input, true);
	struct reassembly_stream *stream = reassembly_find(inspect->pool, &id);
	uint32_t sequence = input->tcp_sequence + !!(input->tcp_flags & TCP_SYN);

	if (input->key->port[0] == PORT_DNS || input->key->port[1] == PORT_DNS) {
		return inspect_dns(inspect, input, start, sequence);
	}
	return stream != NULL ? tcp_continue(inspect, input, stream, sequence, result)
			      : tcp_begin(inspect, input, start, sequence, result);
}

enum status inspect_tcp(
	struct inspect *inspect, const struct inspect_input *input, struct inspect_result *result)
{
	enum status status = STATUS_AGAIN;

	if (input->tcp_flags & TCP_RST) {
		status = STATUS_NOT_FOUND; /* what it carries is no data (RFC 9293 3.5.3) */
	} else {
		if (input->tcp_flags & TCP_SYN) {
			tcp_start(inspect, input);
		}
		if (input->octets > 0) {
			status = tcp_payload(inspect, input, result);
		}
	}
	if (status != STATUS_AGAIN) {
		inspect_forget(inspect, input);
	}
	return status;
}
