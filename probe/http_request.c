#include "probe/http_request.h"

#include <string.h>
#include <strings.h>

#include "base/name.h"

#define METHOD_OCTETS_MIN 3
#define METHOD_OCTETS_MAX 24

/* A piece of the request, borrowed. */
struct text {
	const uint8_t *at;
	size_t n;
};

/* Methods begin with a letter: the replies of mail servers, "220 ", are none. */
static bool method_letter(uint8_t octet, size_t position)
{
	bool letter = octet >= 'A' && octet <= 'Z';
	bool other = (octet >= '0' && octet <= '9') || octet == '-' || octet == '_';

	return letter || (other && position > 0);
}

static size_t method_octets(struct text text)
{
	size_t i = 0;

	while (i < text.n && i <= METHOD_OCTETS_MAX && method_letter(text.at[i], i)) {
		i++;
	}
	return i;
}

bool http_request_begins(const uint8_t *octets, size_t n)
{
	size_t method = method_octets((struct text){octets, n});

	if (method == n) {
		return n <= METHOD_OCTETS_MAX;
	}
	return method >= METHOD_OCTETS_MIN && method <= METHOD_OCTETS_MAX && octets[method] == ' ';
}

bool http_response_begins(const uint8_t *octets, size_t n)
{
	return n >= 7 && memcmp(octets, "HTTP/1.", 7) == 0;
}

/* Take the next line off @rest, without its end (CR LF, or LF alone: RFC 9112 2.2). */
static bool text_line(struct text *rest, struct text *ret_line)
{
	const uint8_t *end = rest->n > 0 ? memchr(rest->at, '\n', rest->n) : NULL;
	size_t n;

	if (end == NULL) {
		return false;
	}
	n = (size_t)(end - rest->at);
	*ret_line = (struct text){rest->at, n > 0 && rest->at[n - 1] == '\r' ? n - 1 : n};
	rest->at = end + 1;
	rest->n -= n + 1;
	return true;
}

static struct text text_trim(struct text text)
{
	while (text.n > 0 && (text.at[0] == ' ' || text.at[0] == '\t')) {
		text.at++;
		text.n--;
	}
	while (text.n > 0 && (text.at[text.n - 1] == ' ' || text.at[text.n - 1] == '\t')) {
		text.n--;
	}
	return text;
}

static bool text_has_prefix(struct text text, const char *prefix)
{
	size_t n = strlen(prefix);

	return text.n >= n && strncasecmp((const char *)text.at, prefix, n) == 0;
}

/* The host of host[":"port] (RFC 3986 3.2.2, 3.2.3). */
static enum status authority_host(struct text text, char ret_name[256])
{
	const uint8_t *colon = text.n > 0 ? memchr(text.at, ':', text.n) : NULL;

	if (colon != NULL) {
		size_t host = (size_t)(colon - text.at);

		for (size_t i = host + 1; i < text.n; i++) {
			if (text.at[i] < '0' || text.at[i] > '9') {
				return STATUS_NOT_FOUND; /* an IPv6 address, or nonsense */
			}
		}
		text.n = host;
	}
	return name_hostname_normalise(text.at, text.n, ret_name) ? STATUS_OK : STATUS_NOT_FOUND;
}

/* The host of an absolute-form target; STATUS_AGAIN if it has another form. */
static enum status target_host(struct text target, char ret_name[256])
{
	size_t start = text_has_prefix(target, "http://") ? 7 : 8;
	size_t end;

	if (!text_has_prefix(target, "http://") && !text_has_prefix(target, "https://")) {
		return STATUS_AGAIN;
	}
	for (end = start; end < target.n && memchr("/?#", target.at[end], 3) == NULL; end++) {
		if (target.at[end] == '@') {
			start = end + 1;
		}
	}
	return authority_host((struct text){target.at + start, end - start}, ret_name);
}

/* Split off the target of "method SP target SP HTTP/1.x". */
static bool request_line_target(struct text line, struct text *ret_target)
{
	size_t method = method_octets(line);
	size_t version = sizeof(" HTTP/1.x") - 1;

	if (!http_request_begins(line.at, line.n) || line.n < method + 1 + 1 + version ||
		!text_has_prefix((struct text){line.at + line.n - version, version}, " HTTP/1.")) {
		return false;
	}
	*ret_target = (struct text){line.at + method + 1, line.n - method - 1 - version};
	return memchr(ret_target->at, ' ', ret_target->n) == NULL;
}

static enum status fields_host(struct text rest, char ret_name[256])
{
	struct text line;

	while (text_line(&rest, &line)) {
		if (line.n == 0) {
			return STATUS_NOT_FOUND;
		}
		if (!text_has_prefix(line, "host:")) {
			continue;
		}
		if (rest.n == 0) {
			return STATUS_AGAIN; /* whether the field goes on is not known yet */
		}
		if (rest.at[0] == ' ' || rest.at[0] == '\t') {
			return STATUS_NOT_FOUND;
		}
		return authority_host(text_trim((struct text){line.at + 5, line.n - 5}), ret_name);
	}
	return STATUS_AGAIN;
}

enum status http_request_host(const uint8_t *octets, size_t n, char ret_name[256])
{
	struct text rest = {octets, n < HTTP_REQUEST_OCTETS_MAX ? n : HTTP_REQUEST_OCTETS_MAX};
	struct text line;
	struct text target;
	enum status status;

	ret_name[0] = '\0';
	if (!http_request_begins(octets, n)) {
		return STATUS_MALFORMED;
	}
	if (!text_line(&rest, &line)) {
		return n < HTTP_REQUEST_OCTETS_MAX ? STATUS_AGAIN : STATUS_NOT_FOUND;
	}
	if (!request_line_target(line, &target)) {
		return STATUS_MALFORMED;
	}
	status = target_host(target, ret_name);
	if (status == STATUS_AGAIN) {
		status = fields_host(rest, ret_name);
	}
	if (status == STATUS_AGAIN && n >= HTTP_REQUEST_OCTETS_MAX) {
		status = STATUS_NOT_FOUND;
	}
	return status;
}
