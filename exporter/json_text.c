#include "exporter/json_text.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

/* Room for @octets at the end, which the caller fills and then adds to out->len. */
static char *reserve(GString *out, size_t octets)
{
	gsize len = out->len;

	if (len + octets >= out->allocated_len) {
		(void)g_string_set_size(out, len + octets);
		(void)g_string_set_size(out, len);
	}
	return out->str + len;
}

static void reserved(GString *out, const char *end)
{
	out->len = (gsize)(end - out->str);
	out->str[out->len] = '\0';
}

static void escape(GString *out, unsigned c)
{
	static const char shorts[][2] = {
		{'"', '"'}, {'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}};

	for (size_t i = 0; i < G_N_ELEMENTS(shorts); i++) {
		if (c == (unsigned)shorts[i][0]) {
			(void)g_string_append_c(out, '\\');
			(void)g_string_append_c(out, shorts[i][1]);
			return;
		}
	}
	(void)g_string_append(out, "\\u");
	for (int shift = 12; shift >= 0; shift -= 4) {
		(void)g_string_append_c(out, digits[c >> shift & 15]);
	}
}

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* One character that is not plain; returns how many octets it had. */
static size_t append_character(GString *out, const char *text, size_t octets)
{
	gunichar c = g_utf8_get_char_validated(text, (gssize)octets);

	if ((uint8_t)text[0] < 0x80) {
		escape(out, (uint8_t)text[0]);
		return 1;
	}
	if (c >= 0x110000) {
		(void)g_string_append(out, "\xef\xbf\xbd");
		return 1;
	}
	if (c == 0x2028 || c == 0x2029 || c < 0xa0) {
		escape(out, c);
	} else {
		(void)g_string_append_unichar(out, c);
	}
	return (size_t)(g_utf8_next_char(text) - text);
}

void json_text_string(GString *out, const uint8_t *text, size_t octets)
{
	(void)g_string_append_c(out, '"');
	for (size_t at = 0; at < octets;) {
		size_t plain = at;

		while (plain < octets && is_plain(text[plain])) {
			plain++;
		}
		if (plain > at) {
			(void)g_string_append_len(
				out, (const char *)text + at, (gssize)(plain - at));
		}
		at = plain;
		if (at < octets) {
			at += append_character(out, (const char *)text + at, octets - at);
		}
	}
	(void)g_string_append_c(out, '"');
}

static bool is_opening(char c)
{
	return c == '{' || c == '[' || c == ':';
}

void json_text_name(GString *out, const char *name)
{
	size_t octets = strlen(name);
	bool first = out->len == 0 || is_opening(out->str[out->len - 1]);
	char *at = reserve(out, octets + 4);

	if (!first) {
		*at++ = ',';
	}
	*at++ = '"';
	memcpy(at, name, octets);
	at += octets;
	*at++ = '"';
	*at++ = ':';
	reserved(out, at);
}

void json_text_u64(GString *out, uint64_t value)
{
	char number[20];
	size_t at = sizeof(number);
	char *to;

	do {
		number[--at] = digits[value % 10];
		value /= 10;
	} while (value > 0);
	to = reserve(out, sizeof(number));
	memcpy(to, number + at, sizeof(number) - at);
	reserved(out, to + sizeof(number) - at);
}

void json_text_i64(GString *out, int64_t value)
{
	if (value < 0) {
		(void)g_string_append_c(out, '-');
	}
	json_text_u64(out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void json_text_real(GString *out, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE]; /* its digits do not depend on the locale */

	(void)g_string_append(
		out, isfinite(value) ? g_ascii_dtostr(text, sizeof(text), value) : "null");
}

void json_text_hex(GString *out, const uint8_t *octets, size_t count, char separator)
{
	char *at = reserve(out, 3 * count + 2);

	*at++ = '"';
	for (size_t i = 0; i < count; i++) {
		if (separator != '\0' && i > 0) {
			*at++ = separator;
		}
		*at++ = digits[octets[i] >> 4];
		*at++ = digits[octets[i] & 15];
	}
	*at++ = '"';
	reserved(out, at);
}

void json_text_address(GString *out, const uint8_t *address, size_t octets)
{
	char text[INET6_ADDRSTRLEN];

	(void)g_string_append_c(out, '"');
	if (octets == 4) {
		for (size_t i = 0; i < 4; i++) {
			if (i > 0) {
				(void)g_string_append_c(out, '.');
			}
			json_text_u64(out, address[i]);
		}
	} else if (inet_ntop(AF_INET6, address, text, sizeof(text)) != NULL) {
		(void)g_string_append(out, text);
	}
	(void)g_string_append_c(out, '"');
}
