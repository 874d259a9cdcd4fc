#pragma once

#include <stdint.h>

#include "exporter/element.h"
#include "exporter/reader.h"

/**
 * What a reader knows about elements: what the file itself says (RFC 5610), the registry, and what
 * libfixbuf knows, in this order.
 */
struct reader_types;

/** Nothing learnt yet. */
struct reader_types *reader_types_new(void);
void reader_types_free(struct reader_types *types);

/** Name and type of an element; "e<PEN>id<N>" and octets if nothing is known. */
uint8_t reader_types_element(struct reader_types *types, uint32_t enterprise, uint16_t id,
	char ret_name[ELEMENT_NAME_MAX]);

/**
 * Learn from an options record if it is a type information record. The number of elements learnt
 * is bounded; names that are not made of letters, digits, '_', '-' and '.' are not taken.
 */
void reader_types_learn(struct reader_types *types, const struct reader_record *record);

/** A number that grows whenever something was learnt. */
uint64_t reader_types_generation(const struct reader_types *types);
