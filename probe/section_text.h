#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "base/section.h"

/**
 * Read what packet reports have of their packets: "none", or "headers", "ip", "payload" or "frame",
 * each with ":N" behind it for at most N octets, 1 to RECORD_TEXT_MAX, which is the default. Fails with
 * WEIR_ERROR_USAGE naming text and reason.
 */
bool section_text_parse(
	const char *text, enum record_section *ret_section, uint32_t *ret_octets, GError **error);
