#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of the longest host name in text, with its terminator not counted (RFC 1035 2.3.4). */
#define NAME_HOSTNAME_MAX 253

/**
 * Check a host name that came from the wire and write its one spelling: lower case, without the
 * dot at the end, terminated. The name is made of labels of 1 to 63 letters, digits, hyphens and
 * underscores, no label begins or ends with a hyphen, 253 octets in all at most (RFC 1123 2.1;
 * underscores as in service names, RFC 8552). International names are expected in their A-label
 * form (RFC 5890). What reads as an address is no name: IPv6 literals for their colons, and all
 * whose last label is a number, since no top-level domain is one (RFC 3696 2).
 *
 * @ret: 256 octets, always terminated; "" when refused. Nothing outside [octets, octets + n) is
 * read. Cost: one pass.
 */
bool name_hostname_normalise(const uint8_t *octets, size_t n, char ret[256]);
