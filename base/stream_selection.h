#pragma once

#include <stdbool.h>

#include "base/stream.h"
#include "base/stream_pen.h"
#include "base/wire.h"

/*
 * The SELECTION message: sequence 8, observation point 4, cache 1; for each selector (count) what its
 * struct has, in this order: algorithm 1, flags 1, ranges 1, matches 1, interval, space, size and
 * population 4 each, probability 8, initialiser 8, offset and size of the payload 4 each, counters 8
 * each, the ranges (minimum 8, maximum 8), the matches (field 1, version 1, prefix 1, low 4, high 4,
 * octets 16).
 */
#define STREAM_SELECTOR_OCTETS 76
#define STREAM_RANGE_OCTETS    16
#define STREAM_MATCH_OCTETS    27
#define STREAM_SELECTION_OCTETS_MAX                                                                \
	(13 + SELECTION_SELECTORS_MAX *                                                            \
			(STREAM_SELECTOR_OCTETS + SELECTION_RANGES_MAX * STREAM_RANGE_OCTETS +     \
				SELECTION_MATCHES_MAX * STREAM_MATCH_OCTETS))

/** Write @selection, whose counts must be within bounds. Returns the count for the header. */
unsigned stream_selection_encode(struct stream_pen *pen, const struct stream_selection *selection);

/**
 * Read one of @count selectors. False if what was there cannot be one; the sticky error of @w tells
 * whether all was there. What selection_check() would refuse otherwise is taken.
 */
bool stream_selection_decode(struct wire *w, unsigned count, struct stream_selection *ret);
