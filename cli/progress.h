#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/source.h"

/** A line on the terminal that tells how far a file run is: share, packets, rate and time left. */
struct progress {
	bool shown; /* standard error is a terminal */
	int64_t start_us;
	int64_t next_us; /* not drawn again before */
};

/** Begin to count from @now_us (monotonic); silent when standard error is no terminal. */
void progress_start(struct progress *progress, int64_t now_us);

/** Redraw, at most five times a second. @now_us: monotonic. */
void progress_update(
	struct progress *progress, const struct source_counters *counters, int64_t now_us);

/** Wipe the line, so that what follows starts on a clean one. */
void progress_end(const struct progress *progress);
