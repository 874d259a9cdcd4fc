#pragma once

#include <stdbool.h>
#include <stdio.h>

/**
 * Print what weir-export answered (a line of JSON-RPC): its result as it is, or as a table. False,
 * with the reason on standard error, if it is an error or no answer.
 */
bool export_print(const char *answer, bool json, FILE *out);
