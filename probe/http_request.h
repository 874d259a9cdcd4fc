#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/** How many octets of a request are searched for its host: request line and header section. */
#define HTTP_REQUEST_OCTETS_MAX 8192

/**
 * Whether a stream that begins with these @n octets may be an HTTP/1 client's: a method of 3 to 24
 * capital letters, then digits, hyphens or underscores too (every registered method is one), then a
 * space (RFC 9112 3). True for every prefix of one, even the empty.
 */
bool http_request_begins(const uint8_t *octets, size_t n);

/** The same for a server's answer: "HTTP/1." (RFC 9112 4); false for prefixes of that. */
bool http_response_begins(const uint8_t *octets, size_t n);

/**
 * The host that the request at the beginning of the @n octets is for: from its target if that is in
 * absolute form, which wins (RFC 9112 3.2.2), else from its first Host field (RFC 9112 3.2). The
 * port is left out. A Host field that is folded over lines, or that is empty, names no host.
 *
 * STATUS_OK: @ret_name holds it, see name_hostname_normalise(). STATUS_AGAIN: undecided until more
 * arrives. STATUS_NOT_FOUND: a request without a host, with an address instead of a name, or whose
 * header section is longer than HTTP_REQUEST_OCTETS_MAX. STATUS_MALFORMED: no HTTP/1 request.
 * Cost: one pass over the octets.
 */
enum status http_request_host(const uint8_t *octets, size_t n, char ret_name[256]);
