#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exporter/queue.h"
#include "exporter/transport.h"

#define TRAIL_MESSAGES 256

/**
 * Datagrams that have left and may still turn out to have reached nobody. A closed port or a host
 * that is gone is told by ICMP, later than others were sent, and not for each: hosts limit how many
 * such errors they send (RFC 1812 4.3.2.8), mostly to one a second, and an address that nobody
 * answers for is given up after three. So what was sent between two refusals that are no further
 * apart than that is taken for refused as well. Where hosts are silent about most, so is what was
 * sent between the beginning of the session, or the last refusal, and the first, or the end.
 *
 * All zero is empty.
 */
struct trail {
	struct {
		struct message_info info;
		uint8_t header[16]; /* of the message; all zero: refused already */
	} entries[TRAIL_MESSAGES];

	uint32_t first;
	uint32_t count;
	struct message_info
		older; /* sums over those that had no room here, since the last refusal */
	uint32_t older_count;
	int64_t begun_us;   /* when the session began, monotonic; 0: that says nothing */
	int64_t refused_us; /* when the last refusal was told, monotonic; 0: none was */
	bool sparse;        /* it was one of those that are not told for each */
};

/** What a refusal costs: sums over so many messages. */
struct trail_loss {
	struct message_info info;
	uint32_t count;
};

/** A message has left; @octets: all of it, stamped. */
void trail_add(struct trail *trail, const struct message_info *info, const uint8_t *octets);

/** Take those out that the refusal is about; with nothing quoted, the one sent last. */
void trail_refuse(struct trail *trail, const struct transport_refusal *refusal, int64_t now_us,
	struct trail_loss *ret_loss);

/** No more refusals are awaited: take out what has to be taken for refused all the same. */
void trail_end(struct trail *trail, int64_t now_us, struct trail_loss *ret_loss);
