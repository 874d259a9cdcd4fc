#include "probe/name_node.h"

#include <stdbool.h>
#include <string.h>

#ifdef HAVE_LIBPSL
#include <libpsl.h>
#endif

/* Second levels under which countries register names, as in co.uk, com.au, ac.jp. */
static const char *const second_levels[] = {
	"ac", "co", "com", "edu", "gob", "gov", "gub", "mil", "ne", "net", "or", "org"};

static bool label_is_second_level(const char *label, uint32_t octets)
{
	for (size_t i = 0; i < sizeof(second_levels) / sizeof(second_levels[0]); i++) {
		if (strlen(second_levels[i]) == octets &&
			memcmp(second_levels[i], label, octets) == 0) {
			return true;
		}
	}
	return false;
}

/* Where the label that ends at @end begins. */
static uint32_t label_begin(const char *text, uint32_t end)
{
	while (end > 0 && text[end - 1] != '.') {
		end--;
	}
	return end;
}

uint8_t name_node_offset_plain(const char *text, uint32_t octets)
{
	uint32_t top = label_begin(text, octets);
	uint32_t second = top == 0 ? 0 : label_begin(text, top - 1);

	if (second == 0) {
		return 0;
	}
	if (octets - top == 2 && label_is_second_level(text + second, top - 1 - second)) {
		second = label_begin(text, second - 1);
	}
	return (uint8_t)second;
}

#ifdef HAVE_LIBPSL
uint8_t name_node_offset(const char *text, uint32_t octets)
{
	char name[256];
	const char *part;

	if (octets >= sizeof(name)) {
		return 0;
	}
	memcpy(name, text, octets);
	name[octets] = '\0';
	part = psl_registrable_domain(psl_builtin(), name);
	return part == NULL ? 0 : (uint8_t)(part - name);
}
#else
uint8_t name_node_offset(const char *text, uint32_t octets)
{
	return name_node_offset_plain(text, octets);
}
#endif
