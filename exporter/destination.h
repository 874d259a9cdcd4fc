#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "exporter/export.h"
#include "exporter/queue.h"
#include "exporter/report_facts.h"

/**
 * One collector, file or stream of JSON: its encoder, its queue, the state of its session, its
 * timers and counters.
 *
 * A session that ends gives back what the peer has not acknowledged, to be sent again in the next
 * one, after the templates, with sequence numbers from 0. A message of which only a part had left
 * is sent again whole. So a message may arrive twice when its acknowledgement was on the way, and
 * what the peer's kernel had taken but its collector had not read is lost; the protocol has nothing
 * better.
 */
struct destination;

/**
 * @uri as for exporter_add(); @config and what it points to must stay, and so must @facts, what
 * reports are made of and, if told, the caches that there are. Fails on a wrong URI or an unknown
 * cache only.
 * A file is open afterwards, or the destination dead; a network destination has begun to connect.
 */
struct destination *destination_new(const char *uri, const struct export_config *config,
	const struct report_facts *facts, GError **error);
void destination_free(struct destination *destination);

/** As the user wrote it. */
const char *destination_name(const struct destination *destination);

/**
 * These are the caches that there are: choose the one that the URI names, else the first. False if
 * it names none of them; no records are taken then. Until they are told, they are those of cache 0,
 * without a name in the URI.
 */
bool destination_caches(struct destination *destination, const struct stream_cache *caches,
	unsigned count, GError **error);

/** The name of the cache that the URI asks for; NULL: of none. */
const char *destination_cache_name(const struct destination *destination);

/** True if records of that cache are taken. */
bool destination_takes(const struct destination *destination, uint8_t cache_id);

/** True if what it sends carries devices or names. */
bool destination_wants_names(const struct destination *destination);

/** The first session is not there yet, and has not failed either. */
bool destination_is_opening(const struct destination *destination);

/** It will never send again. */
bool destination_is_dead(const struct destination *destination);

/** A file: it takes what it is given at once. */
bool destination_is_local(const struct destination *destination);

/** It is what @config makes of its URI: profile, reports and domain are the same. */
bool destination_is_as(const struct destination *destination, const struct export_config *config);

/** So much waits that a lossless source should wait as well. */
bool destination_is_full(const struct destination *destination);

/** From now on drop what has no room, as if the input were live. */
void destination_hurry(struct destination *destination);

/**
 * Rises or falls whenever something left or was acknowledged; to be compared with what it was.
 */
uint64_t destination_progress(struct destination *destination);

/** What waits does so for its rate only. */
bool destination_is_paced(const struct destination *destination);

/* For export modes in which one destination stands in for another. */

/** Whether another may stand in, so that it is worth knowing when this one does not take anything. */
void destination_share(struct destination *destination, bool shared);

/** What it is given is on its way at once, as far as anybody can tell. */
bool destination_is_up(const struct destination *destination);

/** Up, and has been so for a moment if it ever was away; or about to answer for the first time. */
bool destination_is_steady(const struct destination *destination, int64_t now_us);

/** It was up, or was tried, and is not: what it has may go to another. */
bool destination_is_away(const struct destination *destination);

/** Keep what there is while it is away, rather than to send it to nobody. */
void destination_hold(struct destination *destination, bool held);

/** Make messages of all it has collected. */
void destination_release(struct destination *destination);

/** Take the oldest message with data out of its queue; the caller's. NULL: there is none. */
struct message *destination_take(struct destination *destination);

/** Give back what nobody wanted, in order; @kept is empty afterwards. */
void destination_put_back(struct destination *destination, struct queue *kept);

/** It could send this message of @from so that a collector understands the same. */
bool destination_can_stand_in(const struct destination *destination, const struct destination *from,
	const struct message *message);

/** Count a message as gone to another. */
void destination_moved(struct destination *from, const struct message *message);

/** Send a message of another's, which is now this one's. */
void destination_accept(struct destination *destination, struct message *message);

/** Count records among those it was given as another's to send. */
void destination_stood_in(struct destination *destination, uint32_t records);

/* For destinations that keep a spool. */

/** It keeps a spool. */
bool destination_keeps(const struct destination *destination);

/** It has had batch @mark, in its life or, as its spool says, before. */
bool destination_has(const struct destination *destination, struct export_mark mark);

/** What destination_records() is given next is of batch @mark: nothing is taken that it has. */
void destination_expect(struct destination *destination, struct export_mark mark);

/** All of the batch that it is to have has been handed over. */
void destination_mark(struct destination *destination);

/** The last batch that was taken. */
struct export_mark destination_had(const struct destination *destination);

/** The last batch up to which all is delivered or in the spool. */
struct export_mark destination_safe(const struct destination *destination);

/** Take records, if they are of its cache; no flow of the batch ended after @newest_us. */
void destination_records(
	struct destination *destination, const struct record_batch *batch, int64_t newest_us);

/** The metering process's time. */
void destination_clock(struct destination *destination, int64_t now_us);

/**
 * Look whether the files that its URI names have changed; if so, begin a new session, at once even
 * if the next attempt is not due.
 */
void destination_reload(struct destination *destination);

/** No records will follow: send what is collected. */
void destination_finish(struct destination *destination);

/**
 * After destination_finish(): true once all was sent and the session ended in order, or nothing
 * more can be hoped for. To be called whenever something happened.
 */
bool destination_finished(struct destination *destination);

/** After destination_finish(): destination_finished() has something to do or is true. */
bool destination_goes_on(const struct destination *destination);

/** Put into @error why it is dead. */
void destination_explain(struct destination *destination, GError **error);

/**
 * Give up what is left and count it. False with what went wrong in its life: data that could not be
 * written or was not delivered.
 */
bool destination_end(struct destination *destination, GError **error);

/** Any time. */
void destination_state(const struct destination *destination, struct export_state *ret_state);

/** Any time; also of a dead destination. */
void destination_counters(
	const struct destination *destination, struct export_counters *ret_counters);
