#pragma once

#include <stdint.h>

/**
 * Where the registrable part of a host name begins: "api.example.co.uk" → 4. The part is one label
 * more than its public suffix by the Public Suffix List when this was built with libpsl; without,
 * it is the last two labels, or three where the last but one is a usual second level of a country
 * ("co.uk", "com.au"). 0 (the whole name) where there are no more labels, and for what is a public
 * suffix itself.
 *
 * @text: lower case, @octets of at most 255, no dot at the end; need not be terminated.
 */
uint8_t name_node_offset(const char *text, uint32_t octets);

/** The rule used without the list, whatever the build: for tests. */
uint8_t name_node_offset_plain(const char *text, uint32_t octets);
