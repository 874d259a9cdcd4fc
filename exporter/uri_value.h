#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/** What the value of an option may be. */
enum uri_value {
	URI_NUMBER,
	URI_TEXT,
	URI_ADDRESS,   /* IPv4 or IPv6 */
	URI_INTERFACE, /* the name of one */
	URI_PATH,      /* with percent-encoding */
	URI_HOST,      /* a name or an address */
	URI_NAMES,     /* with percent-encoding, joined by commas */
	URI_PINS       /* SHA-256 in hexadecimal, colons allowed, joined by commas */
};

/** @octets of @start with percent-encoding undone; NULL if that is wrong or holds a NUL. */
char *uri_unescape(const char *start, size_t octets);

/** True if @host is a name that a host may have. */
bool uri_is_name(const char *host);

/** True for values that are lists: char ** instead of char *. */
bool uri_value_is_list(enum uri_value kind);

/** The text in @value, owned; NULL with @ret_reason (static) if it is none of @kind. */
char *uri_value_text(enum uri_value kind, const char *value, const char **ret_reason);

/** The texts in @value, owned, at least one; NULL with @ret_reason if it is no list of @kind. */
char **uri_value_list(enum uri_value kind, const char *value, const char **ret_reason);
