#pragma once

#include "base/stream.h"

/** A batch of @count records (1 to RECORD_BATCH_MAX) with texts, different for each @seed; valid
 * until the next call. */
const struct record_batch *stream_sample_batch(unsigned count, unsigned seed);

/** One good message of @type (not FLOWS), every member filled. */
void stream_sample_message(enum stream_type type, struct stream_message *ret);

/** The octets of a FLOWS message in a buffer of STREAM_MESSAGE_MAX; returns how many. */
size_t stream_sample_flows(uint8_t *ret, const struct record_batch *batch, int64_t clock_us);
