#pragma once

#include <glib.h>
#include <stdio.h>

#include "base/stream.h"

/** What a running probe tells of itself to a newcomer. */
struct status_report {
	GArray *interfaces; /* struct stream_interface */
	GArray *caches;     /* struct stream_cache */
	GArray *devices;    /* struct stream_device */
	GArray *selections; /* struct stream_selection */
	struct stream_counters counters;
};

/** Print one JSON object on one line. */
void status_print_json(const struct status_report *report, FILE *out);
