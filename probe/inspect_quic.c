#include "base/wire.h"
#include "probe/inspect_private.h"
#include "probe/quic_crypto.h"
#include "probe/quic_packet.h"
#include "probe/tls_hello.h"

#define DATAGRAM_PACKETS_MAX  8 /* in one datagram */
#define FIRST_DESTINATION_MIN 8 /* RFC 9000 7.2: octets of an ID that a client makes up */

/* Whether @packet belongs to what @state has keys for; only a Retry or another version may not. */
static bool state_rekeys(const struct inspect_quic *state, const struct quic_packet *packet)
{
	return packet->has_token || packet->version != state->version;
}

/*
 * Decrypt into inspect->payload. The keys are those of the client's first packet, whatever its later
 * ones have for a destination, until a Retry gives it another to begin anew with (RFC 9001 5.2).
 */
static enum status quic_open(struct inspect *inspect, struct reassembly_stream *stream,
	const struct quic_packet *packet, size_t *ret_octets)
{
	struct inspect_quic *state = &inspect->quic[stream->index];
	struct quic_keys keys;

	if (packet->count > sizeof(inspect->payload)) {
		return STATUS_MALFORMED;
	}
	if (stream->kept) {
		if (quic_crypto_open(inspect->crypto, &state->keys, packet, inspect->payload,
			    ret_octets) == STATUS_OK) {
			return STATUS_OK;
		}
		if (!state_rekeys(state, packet)) {
			return STATUS_MALFORMED;
		}
	}
	if (quic_crypto_client_keys(inspect->crypto, packet, &keys) != STATUS_OK ||
		quic_crypto_open(inspect->crypto, &keys, packet, inspect->payload, ret_octets) !=
			STATUS_OK) {
		return STATUS_MALFORMED;
	}
	state->keys = keys;
	state->version = packet->version;
	reassembly_restart(stream, 0);
	return STATUS_OK;
}

/* Take the frames of the decrypted packet; look at the hello as far as it is there. */
static enum status quic_read(struct inspect *inspect, struct reassembly_stream *stream,
	size_t octets, struct inspect_result *result)
{
	struct wire payload = wire_of(inspect->payload, octets);
	struct quic_chunk chunk;
	size_t n;
	enum status status;

	while ((status = quic_chunk_next(&payload, &chunk)) == STATUS_OK) {
		if (chunk.offset < REASSEMBLY_OCTETS_MAX) {
			(void)reassembly_insert(
				stream, (uint32_t)chunk.offset, chunk.octets, chunk.count);
		}
	}
	if (status == STATUS_MALFORMED) {
		return status;
	}
	n = reassembly_contiguous(stream);
	result->source = RECORD_NAME_QUIC;
	status = tls_hello_name_bare(stream->octets, n, result->name);
	return status == STATUS_AGAIN && n == REASSEMBLY_OCTETS_MAX ? STATUS_NOT_FOUND : status;
}

/* The stream that the packet may add to; NULL if there is nothing for us in it. */
static struct reassembly_stream *quic_stream(struct inspect *inspect,
	const struct inspect_input *input, const struct quic_packet *packet)
{
	struct reassembly_id id = inspect_id(input, true);
	struct reassembly_id opposite = inspect_id(input, false);
	struct reassembly_stream *stream = reassembly_find(inspect->pool, &id);

	if (stream != NULL) {
		return stream;
	}
	if (reassembly_find(inspect->pool, &opposite) != NULL) {
		return NULL; /* the server's */
	}
	if (packet->destination_octets < FIRST_DESTINATION_MIN && !packet->has_token) {
		return NULL; /* not a client's first */
	}
	return reassembly_open(inspect->pool, 0);
}

static enum status quic_initial(struct inspect *inspect, const struct inspect_input *input,
	const struct quic_packet *packet, struct inspect_result *result)
{
	struct reassembly_stream *stream = quic_stream(inspect, input, packet);
	size_t octets;
	enum status status;

	if (stream == NULL) {
		return STATUS_AGAIN;
	}
	if (quic_open(inspect, stream, packet, &octets) == STATUS_OK) {
		inspect->counters.quic_initials++;
		status = quic_read(inspect, stream, octets, result);
		inspect->counters.quic_malformed += status == STATUS_MALFORMED;
	} else if (stream->kept) {
		/* Somebody may have sent it to disturb. */
		inspect->counters.quic_malformed++;
		return STATUS_AGAIN;
	} else {
		/* From the responder it is most likely good, under the server's keys. */
		status = input->from_initiator ? STATUS_MALFORMED : STATUS_AGAIN;
		inspect->counters.quic_malformed += status == STATUS_MALFORMED;
		reassembly_close(inspect->pool, stream);
		return status;
	}
	if (!stream->kept && status == STATUS_AGAIN) {
		inspect_keep(inspect, stream, input);
	} else if (!stream->kept) {
		reassembly_close(inspect->pool, stream);
	}
	return status;
}

/* Nothing decided in this datagram: how much longer to look. */
static enum status quic_wait(struct inspect *inspect, const struct inspect_input *input)
{
	struct inspect_start *start;

	for (int of_sender = 0; of_sender <= 1; of_sender++) {
		struct reassembly_id id = inspect_id(input, of_sender);
		struct reassembly_stream *stream = reassembly_find(inspect->pool, &id);

		if (stream != NULL) {
			return ++stream->packets < INSPECT_PACKETS_MAX ? STATUS_AGAIN
								       : STATUS_NOT_FOUND;
		}
	}
	start = inspect_starts_take(&inspect->starts, input->flow, input->flow_generation);
	return ++start->waits < INSPECT_WAITS_MAX ? STATUS_AGAIN : STATUS_NOT_FOUND;
}

static enum status quic_datagram(
	struct inspect *inspect, const struct inspect_input *input, struct inspect_result *result)
{
	struct wire datagram = wire_of(input->payload, input->octets);
	struct quic_packet first = {0};

	for (unsigned i = 0; i < DATAGRAM_PACKETS_MAX; i++) {
		struct quic_packet packet;
		enum status status = quic_packet_next(&datagram, &packet);

		if (status != STATUS_OK) {
			/* What follows a packet is often padding (RFC 9000 12.2). */
			inspect->counters.quic_malformed += i == 0 && status == STATUS_MALFORMED;
			return i > 0 ? STATUS_AGAIN : status;
		}
		if (i == 0) {
			first = packet;
		}
		if (packet.destination_octets != first.destination_octets ||
			memcmp(packet.destination, first.destination, first.destination_octets) !=
				0) {
			break; /* for somebody else (RFC 9000 12.2) */
		}
		if (packet.kind == QUIC_INITIAL) {
			status = quic_initial(inspect, input, &packet, result);
			if (status != STATUS_AGAIN) {
				return status;
			}
		}
	}
	return STATUS_AGAIN;
}

enum status inspect_quic(
	struct inspect *inspect, const struct inspect_input *input, struct inspect_result *result)
{
	struct reassembly_id id = inspect_id(input, true);
	enum status status;

	if (input->octets == 0) {
		return STATUS_AGAIN;
	}
	status = quic_datagram(inspect, input, result);
	if (status == STATUS_SHORT) {
		/* Cut by the snap length: it cannot be authenticated, another may. */
		status = reassembly_find(inspect->pool, &id) ? STATUS_AGAIN : STATUS_NOT_FOUND;
	}
	if (status == STATUS_AGAIN) {
		status = quic_wait(inspect, input);
	}
	if (status != STATUS_AGAIN) {
		inspect_forget(inspect, input);
	}
	return status;
}
