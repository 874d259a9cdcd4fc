#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "base/stream.h"

/**
 * The exporting process: destinations, each with its own profile, template state, sequence numbers,
 * timers, queue and counters. Runs on one GMainContext; never blocks in export_records() unless
 * @lossless asks for it.
 */
struct exporter;

/** Where time comes from; tests bring their own. */
struct export_clock {
	int64_t (*wall_us)(void *context);      /* since the epoch, for export times */
	int64_t (*monotonic_us)(void *context); /* for refresh, flush, pacing, back-off */
	void *context;
};

#define EXPORTER_DESTINATIONS_MAX 64

/** Who gets a record (exportMode of RFC 6728 and its successors). */
enum export_mode {
	EXPORT_PARALLEL,       /* every destination */
	EXPORT_LOAD_BALANCING, /* one of them, the same for all records of a flow */
	EXPORT_FALLBACK        /* the first of them that is there */
};

extern const char *const export_mode_words[]; /* as users write them; NULL at the end */

/**
 * How far the batches of a metering process have come: all up to a number. 0 as instance: it does
 * not number them.
 */
struct export_mark {
	uint64_t instance;
	uint64_t number;
};

struct export_config {
	uint32_t observation_domain; /* default 1 */
	const char *default_profile; /* "basic", "biflow", "full"; NULL: biflow */
	const char *default_reports; /* as in exporter/report_plan.h; NULL: by profile */
	bool lossless;   /* wait for a slow destination instead of dropping (input from a file) */
	bool file_clock; /* export time of files follows the records, not the clock (RFC 5655 7.3.2)
			  */
	uint64_t hash_seed;               /* of load balancing; 0: random */
	GMainContext *context;            /* NULL: the default one */
	const struct export_clock *clock; /* NULL: the system's; must stay */
};

/** An exporter without destinations. Fails with WEIR_ERROR_USAGE on an unknown profile. */
struct exporter *exporter_new(const struct export_config *config, GError **error);
void exporter_free(struct exporter *exporter);

/**
 * Add a destination: file:PATH, json:PATH, or udp:, tcp:, dtls:, tls:HOST:PORT ("-": standard output),
 * with options behind '?' joined by '&' (exporter/uri.h). Errors name the destination, the option
 * and the reason. A file that cannot be opened is an error; a collector that cannot be reached is
 * one only with @lossless, which waits for the answer, else it is tried again and again. The same
 * @uri twice is an error.
 */
bool exporter_add(struct exporter *exporter, const char *uri, GError **error);

/**
 * Give a destination up: it gets no records any more and sends what it has, meanwhile and for no
 * longer than @drain_ms, while all others go on as before. What it could not send is logged. False
 * if there is none of this name.
 */
bool exporter_remove(struct exporter *exporter, const char *uri, int drain_ms);

/** What the destinations shall be. All borrowed for the call. */
struct export_set {
	char **destinations; /* NULL: none */
	const char *profile; /* as default_profile */
	const char *reports; /* as default_reports */
	uint32_t observation_domain;
	enum export_mode mode;
	int drain_ms; /* for those that are not wanted any more */
};

/**
 * Make the destinations what @set asks for: those that are new are opened, those that are gone are
 * removed, the rest is left alone unless its profile, reports or domain change. If one cannot be
 * opened nothing changes, but that a file which was to be opened anew has ended. Where another
 * may stand in for it, a collector that cannot be reached is no error even with @lossless, unless
 * none can.
 */
bool exporter_set(struct exporter *exporter, const struct export_set *set, GError **error);

/**
 * Tell which caches records come from, @count of them and at most RECORD_CACHES_MAX; told anew when
 * they change. A destination
 * takes the records of one: of that which its option "cache" names, else of the first. False with
 * WEIR_ERROR_USAGE if one names a cache that is not there; it takes no records then, and the other
 * destinations are told all the same. As long as nothing was told there is one without a name, and a
 * destination may name any; afterwards it cannot be added with one that is not there.
 */
bool exporter_caches(struct exporter *exporter, const struct stream_cache *caches, unsigned count,
	GError **error);

/** True if a destination takes the records of cache @id. */
bool exporter_takes_cache(const struct exporter *exporter, uint8_t id);

/** True if any destination's profile carries devices or names. */
bool exporter_wants_names(const struct exporter *exporter);

/**
 * A record_sink: encode for every destination that takes the batch's cache. @context: the exporter.
 * With @lossless this runs the main loop while a destination has too much to send, so it must not be
 * called from within it.
 */
