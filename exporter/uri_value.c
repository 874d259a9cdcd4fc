#include "exporter/uri_value.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>

#include "base/name.h"

enum {
	PIN_DIGITS = 64,
};

char *uri_unescape(const char *start, size_t octets)
{
	GString *text = g_string_sized_new(octets);

	for (size_t i = 0; i < octets; i++) {
		int high = -1;
		int low = -1;

		if (start[i] != '%') {
			g_string_append_c(text, start[i]);
			continue;
		}
		if (octets - i > 2) {
			high = g_ascii_xdigit_value(start[i + 1]);
			low = g_ascii_xdigit_value(start[i + 2]);
		}
		if (high < 0 || low < 0 || high + low == 0) {
			g_string_free(text, TRUE);
			return NULL;
		}
		g_string_append_c(text, (char)(high * 16 + low));
		i += 2;
	}
	return g_string_free(text, FALSE);
}

bool uri_is_name(const char *host)
{
	char name[256];

	return name_hostname_normalise((const uint8_t *)host, strlen(host), name);
}

static bool value_is_address(const char *value)
{
	struct in6_addr address;

	return inet_pton(AF_INET, value, &address) == 1 ||
	       inet_pton(AF_INET6, value, &address) == 1;
}

bool uri_value_is_list(enum uri_value kind)
{
	return kind == URI_NAMES || kind == URI_PINS;
}

char *uri_value_text(enum uri_value kind, const char *value, const char **ret_reason)
{
	char *text = NULL;

	*ret_reason = NULL;
	if (kind == URI_ADDRESS && !value_is_address(value)) {
		*ret_reason = "it must be an IPv4 or IPv6 address";
	} else if (*value == '\0') {
		*ret_reason = "it must not be empty";
	} else if (kind == URI_INTERFACE &&
		   (strlen(value) >= IF_NAMESIZE || strpbrk(value, "/: \t\r\n") != NULL)) {
		*ret_reason = "it must be the name of an interface";
	} else if (kind == URI_HOST && !value_is_address(value) && !uri_is_name(value)) {
		*ret_reason = "it must be a name or an address";
	} else if (kind == URI_PATH || kind == URI_NAMES) {
		text = uri_unescape(value, strlen(value));
		*ret_reason = text == NULL
				      ? "behind a '%' two hexadecimal digits must follow, not 00"
				      : NULL;
	} else {
		text = g_strdup(value);
	}
	return text;
}

/* Lower-case digits without colons; NULL if it is no SHA-256. */
static char *value_pin(const char *value)
{
	GString *pin = g_string_sized_new(PIN_DIGITS);

	for (; *value != '\0'; value++) {
		if (g_ascii_isxdigit(*value)) {
			g_string_append_c(pin, g_ascii_tolower(*value));
		} else if (*value != ':') {
			break;
		}
	}
	if (*value != '\0' || pin->len != PIN_DIGITS) {
		g_string_free(pin, TRUE);
		return NULL;
	}
	return g_string_free(pin, FALSE);
}

char **uri_value_list(enum uri_value kind, const char *value, const char **ret_reason)
{
	g_auto(GStrv) parts = g_strsplit(value, ",", -1);
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);

	*ret_reason = *value == '\0' ? "it must not be empty" : NULL;
	for (char **part = parts; *part != NULL && *ret_reason == NULL; part++) {
		char *text;

		if (kind == URI_PINS) {
			text = value_pin(*part);
			*ret_reason = text == NULL ? "each must be a SHA-256: 64 hexadecimal digits"
						   : NULL;
		} else {
			text = uri_value_text(kind, *part, ret_reason);
		}
		if (text != NULL) {
			g_ptr_array_add(list, text);
		}
	}
	if (*ret_reason != NULL) {
		return NULL;
	}
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}
