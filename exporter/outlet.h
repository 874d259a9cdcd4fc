#pragma once

#include <glib.h>
#include <stdbool.h>

#include "exporter/export.h"
#include "exporter/export_options.h"

/**
 * The destinations of the daemon, each under its URI with an exporter of its own, so that one can
 * come or go without the others noticing.
 */
struct outlets;

/** None yet. */
struct outlets *outlets_new(void);
void outlets_free(struct outlets *outlets); /* without sending what is left; NULL is fine */

/**
 * Make the set what @options ask for: destinations that are new are opened, those that are gone are
 * closed, the rest is left alone, unless profile or domain changed, which are part of all. If one
 * cannot be opened nothing changes.
 */
bool outlets_set(struct outlets *outlets, const struct export_options *options, GError **error);

/** Hand a batch to every one. */
void outlets_records(struct outlets *outlets, const struct record_batch *batch, int64_t clock_us);

/** Wait for no destination any longer: exporter_hurry(). */
void outlets_hurry(struct outlets *outlets);

/** Close all; false if one could not deliver everything. What went wrong is logged. */
bool outlets_close(struct outlets *outlets, int timeout_ms);
