#include "probe/oui.h"

#include <stddef.h>
#include <string.h>

/*
 * Made by oui_generate.py. For 24, 28 and 36 bits: oui_prefix_N, sorted, in whole octets with zeros
 * at the end, and oui_name_N beside it, numbers into oui_name_at, which are positions in oui_names.
 */
#include "probe/oui_table.inc"

struct oui_table {
	const uint8_t *prefixes;
	const uint16_t *names;
	size_t count;
	size_t octets; /* of a prefix */
	uint8_t mask;  /* of its last octet */
};

#define OUI_TABLE(bits, last_mask)                                                                 \
	{                                                                                          \
		.prefixes = oui_prefix_##bits[0], .names = oui_name_##bits,                        \
		.count = sizeof(oui_name_##bits) / sizeof(oui_name_##bits[0]),                     \
		.octets = sizeof(oui_prefix_##bits[0]), .mask = (last_mask)                        \
	}

static const char *table_find(const struct oui_table *t, const uint8_t mac[6])
{
	uint8_t prefix[6];
	size_t low = 0;
	size_t high = t->count;

	memcpy(prefix, mac, sizeof(prefix));
	prefix[t->octets - 1] &= t->mask;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(prefix, t->prefixes + middle * t->octets, t->octets);

		if (order == 0) {
			return oui_names + oui_name_at[t->names[middle]];
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

const char *oui_vendor(const uint8_t mac[6])
{
	static const struct oui_table tables[] = {
		OUI_TABLE(36, 0xf0), OUI_TABLE(28, 0xf0), OUI_TABLE(24, 0xff)};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const char *name = table_find(&tables[i], mac);

		if (name != NULL) {
			return name;
		}
	}
	return "";
}
