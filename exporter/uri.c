#include "exporter/uri.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "exporter/uri_value.h"

enum {
	SCHEME_FILE = 1,
	SCHEME_JSON = 2,
	SCHEME_UDP = 4,
	SCHEME_TCP = 8,
	SCHEME_DTLS = 16,
	SCHEME_TLS = 32,
	SCHEME_STREAM = SCHEME_TCP | SCHEME_TLS,
	SCHEME_DATAGRAM = SCHEME_UDP | SCHEME_DTLS,
	SCHEME_SECURE = SCHEME_TLS | SCHEME_DTLS,
	SCHEME_NETWORK = SCHEME_STREAM | SCHEME_DATAGRAM,
	SCHEME_MESSAGES = SCHEME_FILE | SCHEME_NETWORK,
	SCHEME_ALL = SCHEME_MESSAGES | SCHEME_JSON,
};

static const struct scheme {
	const char *name;
	unsigned bit;
	uint16_t port; /* 0: takes a path */
} schemes[] = {
	{"dtls", SCHEME_DTLS, 4740},
	{"file", SCHEME_FILE, 0},
	{"json", SCHEME_JSON, 0},
	{"tcp", SCHEME_TCP, 4739},
	{"tls", SCHEME_TLS, 4740},
	{"udp", SCHEME_UDP, 4739},
};

static const struct option {
	const char *name;
	size_t offset; /* of the member of struct uri */
	unsigned schemes;
	int64_t min;
	int64_t max;
	enum uri_value kind;
} options[] = {
	{"addresses", offsetof(struct uri, addresses), SCHEME_ALL, 0, 0, URI_TEXT},
	{"ca", offsetof(struct uri, ca), SCHEME_SECURE, 0, 0, URI_PATH},
	{"cache", offsetof(struct uri, cache), SCHEME_ALL, 0, 0, URI_TEXT},
	{"cert", offsetof(struct uri, cert), SCHEME_SECURE, 0, 0, URI_PATH},
	{"domain", offsetof(struct uri, domain), SCHEME_MESSAGES, 0, UINT32_MAX},
	{"dscp", offsetof(struct uri, dscp), SCHEME_NETWORK, 0, 63},
	{"except", offsetof(struct uri, except), SCHEME_ALL, 0, 0, URI_TEXT},
	{"far-names", offsetof(struct uri, far_names), SCHEME_ALL, 0, 0, URI_TEXT},
	{"flush", offsetof(struct uri, flush_s), SCHEME_ALL, 0, 3600},
	{"interface", offsetof(struct uri, interface), SCHEME_NETWORK, 0, 0, URI_INTERFACE},
	{"keepalive", offsetof(struct uri, keepalive_s), SCHEME_STREAM, 0, 32767},
	{"key", offsetof(struct uri, key), SCHEME_SECURE, 0, 0, URI_PATH},
	{"macs", offsetof(struct uri, macs), SCHEME_ALL, 0, 0, URI_TEXT},
	{"message-octets", offsetof(struct uri, message_octets), SCHEME_MESSAGES, 512, 65535},
	{"name", offsetof(struct uri, name), SCHEME_SECURE, 0, 0, URI_HOST},
	{"names", offsetof(struct uri, names), SCHEME_ALL, 0, 0, URI_TEXT},
	{"only", offsetof(struct uri, only), SCHEME_ALL, 0, 0, URI_TEXT},
	{"payload", offsetof(struct uri, payload), SCHEME_NETWORK, 0, 1},
	{"peer-cn", offsetof(struct uri, peer_cns), SCHEME_SECURE, 0, 0, URI_NAMES},
	{"pin", offsetof(struct uri, pins), SCHEME_SECURE, 0, 0, URI_PINS},
	{"ports", offsetof(struct uri, ports), SCHEME_ALL, 0, 0, URI_TEXT},
	{"privacy-key", offsetof(struct uri, privacy_key), SCHEME_ALL, 0, 0, URI_TEXT},
	{"profile", offsetof(struct uri, profile), SCHEME_MESSAGES, 0, 0, URI_TEXT},
	{"queue-octets", offsetof(struct uri, queue_octets), SCHEME_NETWORK, 65536, 1 << 30},
	{"rate", offsetof(struct uri, rate), SCHEME_NETWORK, 0, INT64_C(1000000000000)},
	{"refresh", offsetof(struct uri, refresh_s), SCHEME_DATAGRAM, 0, 86400},
	{"refresh-messages", offsetof(struct uri, refresh_messages), SCHEME_DATAGRAM, 0,
		1000000000},
	{"renew", offsetof(struct uri, renew_s), SCHEME_DTLS, 0, 86400},
	{"replay-rate", offsetof(struct uri, replay_rate), SCHEME_STREAM, 0,
		INT64_C(1000000000000)},
	{"reports", offsetof(struct uri, reports), SCHEME_ALL, 0, 0, URI_TEXT},
	{"retry", offsetof(struct uri, retry_s), SCHEME_NETWORK, 1, 86400},
	{"sndbuf", offsetof(struct uri, sndbuf), SCHEME_NETWORK, 4096, 1 << 30},
	{"source", offsetof(struct uri, source), SCHEME_NETWORK, 0, 0, URI_ADDRESS},
	{"spool", offsetof(struct uri, spool), SCHEME_STREAM, 0, 0, URI_TEXT},
	{"spool-octets", offsetof(struct uri, spool_octets), SCHEME_STREAM, 256 * 1024,
		INT64_C(1) << 40},
	{"spool-sync", offsetof(struct uri, spool_sync), SCHEME_STREAM, 0, 0, URI_TEXT},
	{"times", offsetof(struct uri, times_s), SCHEME_ALL, 0, 86400},
	{"user-timeout", offsetof(struct uri, user_timeout_s), SCHEME_STREAM, 0, 86400},
	{"window", offsetof(struct uri, window), SCHEME_STREAM, 1, 65536},
};

