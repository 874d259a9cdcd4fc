#include "exporter/element.h"

#include <glib.h>
#include <string.h>

#define REVERSE "reverse"

const struct element elements[] = {
#include "exporter/elements.inc"
};
const size_t element_count = sizeof(elements) / sizeof(elements[0]);

const struct element *element_by_id(uint32_t enterprise, uint16_t id)
{
	size_t low = 0;
	size_t high = element_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct element *e = &elements[middle];

		if (e->enterprise == enterprise && e->id == id) {
			return e;
		}
		if (e->enterprise < enterprise || (e->enterprise == enterprise && e->id < id)) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

static const struct element *element_named(const char *name)
{
	for (size_t i = 0; i < element_count; i++) {
		if (strcmp(elements[i].name, name) == 0) {
			return &elements[i];
		}
	}
	return NULL;
}

const struct element *element_by_name(const char *name, bool *ret_reverse)
{
	const struct element *e = element_named(name);
	char forward[ELEMENT_NAME_MAX];

	*ret_reverse = false;
	if (e != NULL || strncmp(name, REVERSE, strlen(REVERSE)) != 0) {
		return e;
	}
	(void)g_strlcpy(forward, name + strlen(REVERSE), sizeof(forward));
	forward[0] = g_ascii_tolower(forward[0]);
	e = element_named(forward);
	*ret_reverse = e != NULL && e->reversible && e->enterprise == 0;
	return *ret_reverse ? e : NULL;
}

uint16_t element_type_octets(uint8_t type)
{
	static const uint8_t octets[ELEMENT_TYPES] = {
		[ELEMENT_UNSIGNED8] = 1,
		[ELEMENT_UNSIGNED16] = 2,
		[ELEMENT_UNSIGNED32] = 4,
		[ELEMENT_UNSIGNED64] = 8,
		[ELEMENT_SIGNED8] = 1,
		[ELEMENT_SIGNED16] = 2,
		[ELEMENT_SIGNED32] = 4,
		[ELEMENT_SIGNED64] = 8,
		[ELEMENT_FLOAT32] = 4,
		[ELEMENT_FLOAT64] = 8,
		[ELEMENT_BOOLEAN] = 1,
		[ELEMENT_MAC_ADDRESS] = 6,
		[ELEMENT_SECONDS] = 4,
		[ELEMENT_MILLISECONDS] = 8,
		[ELEMENT_MICROSECONDS] = 8,
		[ELEMENT_NANOSECONDS] = 8,
		[ELEMENT_IPV4_ADDRESS] = 4,
		[ELEMENT_IPV6_ADDRESS] = 16,
	};

	return type < ELEMENT_TYPES ? octets[type] : 0;
}

void element_name(const struct element *element, bool reverse, char ret_name[ELEMENT_NAME_MAX])
{
	size_t at = 0;

	if (reverse) {
		at = g_strlcpy(ret_name, REVERSE, ELEMENT_NAME_MAX);
	}
	(void)g_strlcpy(ret_name + at, element->name, ELEMENT_NAME_MAX - at);
	if (reverse) {
		ret_name[at] = g_ascii_toupper(ret_name[at]);
	}
}
