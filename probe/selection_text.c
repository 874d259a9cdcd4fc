#include "probe/selection_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "probe/selection_check.h"
#include "probe/selection_field.h"

#define HASH_SIZE_DEFAULT 8

/* A selector's parameters, "NAME=VALUE" each; they are changed while they are read. */
struct parameter {
	char *name;
	char *value;
};

static bool refuse(GError **error, const char *value, const char *reason)
{
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "'%s': %s", value, reason);
	return false;
}

static bool parse_number(const char *text, uint64_t max, uint64_t *ret, GError **error)
{
	bool hex = g_str_has_prefix(text, "0x");

	if (!g_ascii_string_to_unsigned(hex ? text + 2 : text, hex ? 16 : 10, 0, max, ret, NULL)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"'%s' is no number from 0 to %" PRIu64, text, max);
		return false;
	}
	return true;
}

/* µs. */
static bool parse_time(const char *text, uint32_t *ret, GError **error)
{
	static const struct {
		const char *suffix;
		uint64_t us;
	} units[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {"", 1}};
	g_autofree char *digits = NULL;
	uint64_t value;
	size_t i = 0;

	while (!g_str_has_suffix(text, units[i].suffix)) {
		i++;
	}
	digits = g_strndup(text, strlen(text) - strlen(units[i].suffix));
	if (!g_ascii_string_to_unsigned(digits, 10, 0, UINT32_MAX / units[i].us, &value, NULL)) {
		return refuse(error, text,
			"it is no time; give at most 4294 s in us (or no unit), ms or s");
	}
	*ret = (uint32_t)(value * units[i].us);
	return true;
}

static bool parse_count(const char *text, uint32_t *ret, GError **error)
{
	uint64_t value;

	if (!parse_number(text, UINT32_MAX, &value, error)) {
		return false;
	}
	*ret = (uint32_t)value;
	return true;
}

/* Two values with '/' between them. */
static bool parse_pair(char *text, bool (*parse)(const char *, uint32_t *, GError **),
	uint32_t ret[2], GError **error)
{
	char *slash = strchr(text, '/');

	if (slash == NULL) {
		return refuse(error, text, "two values with '/' between them are needed");
	}
	*slash = '\0';
	return parse(text, &ret[0], error) && parse(slash + 1, &ret[1], error);
}

static bool parse_share(const char *text, double *ret, GError **error)
{
	char *end;

	*ret = g_ascii_strtod(text, &end);
	if (end == text || *end != '\0' || strspn(text, "0123456789.e-") != strlen(text) ||
		!(*ret >= 0 && *ret <= 1)) {
		return refuse(error, text, "it is no number from 0 to 1");
	}
	return true;
}

/* Cut the next parameter off *@rest. A ':' begins one where a name and '=' follow, since addresses
 * have ':' too. */
static bool next_parameter(char **rest, struct parameter *ret, GError **error)
{
	char *equals = strchr(*rest, '=');
	char *end;

	if (equals == NULL) {
		return refuse(error, *rest, "NAME=VALUE is needed");
	}
	*equals = '\0';
	ret->name = *rest;
	ret->value = equals + 1;
	for (end = ret->value; *end != '\0'; end++) {
		size_t name = *end == ':' ? strcspn(end + 1, ":=") : 0;

		if (name > 0 && end[1 + name] == '=') {
			break;
		}
	}
	*rest = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return true;
}

static bool parse_match(char *rest, struct selection_spec_selector *s, GError **error)
{
	struct parameter p;

	do {
		if (s->match_count == SELECTION_MATCHES_MAX) {
			return refuse(error, rest, "there are 8 fields already");
		}
		if (!next_parameter(&rest, &p, error) ||
			!selection_field_parse(
				p.name, p.value, &s->matches[s->match_count], error)) {
			return false;
		}
		s->match_count++;
	} while (*rest != '\0');
	return true;
}

static bool parse_range(char *text, struct selection_spec_selector *s, GError **error)
{
	uint64_t max = selection_output_max(s->algorithm);
	char *dash = strchr(text, '-');
	struct selection_range *range;

	if (s->range_count == SELECTION_RANGES_MAX) {
		return refuse(error, text, "there are 4 ranges already");
	}
	if (dash == NULL) {
		return refuse(error, text, "it is no range, MIN-MAX");
	}
	range = &s->ranges[s->range_count++];
	*dash = '\0';
	return parse_number(text, max, &range->min, error) &&
	       parse_number(dash + 1, max, &range->max, error);
}

/* The lowest values, so many that @text of all packets are selected. */
static bool parse_lowest(const char *text, struct selection_spec_selector *s, GError **error)
{
	double values = (double)selection_output_max(s->algorithm) + 1;
	double share;

	if (s->range_count > 0) {
		return refuse(error, text, "a share and ranges exclude each other");
	}
	if (!parse_share(text, &share, error)) {
		return false;
	}
	if (share * values < 1) {
		return refuse(error, text, "so small a share selects nothing");
	}
	s->ranges[0].max = (uint64_t)floor(share * values) - 1;
	s->range_count = 1;
	return true;
}