static const struct scheme *uri_scheme(const char *text, GError **error)
{
	const char *colon = strchr(text, ':');

	for (size_t i = 0; colon != NULL && i < G_N_ELEMENTS(schemes); i++) {
		if (strlen(schemes[i].name) == (size_t)(colon - text) &&
			strncmp(schemes[i].name, text, (size_t)(colon - text)) == 0) {
			return &schemes[i];
		}
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
		"destination '%s': it must begin with dtls:, file:, json:, tcp:, tls: or udp:",
		text);
	return NULL;
}

/* Digits only, so that "+1", " 1" and "1e3" are faults and not surprises. */
static bool uri_number(const char *text, int64_t max, int64_t *ret_number)
{
	int64_t number = 0;

	if (*text == '\0') {
		return false;
	}
	for (; *text != '\0'; text++) {
		if (!g_ascii_isdigit(*text)) {
			return false;
		}
		number = number * 10 + (*text - '0');
		if (number > max) {
			return false;
		}
	}
	*ret_number = number;
	return true;
}

static bool uri_option_text(
	const struct option *option, void *member, const char *value, const char **ret_reason)
{
	if (*(void **)member != NULL) {
		*ret_reason = "it is given twice";
	} else if (uri_value_is_list(option->kind)) {
		*(char ***)member = uri_value_list(option->kind, value, ret_reason);
	} else {
		*(char **)member = uri_value_text(option->kind, value, ret_reason);
	}
	return *ret_reason == NULL;
}

static bool uri_option_set(
	struct uri *uri, const struct option *option, const char *value, const char **ret_reason)
{
	void *member = (char *)uri + option->offset;
	int64_t *number = member;

	if (option->kind != URI_NUMBER) {
		return uri_option_text(option, member, value, ret_reason);
	}
	if (*number != URI_UNSET) {
		*ret_reason = "it is given twice";
		return false;
	}
	*ret_reason = NULL;
	return uri_number(value, option->max, number) && *number >= option->min;
}

static const struct option *uri_option_find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		if (strcmp(options[i].name, name) == 0) {
			return &options[i];
		}
	}
	return NULL;
}

/* One "name=value". */
static bool uri_option(
	struct uri *uri, const char *text, const struct scheme *scheme, char *word, GError **error)
{
	char *equals = strchr(word, '=');
	const char *reason = NULL;
	g_autofree char *range = NULL;
	const struct option *option;

