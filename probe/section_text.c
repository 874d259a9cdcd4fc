#include "probe/section_text.h"

#include <string.h>

#include "base/error.h"
#include "base/section.h"

bool section_text_parse(
	const char *text, enum record_section *ret_section, uint32_t *ret_octets, GError **error)
{
	static const char *const names[] = {"none", "headers", "ip", "payload", "frame"};
	g_auto(GStrv) parts = g_strsplit(text, ":", 2);
	uint64_t octets = RECORD_TEXT_MAX;
	unsigned kind = 0;

	while (kind < G_N_ELEMENTS(names) && g_strcmp0(parts[0], names[kind]) != 0) {
		kind++;
	}
	if (kind == G_N_ELEMENTS(names)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"'%s': it is none of none, headers, ip, payload and frame", text);
		return false;
	}
	if (parts[1] != NULL &&
		(kind == RECORD_SECTION_NONE || !g_ascii_string_to_unsigned(parts[1], 10, 1,
							RECORD_TEXT_MAX, &octets, NULL))) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"'%s': '%s' is no number of octets, 1 to %d", text, parts[1],
			RECORD_TEXT_MAX);
		return false;
	}
	*ret_section = (enum record_section)kind;
	*ret_octets = (uint32_t)octets;
	return true;
}
