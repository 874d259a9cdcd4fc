#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * Which messages of a session a peer's system has acknowledged, when what it acknowledges is octets
 * of records: where in the stream of records each message ends.
 */
struct tls_ledger {
	GArray *entries;        /* of messages that are open */
	guint first;            /* the oldest one */
	uint64_t octets;        /* of all messages that are open */
	uint64_t sent_octets;   /* of all messages */
	int64_t doubt_us;       /* until when nothing counts as acknowledged; 0: no longer */
	uint32_t window_octets; /* the widest window seen that the peer offered; 0: none was */
};

/** For the first session. */
void tls_ledger_init(struct tls_ledger *ledger);
void tls_ledger_clear(struct tls_ledger *ledger); /* for the next one */
void tls_ledger_done(struct tls_ledger *ledger);  /* for none any more */

/** A message of @size has left; its last record ended at octet @end of the stream, ascending. */
void tls_ledger_sent(struct tls_ledger *ledger, uint32_t size, uint64_t end);

/**
 * What the peer acknowledges from @now_us on counts only if tls_ledger_trust() is called within 30 s
 * or 1 MiB: it may still refuse the session, and will not have looked at anything then.
 */
void tls_ledger_doubt(struct tls_ledger *ledger, int64_t now_us);
void tls_ledger_trust(struct tls_ledger *ledger); /* it will not refuse it any more */

/** Whether that is still so. */
bool tls_ledger_in_doubt(const struct tls_ledger *ledger, int64_t now_us);

/** The peer has everything before octet @end of the stream, and offers @window_octets now. */
void tls_ledger_acknowledged(struct tls_ledger *ledger, uint64_t end, uint32_t window_octets);

/**
 * Of the acknowledged messages, octets that a peer whose session broke may not have read: its
 * system throws away what it has not passed on yet, and nobody can ask how much that is; its buffer
 * is about twice the window that it offers for it.
 */
uint64_t tls_ledger_doubtful(const struct tls_ledger *ledger);
