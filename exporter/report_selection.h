#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/stream.h"
#include "exporter/report_writer.h"

/**
 * Reports of selection sequences (RFC 5476 6.5), whose templates depend on what is selected: a
 * template for each number of selectors, and one for each selector. A selector never changes what
 * it does, so its template never changes either.
 */
#define REPORT_VALUES_MAX 24

struct report_value {
	uint64_t number;
	double real;
	uint8_t octets[16];
};

/** A template with the one record that is made of it. */
struct report_item {
	struct template template;
	struct report_value values[REPORT_VALUES_MAX];
};

/** The sequence and each of its selectors: 6.5.1 and 6.5.2. The items are the caller's array's. */
void report_selection_rules(const struct stream_selection *selection, GArray *items);

/** How many packets each selector was shown and let through: 6.5.3. */
void report_selection_statistics(const struct stream_selection *selection, GArray *items);

/** Write the record of @item. */
void report_item_write(struct report_writer *w, const char *name, const struct report_item *item);
