#include "base/stream.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t encode_again(const struct stream_message *message, uint8_t *ret)
{
	const struct record_batch *batch = &message->flows.batch;
	size_t n;

	if (message->type != STREAM_FLOWS) {
		return stream_encode(ret, message);
	}
	stream_encode_flows(ret, batch, message->flows.clock_us, message->flows.number);
	n = STREAM_FLOWS_OCTETS;
	memcpy(ret + n, batch->records, batch->count * sizeof(struct flow_record));
	n += batch->count * sizeof(struct flow_record);
	if (batch->text_octets > 0) {
		memcpy(ret + n, batch->text, batch->text_octets);
	}
	return n + batch->text_octets;
}

/* Whatever is accepted is what its meaning is written as: no octet is without effect. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct stream_message message;
	static uint8_t again[STREAM_MESSAGE_MAX];

	if (stream_decode(data, size, &message) != STATUS_OK) {
		return 0;
	}
	if (message.type == STREAM_HELLO && message.hello.version != STREAM_VERSION) {
		return 0;
	}
	if (size > sizeof(again) || encode_again(&message, again) != size ||
		memcmp(again, data, size) != 0) {
		abort();
	}
	return 0;
}