	if (equals == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"destination '%s': option '%s' must have the form name=value", text, word);
		return false;
	}
	*equals = '\0';
	option = uri_option_find(word);
	if (option == NULL || (option->schemes & scheme->bit) == 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"destination '%s': %s: has no option '%s'", text, scheme->name, word);
		return false;
	}
	if (uri_option_set(uri, option, equals + 1, &reason)) {
		return true;
	}
	if (reason == NULL) {
		range = g_strdup_printf("it must be a number from %" G_GINT64_FORMAT
					" to %" G_GINT64_FORMAT,
			option->min, option->max);
		reason = range;
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "destination '%s': option %s=%s: %s", text,
		word, equals + 1, reason);
	return false;
}

static bool uri_options(
	struct uri *uri, const char *text, const struct scheme *scheme, GError **error)
{
	const char *mark = strchr(text, '?');

	if (mark == NULL) {
		return true;
	}
	g_autofree char *words = g_strdup(mark + 1);
	char *next;

	for (char *word = words; word != NULL; word = next) {
		next = strchr(word, '&');
		if (next != NULL) {
			*next++ = '\0';
		}
		if (!uri_option(uri, text, scheme, word, error)) {
			return false;
		}
	}
	return true;
}

static bool uri_path(
	struct uri *uri, const char *text, const char *start, size_t octets, GError **error)
{
	uri->path = uri_unescape(start, octets);
	if (uri->path == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"destination '%s': a '%%' in the path must be followed by two "
			"hexadecimal digits, not 00 (write %%25 for '%%')",
			text);
		return false;
	}
	if (octets == 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"destination '%s': the path is missing", text);
		return false;
	}
	return true;
}

/* An address with, for IPv6, maybe a zone ("fe80::1%eth0"). */
static bool uri_is_address(const char *host, bool bracketed)
{
	struct in6_addr address;
	const char *zone = strchr(host, '%');

	if (!bracketed) {
		return inet_pton(AF_INET, host, &address) == 1;
	}
	g_autofree char *bare =
		zone == NULL ? g_strdup(host) : g_strndup(host, (size_t)(zone - host));

	return inet_pton(AF_INET6, bare, &address) == 1 && (zone == NULL || zone[1] != '\0');
}

/* Why @host is none; NULL if it is one. */
static const char *uri_host_fault(const char *host, bool bracketed)
{
	if (*host == '\0') {
		return "the host is missing";
	}
	if (!uri_is_address(host, bracketed) && (bracketed || !uri_is_name(host))) {
		return "the host is neither an address nor a name";
	}
	return NULL;
}

/* What stands between the scheme and the options: HOST, HOST:PORT, [IPv6], [IPv6]:PORT. */
static bool uri_host(struct uri *uri, const char *text, char *part, GError **error)
{
	const char *reason = NULL;
	bool bracketed = part[0] == '[';
	char *host = bracketed ? part + 1 : part;
	char *end = bracketed ? strchr(host, ']') : strchr(host, ':');
	const char *port = "";
	int64_t number = uri->port;

	if (end != NULL) {
		port = bracketed ? end + 1 : end;
		if (*port == ':') {
			number = 0;
			port = uri_number(port + 1, UINT16_MAX, &number) ? "" : "?";
			number = *port == '\0' ? number : uri->port;
		}
	}
	if (bracketed && end == NULL) {
		reason = "the bracket is not closed";
	} else if (!bracketed && end != NULL && strchr(end + 1, ':') != NULL) {
		reason = "an IPv6 address must stand in brackets";
	} else if (*port != '\0' || number == 0) {
		reason = "the port must be a number from 1 to 65535";
	}
	if (reason == NULL) {
		if (end != NULL) {
			*end = '\0';
		}
		reason = uri_host_fault(host, bracketed);
	}
	if (reason != NULL) {
		g_set_error(
			error, WEIR_ERROR, WEIR_ERROR_USAGE, "destination '%s': %s", text, reason);
		return false;
	}
	uri->host = g_strdup(host);
	uri->port = (uint16_t)number;
	return true;
}

static void uri_init(struct uri *uri)
{
	*uri = (struct uri){.domain = URI_UNSET};
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		if (options[i].kind == URI_NUMBER) {
			*(int64_t *)(void *)((char *)uri + options[i].offset) = URI_UNSET;
		}
	}
}