static bool parse_hash_parameter(
	const struct parameter *p, struct selection_spec_selector *s, GError **error)
{
	if (strcmp(p->name, "range") == 0) {
		return parse_range(p->value, s, error);
	}
	if (strcmp(p->name, "share") == 0) {
		return parse_lowest(p->value, s, error);
	}
	if (strcmp(p->name, "init") == 0) {
		s->has_initialiser = true;
		return parse_number(p->value, UINT32_MAX, &s->initialiser, error);
	}
	if (strcmp(p->name, "offset") == 0) {
		return parse_count(p->value, &s->payload_offset, error);
	}
	if (strcmp(p->name, "size") == 0) {
		return parse_count(p->value, &s->payload_size, error);
	}
	if (strcmp(p->name, "digest") == 0) {
		s->digest = strcmp(p->value, "yes") == 0;
		return s->digest || strcmp(p->value, "no") == 0 ||
		       refuse(error, p->value, "digest is yes or no");
	}
	return refuse(error, p->name, "it is not range, share, init, offset, size or digest");
}

static bool parse_hash(char *rest, struct selection_spec_selector *s, GError **error)
{
	static const char *const functions[] = {"bob", "ipsx", "crc32"};
	size_t name = strcspn(rest, ":");
	struct parameter p;

	for (unsigned i = 0; i < G_N_ELEMENTS(functions); i++) {
		if (strlen(functions[i]) == name && strncmp(rest, functions[i], name) == 0) {
			s->algorithm = (uint8_t)(SELECTION_BOB + i);
		}
	}
	if (s->algorithm == SELECTION_ALL) {
		return refuse(error, rest, "it does not begin with bob, ipsx or crc32");
	}
	s->payload_size = HASH_SIZE_DEFAULT;
	rest += name;
	while (*rest != '\0') {
		rest += *rest == ':';
		if (!next_parameter(&rest, &p, error)) {
			return false;
		}
		if (!parse_hash_parameter(&p, s, error)) {
			g_prefix_error(error, "%s: ", p.name);
			return false;
		}
	}
	if (s->range_count == 0 && s->digest) { /* nothing is chosen, only digested */
		s->ranges[s->range_count++].max = selection_output_max(s->algorithm);
	}
	return s->range_count > 0 || refuse(error, functions[s->algorithm - SELECTION_BOB],
					     "a range or a share of its values is needed");
}

static bool parse_selector(char *text, struct selection_spec_selector *s, GError **error)
{
	char *rest = strchr(text, ':');
	uint32_t pair[2] = {0, 0};

	if (strcmp(text, "all") == 0) {
		return true;
	}
	if (rest == NULL) {
		return refuse(error, text,
			"it is no selector; use all, count:, time:, nofn:, prob:, match: or hash:");
	}
	*rest++ = '\0';
	if (strcmp(text, "match") == 0) {
		s->algorithm = SELECTION_MATCH;
		return parse_match(rest, s, error);
	}
	if (strcmp(text, "hash") == 0) {
		return parse_hash(rest, s, error);
	}
	if (strcmp(text, "prob") == 0) {
		s->algorithm = SELECTION_PROBABILITY;
		return parse_share(rest, &s->probability, error);
	}
	if (strcmp(text, "nofn") == 0) {
		s->algorithm = SELECTION_RANDOM;
		if (!parse_pair(rest, parse_count, pair, error)) {
			return false;
		}
		s->size = pair[0];
		s->population = pair[1];
		return true;
	}
	s->algorithm = strcmp(text, "count") == 0 ? SELECTION_COUNT : SELECTION_TIME;
	if (s->algorithm == SELECTION_TIME && strcmp(text, "time") != 0) {
		return refuse(error, text,
			"it is no selector; use all, count, time, nofn, prob, match or hash");
	}
	if (!parse_pair(rest, s->algorithm == SELECTION_COUNT ? parse_count : parse_time, pair,
		    error)) {
		return false;
	}
	s->interval = pair[0];
	s->space = pair[1];
	return true;
}

bool selection_text_parse(const char *text, struct selection_spec *ret, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, "+", -1);

	memset(ret, 0, sizeof(*ret));
	if (g_strv_length(parts) == 0 || g_strv_length(parts) > SELECTION_SELECTORS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"selection '%s': %u selectors; there must be 1 to %d", text,
			g_strv_length(parts), SELECTION_SELECTORS_MAX);
		return false;
	}
	for (unsigned i = 0; parts[i] != NULL; i++) {
		g_autofree char *part = g_strdup(parts[i]);

		if (!parse_selector(part, &ret->selectors[i], error)) {
			g_prefix_error(error, "selection '%s': '%s': ", text, parts[i]);
			return false;
		}
		ret->count++;
	}
	if (!selection_check(ret, error)) {
		g_prefix_error(error, "selection '%s': ", text);
		return false;
	}
	return true;
}
