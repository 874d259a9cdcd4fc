#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/**
 * Print every data record of an IPFIX file (RFC 5655), or of standard input where @path is "-", on
 * @out, an object of JSON a line:
 *
 *   {"msg":1,"domain":0,"template":256,"export":0,"scope":[...],"rec":{...}}
 *
 * "scope" is only there for options. Values are numbers, text or true and false; times are integers
 * of the element's unit since 1970; MAC addresses have colons, unknown elements and octet arrays
 * are hexadecimal; lists (RFC 6313) are objects. What is malformed is left out and the first fault
 * reported at the end as WEIR_ERROR_FORMAT; where one message ends and the next begins cannot be
 * found again, so that a wrong header ends the reading. WEIR_ERROR_IO: the file, or @out.
 */
bool dump_file(const char *path, FILE *out, GError **error);