void exporter_records(void *exporter, const struct record_batch *batch);

/**
 * The next batch for exporter_records() is this one. A destination that has had it, before a crash
 * of this process or in its life, does not take it again.
 */
void exporter_mark(struct exporter *exporter, struct export_mark mark);

/** True if any destination keeps a spool, so that it is of use to acknowledge batches. */
bool exporter_keeps(const struct exporter *exporter);

/**
 * The last batch of @instance up to which all were delivered by, or lie in the spool of, each
 * destination that keeps one; after exporter_add() what the spools say of an earlier life.
 */
uint64_t exporter_safe(const struct exporter *exporter, uint64_t instance);

/** The life of the metering process that was known last to a spool; 0: none. */
uint64_t exporter_instance(const struct exporter *exporter);

/** Tell the time of the metering process, µs since the epoch, for file_clock. */
void exporter_clock(struct exporter *exporter, int64_t now_us);

/*
 * What reports are made of (exporter/report.h). Each destination sends them when they are due by
 * its clock, with @lossless by the time of the metering process; tables that changed go out at once,
 * but not more often than every second.
 */

/**
 * Another stream of what follows begins, maybe from another probe: what was told of devices and
 * interfaces is forgotten, what was lost stays counted.
 */
void exporter_begin(struct exporter *exporter);

/** Numbers of the metering process, totals since its start_us. */
void exporter_metering(struct exporter *exporter, const struct stream_counters *counters);

/** A device or an interface that is new, has changed, or is as before. */
void exporter_device(struct exporter *exporter, const struct stream_device *device);
void exporter_interface(struct exporter *exporter, const struct stream_interface *interface);

/** What one cache selects, with the numbers of packets; no selectors: it meters all. */
void exporter_selection(struct exporter *exporter, const struct stream_selection *selection);

/**
 * Look whether files that the destinations name have changed (certificates and keys); whoever has
 * new ones ends its session in order and begins a new one. The others notice nothing.
 */
void exporter_reload(struct exporter *exporter);

/**
 * Wait for nobody any longer, because somebody wants to end: an exporter_add() that waits for an
 * answer fails, exporter_records() no longer waits and drops what has no room, and @lossless no
 * longer lengthens the patience of exporter_close(), which counts from now if it has begun. May be
 * called from within the main loop.
 */
void exporter_hurry(struct exporter *exporter);

/**
 * Send what is queued, close every destination in order. Gives up after @timeout_ms, with @lossless
 * only after @timeout_ms in which nothing went on; waiting for a destination's rate is going on.
 * False with the first error: a file that could not be written whole, records not delivered.
 */
bool exporter_close(struct exporter *exporter, int timeout_ms, GError **error);

struct export_counters {
	uint64_t records;           /* handed in */
	uint64_t sent_records;      /* data records in messages that left, reports included */
	uint64_t sent_flow_records; /* flow records among them */
	uint64_t withheld_records;  /* not for this destination: its options of privacy */
	uint64_t sent_messages;
	uint64_t sent_octets;
	uint64_t not_sent_records; /* RFC 7011 4.3 */
	uint64_t not_sent_packets;
	uint64_t not_sent_octets;
	int64_t not_sent_first_us; /* when the first and the last of them were given up, µs since */
	int64_t not_sent_last_us;  /* the epoch; 0: none was */
	uint64_t queued_octets;
	uint64_t spooled_messages; /* wait on the disk now */
	uint64_t spooled_octets;   /* of the spool's files */
	int64_t spooled_since_us;  /* when the oldest of them came there; 0: nothing waits */
	uint64_t connects;
	uint64_t send_errors;
	uint64_t moved_records; /* flow records that waited here and went to another, by the mode */
	uint64_t stood_in_records; /* of records: those that were another's to send, by the mode */
};

/** How a destination is. Borrowed, until the main loop runs again. */
struct export_state {
	const char *word;       /* "up", "connecting", "waiting" (for its next attempt), "ended" */
	const char *last_error; /* NULL: there was none */
	int64_t last_error_us;  /* when, since the epoch */
};

/** Any time. */
void exporter_state(
	const struct exporter *exporter, unsigned index, struct export_state *ret_state);

/** How many there are; @index below counts them from 0, in the order in which they were given. */
unsigned exporter_destinations(const struct exporter *exporter);
const char *exporter_destination_name(const struct exporter *exporter, unsigned index);
void exporter_counters(
	const struct exporter *exporter, unsigned index, struct export_counters *ret_counters);
