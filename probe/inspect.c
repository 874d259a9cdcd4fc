#include "probe/inspect.h"

#include <assert.h>

#include "base/error.h"
#include "base/name.h"
#include "probe/inspect_private.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

static_assert(IDENTITY_TEXT_MAX + 1 >= 256, "names are written where identities keep theirs");

struct inspect *inspect_new(
	uint32_t streams, uint64_t hash_seed, inspect_dns_sink dns, void *context, GError **error)
{
	struct inspect *inspect;
	struct hash_key key;

	if (streams == 0) {
		streams = INSPECT_STREAMS_DEFAULT;
	}
	if (streams > INSPECT_STREAMS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"streams in reassembly: %u is more than %u", streams, INSPECT_STREAMS_MAX);
		return NULL;
	}
	if (hash_seed == 0) {
		hash_key_random(&key);
	} else {
		hash_key_seeded(&key, hash_seed);
	}
	inspect = g_new0(struct inspect, 1);
	inspect->dns = dns;
	inspect->context = context;
	inspect->crypto = quic_crypto_new(error);
	if (inspect->crypto == NULL) {
		inspect_free(inspect);
		return NULL;
	}
	inspect->pool = reassembly_new(streams, &key, error);
	if (inspect->pool == NULL) {
		inspect_free(inspect);
		return NULL;
	}
	inspect->quic = g_new0(struct inspect_quic, streams + 1);
	inspect_starts_init(&inspect->starts, streams * INSPECT_STARTS_A_STREAM);
	return inspect;
}

void inspect_free(struct inspect *inspect)
{
	if (inspect == NULL) {
		return;
	}
	reassembly_free(inspect->pool);
	quic_crypto_free(inspect->crypto);
	g_free(inspect->quic);
	inspect_starts_clear(&inspect->starts);
	g_free(inspect);
}

struct reassembly_id inspect_id(const struct inspect_input *input, bool of_sender)
{
	return (struct reassembly_id){.flow = input->flow,
		.generation = input->flow_generation,
		.side = input->from_initiator == of_sender};
}

void inspect_keep(struct inspect *inspect, struct reassembly_stream *stream,
	const struct inspect_input *input)
{
	struct reassembly_id id = inspect_id(input, true);

	if (reassembly_keep(inspect->pool, stream, &id)) {
		inspect->counters.evicted++;
	}
}

void inspect_forget(struct inspect *inspect, const struct inspect_input *input)
{
	for (int of_sender = 0; of_sender <= 1; of_sender++) {
		struct reassembly_id id = inspect_id(input, of_sender);
		struct reassembly_stream *stream = reassembly_find(inspect->pool, &id);

		if (stream != NULL) {
			reassembly_close(inspect->pool, stream);
		}
	}
}

enum status inspect_stream(struct inspect *inspect, const struct inspect_input *input,
	char ret_name[IDENTITY_TEXT_MAX + 1], enum record_name_source *ret_source)
{
	struct inspect_result result = {.name = ret_name, .source = RECORD_NAME_NONE};
	enum status status = STATUS_NOT_FOUND;

	ret_name[0] = '\0';
	if (input->key->protocol == PROTOCOL_TCP) {
		status = inspect_tcp(inspect, input, &result);
	} else if (input->key->protocol == PROTOCOL_UDP) {
		status = inspect_quic(inspect, input, &result);
	}
	if (status != STATUS_OK) {
		ret_name[0] = '\0';
		result.source = RECORD_NAME_NONE;
	}
	*ret_source = result.source;
	return status;
}

void inspect_counters(const struct inspect *inspect, struct inspect_counters *ret_counters)
{
	*ret_counters = inspect->counters;
}
