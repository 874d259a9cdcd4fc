#pragma once

#include <stdio.h>

#include "base/record.h"
#include "probe/identity.h"

/**
 * What a run saw, for people: a table of devices with their traffic and where most of it went.
 * Collects from records, so it counts what was exported.
 */
struct summary;

/** Empty; owned by the caller, freed with summary_free(). */
struct summary *summary_new(void);
void summary_free(struct summary *summary);

/** A record_sink; @context: the summary. */
void summary_records(void *context, const struct record_batch *batch);

/** Print the table, devices with most traffic first. */
void summary_print(const struct summary *summary, const struct identity *identity, FILE *out);