/* What only a spool gives a meaning, and what of it makes none; NULL: all is well. */
static const char *uri_spool_fault(const struct uri *uri)
{
	static const char *const words[] = {"file", "message", "never", NULL};
	bool needed = uri->spool_sync != NULL || uri->spool_octets != URI_UNSET ||
		      uri->replay_rate != URI_UNSET || uri->window != URI_UNSET;

	if (uri->spool == NULL && needed) {
		return "options replay-rate, spool-octets, spool-sync and window need spool=DIR";
	}
	if (uri->spool_sync != NULL && !g_strv_contains(words, uri->spool_sync)) {
		return "option spool-sync must be file, message or never";
	}
	return NULL;
}

/* What one option needs of another. */
static bool uri_agrees(const struct uri *uri, const char *text, GError **error)
{
	const char *fault = uri_spool_fault(uri);

	if (uri->key != NULL && uri->cert == NULL) {
		fault = "option key: there is no cert that it belongs to";
	}
	if (fault != NULL) {
		g_set_error(
			error, WEIR_ERROR, WEIR_ERROR_USAGE, "destination '%s': %s", text, fault);
	}
	return fault == NULL;
}

bool uri_parse(const char *text, struct uri *ret_uri, GError **error)
{
	const struct scheme *scheme;
	const char *start;
	size_t octets;
	bool good;

	uri_init(ret_uri);
	if (strnlen(text, URI_OCTETS_MAX + 1) > URI_OCTETS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"destination '%.40s...': it is longer than %d octets", text,
			URI_OCTETS_MAX);
		return false;
	}
	scheme = uri_scheme(text, error);
	if (scheme == NULL) {
		return false;
	}
	ret_uri->scheme = scheme->name;
	ret_uri->port = scheme->port;
	start = text + strlen(scheme->name) + 1;
	octets = strcspn(start, "?");
	if (scheme->port == 0) {
		good = uri_path(ret_uri, text, start, octets, error);
	} else {
		g_autofree char *part = g_strndup(start, octets);

		good = uri_host(ret_uri, text, part, error);
	}
	if (!good || !uri_options(ret_uri, text, scheme, error) ||
		!uri_agrees(ret_uri, text, error)) {
		uri_clear(ret_uri);
		return false;
	}
	return true;
}

void uri_clear(struct uri *uri)
{
	g_free(uri->host);
	g_free(uri->path);
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		void *member = (char *)uri + options[i].offset;

		if (uri_value_is_list(options[i].kind)) {
			g_strfreev(*(char ***)member);
		} else if (options[i].kind != URI_NUMBER) {
			g_free(*(char **)member);
		}
	}
	uri_init(uri);
}

static bool uri_list_equal(char *const *a, char *const *b)
{
	return a == b || (a != NULL && b != NULL &&
				 g_strv_equal((const char *const *)a, (const char *const *)b));
}

static bool uri_option_equal(
	const struct option *option, const struct uri *uri, const struct uri *other)
{
	const void *ours = (const char *)uri + option->offset;
	const void *theirs = (const char *)other + option->offset;

	if (uri_value_is_list(option->kind)) {
		return uri_list_equal(*(char **const *)ours, *(char **const *)theirs);
	}
	if (option->kind != URI_NUMBER) {
		return g_strcmp0(*(char *const *)ours, *(char *const *)theirs) == 0;
	}
	return *(const int64_t *)ours == *(const int64_t *)theirs;
}

bool uri_says_the_same(const struct uri *uri, const struct uri *other)
{
	/* An option that is forgotten here costs a little, one that is here by mistake may tell
	 * somebody what he is not to know. */
	static const char *const harmless[] = {"domain", "dscp", "flush", "interface", "keepalive",
		"message-octets", "profile", "queue-octets", "rate", "refresh", "refresh-messages",
		"replay-rate", "reports", "retry", "sndbuf", "source", "spool", "spool-octets",
		"spool-sync", "user-timeout", "window", NULL};

	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		if (!g_strv_contains(harmless, options[i].name) &&
			!uri_option_equal(&options[i], uri, other)) {
			return false;
		}
	}
	return true;
}

bool uri_takes_payload(const struct uri *uri)
{
	static const char *const safe[] = {"dtls", "file", "json", "tls", NULL};

	return uri->payload == 1 || g_strv_contains(safe, uri->scheme);
}
