#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/stream.h"

/**
 * What is known to be reported: numbers of the metering process, its devices and interfaces, the
 * fields of the flow key. One for all destinations. Whatever of the tables changes gets the next
 * revision, so that each destination knows what it has not sent yet.
 */
#define REPORT_DEVICES_MAX    1024 /* as many as a probe knows */
#define REPORT_INTERFACES_MAX 256

struct report_device {
	uint64_t revision;
	struct stream_device device;
};

struct report_interface {
	uint64_t revision;
	struct stream_interface interface;
};

/** What one cache selects; the numbers of packets may be newer than the revision. */
struct report_selection {
	uint64_t revision;
	struct stream_selection selection;
};

/** Flows that never came here, with the times between which that was noticed; 0: none. */
struct report_losses {
	uint64_t records;
	uint64_t packets;
	uint64_t octets;
	int64_t first_us;
	int64_t last_us;
};

struct report_facts {
	struct stream_counters metering; /* the last that were told */
	struct report_losses lost;       /* of all streams and probes so far */
	struct report_losses before;     /* of those before this stream, in it */
	GPtrArray *devices;              /* struct report_device, by id */
	GPtrArray *interfaces;           /* struct report_interface, by index */
	struct stream_cache caches[RECORD_CACHES_MAX];
	unsigned cache_count;  /* 0: not told */
	uint64_t key_revision; /* of the caches, whose flow keys are told */
	struct report_selection *selections[RECORD_CACHES_MAX]; /* NULL: every packet */
	uint64_t revision;                                      /* of the last change */
	uint64_t forgotten; /* devices and interfaces for which there was no room */
};

/** Nothing is known. */
struct report_facts *report_facts_new(void);
void report_facts_free(struct report_facts *facts); /* NULL is fine */

/**
 * Another stream begins, maybe of another probe: devices and interfaces are forgotten, as they will
 * be told anew; what was lost stays counted.
 */
void report_facts_begin(struct report_facts *facts);

/** Numbers, totals since counters->start_us, which tells one metering process from the next. */
void report_facts_metering(struct report_facts *facts, const struct stream_counters *counters);

/** A device as it is now. That it was seen again is no change. Cost: O(log n). */
void report_facts_device(struct report_facts *facts, const struct stream_device *device);

/** An interface as it is now. */
void report_facts_interface(struct report_facts *facts, const struct stream_interface *interface);

/** The caches that there are, @count of them, at most RECORD_CACHES_MAX; copied. */
void report_facts_caches(
	struct report_facts *facts, const struct stream_cache *caches, unsigned count);

/** What a cache selects, or no longer; one of a number too large is ignored and counted as
 * forgotten. Newer counters are no change. */
void report_facts_selection(struct report_facts *facts, const struct stream_selection *selection);

/** True if any cache selects. */
bool report_facts_selects(const struct report_facts *facts);

/** Packets that the metering process did not process, as far as they were seen at all. */
uint64_t report_facts_ignored(const struct stream_counters *counters);
