#include "base/wire.h"
#include "probe/inspect_private.h"

#define DNS_HEADER_OCTETS 12

/*
 * Hand over the whole messages at the beginning of @n octets (RFC 1035 4.2.2: each has its length
 * before it). *ret_consumed: where the next message begins, which may be past the @n octets when the
 * last one is too long to be kept and therefore skipped.
 */
static enum status dns_messages(struct inspect *inspect, const struct inspect_input *input,
	const uint8_t *octets, size_t n, uint32_t *ret_consumed)
{
	size_t at = 0;

	*ret_consumed = 0;
	while (at < n && n - at >= 2) {
		uint32_t message = load_be16(octets + at);

		if (message < DNS_HEADER_OCTETS) {
			return STATUS_MALFORMED;
		}
		if (n - at - 2 >= message) {
			inspect->counters.dns_messages++;
			inspect->dns(inspect->context, input, octets + at + 2, message);
		} else if (2 + message <= REASSEMBLY_OCTETS_MAX) {
			break;
		}
		at += 2 + message;
	}
	*ret_consumed = (uint32_t)at;
	return STATUS_AGAIN;
}

/* Remember where this side's next message begins, and what it has sent. */
static enum status dns_advance(struct inspect *inspect, const struct inspect_input *input,
	uint32_t sequence, uint64_t messages)
{
	struct inspect_start *start =
		inspect_starts_take(&inspect->starts, input->flow, input->flow_generation);

	start->sequence[input->from_initiator] = sequence;
	start->known[input->from_initiator] = true;
	if (messages >= (uint64_t)INSPECT_DNS_MESSAGES_MAX - start->messages) {
		return STATUS_NOT_FOUND;
	}
	start->messages = (uint8_t)(start->messages + messages);
	return STATUS_AGAIN;
}

static enum status dns_continue(struct inspect *inspect, const struct inspect_input *input,
	struct reassembly_stream *stream, uint32_t sequence)
{
	uint32_t base = stream->base;
	uint64_t before = inspect->counters.dns_messages;
	uint32_t consumed;
	enum status inserted;
	enum status status;

	do {
		/* What did not fit may do so once the messages before it are out. */
		inserted = reassembly_insert(stream, sequence, input->payload, input->octets);
		status = dns_messages(
			inspect, input, stream->octets, reassembly_contiguous(stream), &consumed);
		reassembly_consume(stream, consumed);
	} while (status == STATUS_AGAIN && inserted == STATUS_FULL && consumed > 0);
	if (stream->base != base) {
		stream->packets = 0;
	} else if (++stream->packets > INSPECT_PACKETS_MAX) {
		status = STATUS_NOT_FOUND;
	}
	if (status == STATUS_AGAIN && stream->base != base) {
		status = dns_advance(
			inspect, input, stream->base, inspect->counters.dns_messages - before);
	}
	if (status == STATUS_AGAIN && stream->range_count == 0) {
		reassembly_close(inspect->pool, stream);
	}
	return status;
}

/* Nothing of this side waits: its next message begins in this packet, or before it. */
static enum status dns_begin(struct inspect *inspect, const struct inspect_input *input,
	uint32_t base, uint32_t sequence)
{
	uint32_t known = base - sequence;
	uint64_t before = inspect->counters.dns_messages;
	uint32_t consumed = 0;
	struct reassembly_stream *stream;
	enum status status = STATUS_AGAIN;

	if ((int32_t)known >= 0) {
		if (known >= input->octets) {
			return STATUS_AGAIN; /* repeated, or part of a message that is skipped */
		}
		status = dns_messages(
			inspect, input, input->payload + known, input->octets - known, &consumed);
		if (status == STATUS_AGAIN) {
			status = dns_advance(inspect, input, base + consumed,
				inspect->counters.dns_messages - before);
		}
	}
	base += consumed;
	if (status != STATUS_AGAIN || (int32_t)(sequence + input->octets - base) <= 0) {
		return status;
	}
	stream = reassembly_open(inspect->pool, base);
	if (reassembly_insert(stream, sequence, input->payload, input->octets) != STATUS_OK) {
		reassembly_close(inspect->pool, stream);
		return STATUS_NOT_FOUND;
	}
	stream->packets = 1;
	inspect_keep(inspect, stream, input);
	return STATUS_AGAIN;
}

enum status inspect_dns(struct inspect *inspect, const struct inspect_input *input,
	struct inspect_start *start, uint32_t sequence)
{
	unsigned side = input->from_initiator;
	struct reassembly_id id = inspect_id(input, true);
	struct reassembly_stream *stream = reassembly_find(inspect->pool, &id);
	uint32_t base = start != NULL && start->known[side] ? start->sequence[side] : sequence;

	if (inspect->dns == NULL) {
		return STATUS_NOT_FOUND;
	}
	return stream != NULL ? dns_continue(inspect, input, stream, sequence)
			      : dns_begin(inspect, input, base, sequence);
}
