#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * A token bucket over octets of IPFIX messages. A message may leave whenever the bucket is not
 * empty, and may overdraw it, so that a burst is a few messages and none is ever too large.
 */
struct pacer {
	uint64_t rate;  /* octets/s; 0: no limit */
	int64_t burst;  /* octets the bucket holds */
	int64_t tokens; /* octets, negative when overdrawn */
	int64_t filled_us;
};

/** A full bucket. It holds eight messages of @message_octets, or 2 ms' worth if that is more. */
void pacer_init(struct pacer *pacer, uint64_t rate, uint32_t message_octets);

/** True if a message may leave now. */
bool pacer_ready(struct pacer *pacer, int64_t now_us);

/** A message of so many octets has left. */
void pacer_spend(struct pacer *pacer, uint32_t octets);

/** When half the bucket is full again, which is when it is worth waking up. */
int64_t pacer_deadline(const struct pacer *pacer);
