#pragma once

#include "exporter/destination_state.h"

/* What a destination with a spool does otherwise. For the destination's own files; all but
 * destination_spool_is_full() and destination_spool_is_empty() need a spool. */

/** Open the spool that the URI names. Calls the encoder. */
bool destination_spool_open(struct destination *d, GError **error);

/** The session has ended, or the destination does: what is not delivered goes to the disk. */
void destination_spool_keep(struct destination *d);

/** Put a message on the disk if that is its place now. */
bool destination_spool_takes(
	struct destination *d, const struct message_info *info, const uint8_t *octets);

/** If nothing else is to be sent, queue the next message from the disk. */
void destination_spool_feed(struct destination *d);

/** So much is under way that the next message must wait; false without a spool. */
bool destination_spool_is_full(const struct destination *d);

/** A message was sent, of which it is to be known whether it arrived. */
void destination_spool_sent(struct destination *d);

/** Take a message that was acknowledged. */
void destination_spool_settled(struct destination *d, struct message *message);

/** A session begins. True if it has templates of its own, which are queued: those of what waits. */
bool destination_spool_begin(struct destination *d);

/** Time passes. */
void destination_spool_tick(struct destination *d);

/** When destination_spool_tick() and destination_pump() have something to do; 0: no time. */
int64_t destination_spool_deadline(const struct destination *d);

/** Fill in what waits. */
void destination_spool_counters(const struct destination *d, struct export_counters *ret_counters);

/** Nothing waits on the disk or for its acknowledgement; also without a spool. */
bool destination_spool_is_empty(const struct destination *d);
