#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/record.h"
#include "base/stream.h"

/**
 * Append @r as a JSON object on one line, without its end: {"flowStartMilliseconds":...} with the names and
 * units of the information elements. @text: that of the record's batch, to which its texts refer.
 * Left out: what the record's protocol lacks, the reverse direction when it has no packets, empty
 * texts, zeros that mean "unknown", and addresses, ports and protocol that are no part of the key of
 * @cache, from which @r is. The cache's name is last, if it has one. Cost: about a microsecond.
 */
void json_record(const struct flow_record *r, const uint8_t *text, const struct stream_cache *cache,
	GString *out);
