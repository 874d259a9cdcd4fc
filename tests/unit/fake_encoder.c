#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "exporter/encoder.h"
#include "exporter/json_record.h"

/*
 * An encoder for tests of what carries messages: one template (256) of flowId and octetDeltaCount,
 * and one options template (257) with one data record that goes with it.
 */
enum {
	HEADER = 16,
	SET = 4,
	RECORD = 16,
};

struct encoder {
	encoder_sink sink;
	void *context;
	uint32_t octets_max;
	struct encoder_message message;
	uint8_t octets[65536];
};

bool encoder_profile(const char *name, bool *ret_names)
{
	*ret_names = strcmp(name, "full") == 0;
	return *ret_names || strcmp(name, "basic") == 0 || strcmp(name, "biflow") == 0;
}

struct encoder *encoder_new(
	const struct encoder_config *config, encoder_sink sink, void *context, GError **error)
{
	struct encoder *encoder;
	bool names;

	if (!encoder_profile(config->profile, &names)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "profile '%s'", config->profile);
		return NULL;
	}
	encoder = g_new0(struct encoder, 1);
	encoder->sink = sink;
	encoder->context = context;
	encoder->octets_max = config->message_octets_max;
	encoder->message.octets = encoder->octets;
	store_be16(encoder->octets, 10);
	store_be32(encoder->octets + 12, config->observation_domain);
	return encoder;
}

bool encoder_takes_packets(const struct encoder *encoder)
{
	return false;
}

void encoder_counters(const struct encoder *encoder, struct encoder_counters *ret_counters)
{
	memset(ret_counters, 0, sizeof(*ret_counters));
}

void encoder_free(struct encoder *encoder)
{
	g_free(encoder);
}

static void encoder_emit(struct encoder *encoder)
{
	store_be16(encoder->octets + 2, (uint16_t)encoder->message.size);
	encoder->sink(encoder->context, &encoder->message);
	encoder->message = (struct encoder_message){.octets = encoder->octets};
}

void encoder_flush(struct encoder *encoder)
{
	if (encoder->message.size != 0) {
		store_be16(
			encoder->octets + HEADER + 2, (uint16_t)(encoder->message.size - HEADER));
		encoder_emit(encoder);
	}
}

void encoder_templates(struct encoder *encoder)
{
	static const uint16_t sets[] = {2, 16, 256, 2, 148, 8, 1, 8, 3, 18, 257, 2, 1, 149, 4, 41,
		8, 257, 16, 0, 1, 0, 0, 0, 7};

	encoder_flush(encoder);
	for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
		store_be16(encoder->octets + HEADER + 2 * i, sets[i]);
	}
	encoder->message.size = HEADER + sizeof(sets);
	encoder->message.data_records = 1;
	encoder->message.templates = true;
	encoder_emit(encoder);
}

void encoder_records(struct encoder *encoder, const struct record_batch *batch)
{
	struct encoder_message *message = &encoder->message;

	for (uint32_t i = 0; i < batch->count; i++) {
		if (message->size + RECORD > encoder->octets_max) {
			encoder_flush(encoder);
		}
		if (message->size == 0) {
			message->size = HEADER + SET;
			store_be16(encoder->octets + HEADER, 256);
		}
		store_be64(encoder->octets + message->size, batch->records[i].flow_id);
		store_be64(encoder->octets + message->size + 8, batch->records[i].octets);
		message->size += RECORD;
		message->data_records++;
		message->flow_records++;
		message->flow_packets += batch->records[i].packets;
		message->flow_octets += batch->records[i].octets;
	}
}

bool encoder_reports(
	struct encoder *encoder, unsigned kinds, const struct report_input *input, GError **error)
{
	return true;
}

void encoder_stamp(uint8_t *message, uint64_t export_time_s, uint32_t sequence)
{
	store_be32(message + 4, (uint32_t)export_time_s);
	store_be32(message + 8, sequence);
}

void json_record(const struct flow_record *r, const uint8_t *text, const struct stream_cache *cache,
	GString *out)
{
	g_string_append_printf(out, "{\"flowId\":%" G_GUINT64_FORMAT "}", r->flow_id);
}
