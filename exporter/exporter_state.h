#pragma once

#include "exporter/destination.h"
#include "exporter/export.h"
#include "exporter/report_facts.h"

/* Shared by the exporter's own files: its life (exporter.c), which destinations it has
 * (exporter_set.c), which of them gets what (exporter_mode.c), those that leave (exporter_leave.c), and
 * what is to be done when any of them changes (exporter_watch.c). Nobody else includes this. */

struct exporter {
	struct export_config config;
	char *profile; /* config.default_profile, kept */
	char *reports; /* config.default_reports, kept */
	struct report_facts *facts;
	GPtrArray *destinations;
	GArray *leaving; /* of struct leaver */
	GSource *watch;  /* looks after all */
	enum export_mode mode;
	struct export_share *share; /* NULL: the mode has never been but parallel */
	int64_t turn_us;            /* when the main loop last had its turn */
	bool hurried;
	bool late;               /* patience at the end is over */
	int timeout_ms;          /* that patience */
	GSource *timeout;        /* its measure; NULL: not closing */
	uint64_t progress;       /* when last looked at */
	struct export_mark mark; /* of the next batch */
};

static inline struct destination *exporter_destination(
	const struct exporter *exporter, unsigned index)
{
	return g_ptr_array_index(exporter->destinations, index);
}

static inline int64_t exporter_now(const struct exporter *exporter)
{
	return exporter->config.clock->monotonic_us(exporter->config.clock->context);
}

/** NULL, the default, is fine. */
bool exporter_check_profile(const char *profile, GError **error);

/**
 * Open a destination under the present configuration; with @lossless it has answered then, or is
 * dead where that is no error (@alone is false).
 */
struct destination *exporter_open(
	struct exporter *exporter, const char *uri, bool alone, GError **error);

/* exporter_leave.c */

/** An empty list of those that leave. */
GArray *exporter_leavers(void);

/** Take what waits to its end meanwhile, for no longer than @drain_ms. Takes the destination. */
void exporter_let_go(struct exporter *exporter, struct destination *destination, int drain_ms);

/** How long until one has to be looked at; INT64_MAX: there is none. */
int64_t exporter_leave_left_us(const struct exporter *exporter);

/** True once nobody is leaving any more. */
bool exporter_all_left(struct exporter *exporter);

/** End those that still are: with @free_only they are not even told of. */
void exporter_leave_now(struct exporter *exporter, bool free_only);

/* exporter_mode.c */

/** Apply the mode to the destinations as they are now. */
void exporter_mode_begin(struct exporter *exporter);

/** A destination came or went away since it was last asked; only where the mode cares. */
bool exporter_mode_has_news(const struct exporter *exporter);

/** Let others take over from those that went away. */
void exporter_mode_update(struct exporter *exporter);

/** Give each record to whom the mode says; not for EXPORT_PARALLEL. */
void exporter_mode_records(
	struct exporter *exporter, const struct record_batch *batch, int64_t newest_us);

/** A full queue of this one is worth waiting for. */
bool exporter_mode_waits_for(
	const struct exporter *exporter, const struct destination *destination);

/* exporter_watch.c */

/** The source that calls the others when it is time. */
GSource *exporter_watch_new(struct exporter *exporter);
