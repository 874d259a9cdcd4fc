#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* JSON values (RFC 8259) appended to a line. */

/**
 * A string. Well-formed UTF-8 stays, control characters and what is special in JSON or in HTML's
 * scripts (U+2028, U+2029) are escaped; every octet that is not UTF-8 becomes U+FFFD.
 */
void json_text_string(GString *out, const uint8_t *text, size_t octets);

/** "name": with a comma before it unless a value or object has just been opened. */
void json_text_name(GString *out, const char *name);

/** A number. */
void json_text_u64(GString *out, uint64_t value);
/** A number with a sign. */
void json_text_i64(GString *out, int64_t value);

/** A number with a fraction; what JSON has no number for becomes null. */
void json_text_real(GString *out, double value);

/** A string of lower-case hexadecimal digits; @separator between octets unless it is '\0'. */
void json_text_hex(GString *out, const uint8_t *octets, size_t count, char separator);

/** An address of 4 or 16 octets as a string, IPv6 as RFC 5952 says. */
void json_text_address(GString *out, const uint8_t *address, size_t octets);
