#pragma once

#include "exporter/destination.h"
#include "exporter/export.h"

/* Shared by the exporter's own files: its life (exporter.c), which destinations it has
 * (exporter_set.c), those that leave (exporter_leave.c). Nobody else includes this. */

struct exporter {
	struct export_config config;
	char *profile; /* config.default_profile, kept */
	GPtrArray *destinations;
	GArray *leaving; /* of struct leaver */
	GSource *watch;  /* looks after them; NULL: there are none */
	int64_t turn_us; /* when the main loop last had its turn */
	bool hurried;
	bool late;         /* patience at the end is over */
	int timeout_ms;    /* that patience */
	GSource *timeout;  /* its measure; NULL: not closing */
	uint64_t progress; /* when last looked at */
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

/** Open a destination under the present configuration; with @lossless it has answered then. */
struct destination *exporter_open(struct exporter *exporter, const char *uri, GError **error);

/* exporter_leave.c */

/** An empty list of those that leave. */
GArray *exporter_leavers(void);

/** Take what waits to its end meanwhile, for no longer than @drain_ms. Takes the destination. */
void exporter_let_go(struct exporter *exporter, struct destination *destination, int drain_ms);

/** True once nobody is leaving any more. */
bool exporter_all_left(struct exporter *exporter);

/** End those that still are: with @free_only they are not even told of. */
void exporter_leave_now(struct exporter *exporter, bool free_only);
