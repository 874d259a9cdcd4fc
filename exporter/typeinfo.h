#pragma once

#include <glib.h>
#include <stdbool.h>

#include "exporter/writer_fixbuf.h"

/**
 * Type information of the own elements (RFC 5610 3.9), for collectors that learn: one options
 * template with all that section's fields.
 *
 * The section would have units and ranges left out where an element has none, which takes a
 * template for each combination. libfixbuf, the reader most likely to learn, takes a record for type
 * information only if its template has every field, and ignores it otherwise. So all are sent, with
 * values that say the same: units 0, "none", and as range all that the type can hold, 0 to 0 where a
 * type has no order.
 */
void typeinfo_template(uint16_t id, struct template *ret_template);

/**
 * Append a record for every own element to @w, which has been given @t of typeinfo_template().
 * Errors as those of fixbuf_writer_record().
 */
bool typeinfo_write(struct fixbuf_writer *w, const struct template *t, GError **error);
