#include "probe/ssdp.h"

#include <string.h>
#include <strings.h>

#include "probe/name_text.h"

struct text {
	const char *at;
	size_t n;
};

static struct text text_trim(struct text t)
{
	while (t.n > 0 && (t.at[0] == ' ' || t.at[0] == '\t')) {
		t.at++;
		t.n--;
	}
	while (t.n > 0 && (t.at[t.n - 1] == ' ' || t.at[t.n - 1] == '\t')) {
		t.n--;
	}
	return t;
}

static bool text_begins(struct text t, const char *with)
{
	size_t n = strlen(with);

	return t.n >= n && strncasecmp(t.at, with, n) == 0;
}

/* The next line, without its end; false after the last. A line without an end is none. */
static bool line_next(struct text *rest, struct text *ret_line)
{
	const char *end = memchr(rest->at, '\n', rest->n);

	if (end == NULL) {
		return false;
	}
	*ret_line = (struct text){rest->at, (size_t)(end - rest->at)};
	rest->n -= ret_line->n + 1;
	rest->at = end + 1;
	if (ret_line->n > 0 && ret_line->at[ret_line->n - 1] == '\r') {
		ret_line->n--;
	}
	return true;
}

static bool header_is(struct text line, const char *name, struct text *ret_value)
{
	size_t n = strlen(name);

	if (!text_begins(line, name) || line.n == n || line.at[n] != ':') {
		return false;
	}
	*ret_value = text_trim((struct text){line.at + n + 1, line.n - n - 1});
	return true;
}

/* What follows the token that begins with "UPnP/"; commas between tokens are forgiven. */
static struct text server_product(struct text server)
{
	for (struct text t = server; t.n > 0; t.at++, t.n--) {
		if (!text_begins(t, "UPnP/") || (t.at != server.at && t.at[-1] != ' ')) {
			continue;
		}
		while (t.n > 0 && t.at[0] != ' ') {
			t.at++;
			t.n--;
		}
		return text_trim(t).n > 0 ? text_trim(t) : server;
	}
	return server;
}

enum status ssdp_read(const uint8_t *data, size_t octets, char ret_product[256])
{
	struct text rest = {(const char *)data, octets};
	struct text line;
	struct text value;
	struct text server = {NULL, 0};

	ret_product[0] = '\0';
	if (!line_next(&rest, &line)) {
		return STATUS_MALFORMED;
	}
	if (text_begins(line, "M-SEARCH ")) {
		return STATUS_NOT_FOUND;
	}
	if (!text_begins(line, "NOTIFY ") && !text_begins(line, "HTTP/1.1 200")) {
		return STATUS_MALFORMED;
	}
	while (line_next(&rest, &line) && line.n > 0) {
		if (header_is(line, "SERVER", &value)) {
			server = value;
		} else if (header_is(line, "NTS", &value) && text_begins(value, "ssdp:byebye")) {
			return STATUS_NOT_FOUND;
		}
	}
	if (server.n == 0) {
		return STATUS_NOT_FOUND;
	}
	server = server_product(server);
	return name_text_copy((const uint8_t *)server.at, server.n, ret_product) ? STATUS_OK
										 : STATUS_MALFORMED;
}
