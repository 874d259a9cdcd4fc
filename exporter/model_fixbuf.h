#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exporter/element.h"

/**
 * The information model that libfixbuf brings: names of IANA's elements that the project does not
 * write itself but may read in others' files.
 */
struct fixbuf_model;

/** All that libfixbuf knows. */
struct fixbuf_model *fixbuf_model_new(void);
void fixbuf_model_free(struct fixbuf_model *model);

/** Name and type of an element; false if libfixbuf does not know it. */
bool fixbuf_model_element(const struct fixbuf_model *model, uint32_t enterprise, uint16_t id,
	char ret_name[ELEMENT_NAME_MAX], uint8_t *ret_type);
