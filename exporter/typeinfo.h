#pragma once

#include <glib.h>
#include <stdbool.h>

#include "exporter/writer_fixbuf.h"

/**
 * Type information of the own elements (RFC 5610), for collectors that learn. Units and ranges are
 * given only where an element has them, so that up to four options templates are used.
 */
#define TYPEINFO_TEMPLATES_MAX 4

/** Make the options templates, numbered from @first_id. Returns how many. */
unsigned typeinfo_templates(
	uint16_t first_id, struct template ret_templates[TYPEINFO_TEMPLATES_MAX]);

/**
 * Append a record for every own element to @w, which has been given all @count of @templates.
 * Errors as those of fixbuf_writer_record().
 */
bool typeinfo_write(
	struct fixbuf_writer *w, const struct template *templates, unsigned count, GError **error);
