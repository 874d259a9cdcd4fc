#pragma once

#include <glib.h>
#include <stdint.h>

#include "exporter/reader.h"

/**
 * Append the @values of a record of @t as an object of JSON, element names to values. Lists (RFC
 * 6313) use the templates that @reader knows of @domain.
 */
void dump_values(GString *out, struct reader *reader, uint32_t domain,
	const struct reader_template *t, const struct reader_value *values);
