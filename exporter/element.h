#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** RFC 5103 6.1: the reverse of an IANA element has its number under this enterprise. */
#define ELEMENT_PEN_REVERSE 29305

/** Abstract data types with the numbers of RFC 5610 3.1. */
enum element_type {
	ELEMENT_OCTET_ARRAY,
	ELEMENT_UNSIGNED8,
	ELEMENT_UNSIGNED16,
	ELEMENT_UNSIGNED32,
	ELEMENT_UNSIGNED64,
	ELEMENT_SIGNED8,
	ELEMENT_SIGNED16,
	ELEMENT_SIGNED32,
	ELEMENT_SIGNED64,
	ELEMENT_FLOAT32,
	ELEMENT_FLOAT64,
	ELEMENT_BOOLEAN,
	ELEMENT_MAC_ADDRESS,
	ELEMENT_STRING,
	ELEMENT_SECONDS,
	ELEMENT_MILLISECONDS,
	ELEMENT_MICROSECONDS,
	ELEMENT_NANOSECONDS,
	ELEMENT_IPV4_ADDRESS,
	ELEMENT_IPV6_ADDRESS,
	ELEMENT_BASIC_LIST,
	ELEMENT_SUB_TEMPLATE_LIST,
	ELEMENT_SUB_TEMPLATE_MULTI_LIST,
	ELEMENT_TYPES
};

/** An information element; made from collectors/registry/elements.tsv. */
struct element {
	uint32_t enterprise; /* 0: IANA */
	uint16_t id;
	uint8_t type;      /* enum element_type */
	uint8_t semantics; /* by number, RFC 5610 3.2 */
	uint8_t units;     /* by number, RFC 5610 3.3; 0: none */
	bool reversible;
	uint64_t range_min;
	uint64_t range_max; /* 0: the range of the type */
	const char *name;
	const char *description;
};

/** All that the project knows, IANA's first, by number. */
extern const struct element elements[];
extern const size_t element_count;

/** The element of @enterprise with number @id; NULL if it is not in the registry. */
const struct element *element_by_id(uint32_t enterprise, uint16_t id);

/**
 * The element called @name. For the name of a reverse element ("reverseOctetDeltaCount") that is
 * the forward one, and *@ret_reverse is true. NULL if there is none, or none that has a reverse.
 */
const struct element *element_by_name(const char *name, bool *ret_reverse);

/** Octets of a value of @type in full size; 0 where the length varies or the type is unknown. */
uint16_t element_type_octets(uint8_t type);

/** Octets of a buffer that holds every element's name, reverse and terminated. */
#define ELEMENT_NAME_MAX 128

/** Write the name of @element, or of its reverse, into @ret_name, cut to fit. */
void element_name(const struct element *element, bool reverse, char ret_name[ELEMENT_NAME_MAX]);
