#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_TEXT_MAX 255

/**
 * Whether @octets are a name that people may be shown: 1 to NAME_TEXT_MAX octets of UTF-8 in its
 * strict form (RFC 3629: shortest form, no surrogates, at most U+10FFFF), something in it that can
 * be seen, and none of what changes the text around it: control characters (C0, DEL, C1), line and
 * paragraph separators, controls of the writing direction, and non-characters.
 */
bool name_text_is_valid(const uint8_t *octets, size_t n);

/** Copy a valid text, terminated; false, with "", if it is none. */
bool name_text_copy(const uint8_t *octets, size_t n, char ret_text[NAME_TEXT_MAX + 1]);
