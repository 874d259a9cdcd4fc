#include "probe/cache_options.h"

#include <string.h>

#include "base/error.h"
#include "base/key.h"
#include "base/section.h"
#include "probe/flow_key.h"
#include "probe/section_text.h"
#include "probe/selection_text.h"

#define ACTIVE_DEFAULT_MS   (300 * 1000)
#define IDLE_DEFAULT_MS     (60 * 1000)
#define INTERVAL_DEFAULT_MS (60 * 1000)
#define FLOWS_MAX           (1 << 28) /* a table takes memory only for the flows there are */

#define AT(member) offsetof(struct cache_options, member)

static const char *const type_words[] = {
	[METER_CACHE_NATURAL] = "natural",
	[METER_CACHE_TIMEOUT] = "timeout",
	[METER_CACHE_PERMANENT] = "permanent",
	[METER_CACHE_IMMEDIATE] = "immediate",
	NULL,
};

static const struct option_spec cache_specs[] = {
	{.name = "cache-type",
		.key = "cache-type",
		.kind = OPTION_WORD,
		.offset = AT(type),
		.words = type_words,
		.argument = "TYPE",
		.text = "natural (default), timeout, permanent or immediate"},
	{.name = "interval",
		.key = "export-interval-s",
		.kind = OPTION_SECONDS,
		.offset = AT(interval_ms),
		.min = 1,
		.max = CACHE_TIMEOUT_MAX_MS,
		.argument = "S",
		.text = "export what a permanent cache counted so often (default 60)"},
	{.name = "section",
		.key = "packet-section",
		.kind = OPTION_TEXT,
		.offset = AT(section),
		.argument = "PART",
		.text = "what an immediate cache reports of each packet: none, headers (default), "
			"ip, payload or frame, each with :N octets at most"},
	{.name = "key",
		.key = "flow-key",
		.letter = 'k',
		.kind = OPTION_TEXT,
		.offset = AT(key),
		.argument = "LIST",
		.text = "flow key: 5tuple, src, dst, sport, dport, proto, vlan, mac, smac, dmac, "
			"if, tos"},
	{.name = "select",
		.key = "select",
		.kind = OPTION_TEXT,
		.offset = AT(select),
		.argument = "CHAIN",
		.text = "meter only the packets that CHAIN selects, such as count:1/99 or "
			"match:proto=17+prob:0.1"},
	{.name = "active",
		.key = "active-timeout-s",
		.letter = 'a',
		.kind = OPTION_SECONDS,
		.offset = AT(active_ms),
		.min = 1,
		.max = CACHE_TIMEOUT_MAX_MS,
		.argument = "S",
		.text = "a record at least this often while a flow lasts (default 300)"},
	{.name = "uniflow",
		.key = "uniflow",
		.letter = 'u',
		.kind = OPTION_FLAG,
		.offset = AT(uniflow),
		.text = "a flow for each direction"},
	{.name = "max-flows",
		.key = "flows-max",
		.letter = 'm',
		.kind = OPTION_NUMBER,
		.offset = AT(flows_max),
		.min = 1,
		.max = FLOWS_MAX,
		.argument = "N",
		.text = "flows kept at once; above, the longest silent ends"},
};

const struct option_table cache_option_table = {cache_specs, G_N_ELEMENTS(cache_specs)};

static const struct option_spec idle_spec = {.name = "idle",
	.kind = OPTION_SECONDS,
	.offset = AT(idle_ms),
	.min = 1,
	.max = CACHE_TIMEOUT_MAX_MS};

static const struct option_table idle_table = {&idle_spec, 1};

static const struct option_set cache_set = {
	.groups = {{&cache_option_table, 0}, {&idle_table, 0}}, .config = OPTIONS_NO_FILE};

/* A description that is being read. */
struct reading {
	struct option_spec specs[OPTIONS_MAX];
	unsigned count;
	bool given[OPTIONS_MAX];
	struct cache_options options;
	const char *text; /* for errors */
};

void cache_options_init(struct cache_options *options, int64_t flows_max)
{
	memset(options, 0, sizeof(*options));
	options->active_ms = ACTIVE_DEFAULT_MS;
	options->idle_ms = IDLE_DEFAULT_MS;
	options->flows_max = flows_max;
}

/* What its type decides. */
static bool take_type(
	const struct cache_options *options, struct meter_cache_config *ret, GError **error)
{
	ret->type = (enum meter_cache_type)options->type;
	if (ret->type == METER_CACHE_PERMANENT) {
		ret->interval_ms =
			options->interval_ms != 0 ? options->interval_ms : INTERVAL_DEFAULT_MS;
	} else if (options->interval_ms != 0) {
		g_set_error_literal(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"interval: only permanent caches have one");
		return false;
	}
	if (ret->type == METER_CACHE_IMMEDIATE || options->section != NULL) {
		const char *section = options->section != NULL ? options->section : "headers";

		if (!section_text_parse(section, &ret->section, &ret->section_octets, error)) {
			g_prefix_error(error, "section: ");
			return false;
		}
	}
	if (ret->section != RECORD_SECTION_NONE && ret->type != METER_CACHE_IMMEDIATE) {
		g_set_error_literal(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"section: only immediate caches have packets to report");
		return false;
	}
	return true;
}

bool cache_options_config(
	const struct cache_options *options, struct meter_cache_config *ret, GError **error)
{
	*ret = (struct meter_cache_config){.key_fields = FLOW_KEY_5TUPLE,
		.active_timeout_ms = options->active_ms,
		.idle_timeout_ms = options->idle_ms,
		.flows_max = (uint32_t)options->flows_max,
		.uniflow = options->uniflow};
	if (options->key != NULL && !key_parse(options->key, &ret->key_fields, error)) {
		g_prefix_error(error, "key: ");
		return false;
	}
	if (options->select != NULL &&
		!selection_text_parse(options->select, &ret->selection, error)) {
		g_prefix_error(error, "select: ");
		return false;
	}
	return take_type(options, ret, error);
}

static bool take_name(const struct reading *reading, const char *name,
	struct meter_cache_config *ret, GError **error)
{
	size_t octets = strlen(name);
	bool good = g_ascii_isalpha(name[0]) && octets <= STREAM_CACHE_NAME_MAX;

	for (size_t i = 0; good && i < octets; i++) {
		good = g_ascii_isalnum(name[i]) || name[i] == '-' || name[i] == '_';
	}
	if (!good) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--cache: '%s': '%s' is no name: it must be a letter, then letters, "
			"digits, "
			"'-' and '_', %d in all",
			reading->text, name, STREAM_CACHE_NAME_MAX);
		return false;
	}
	memcpy(ret->name, name, octets + 1);
	return true;
}

static bool set_flag(
	const struct option_spec *spec, struct reading *reading, const char *value, GError **error)
{
	bool yes = value == NULL || strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"--cache: '%s': %s: '%s' is neither yes nor no", reading->text, spec->name,
			value);
		return false;
	}
	*(bool *)((char *)&reading->options + spec->offset) = yes;
	return true;
}

static bool set_value(
	const struct option_spec *spec, struct reading *reading, const char *value, GError **error)
{
	g_autofree char *plain = value != NULL ? g_uri_unescape_string(value, NULL) : NULL;
	g_autofree char *what = NULL;

	if (plain == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "--cache: '%s': %s: %s",
			reading->text, spec->name,
			value == NULL ? "its value is missing"
				      : "a '%' must be followed by two hexadecimal digits");
		return false;
	}
	what = g_strdup_printf("--cache: '%s': %s", reading->text, spec->name);
	return options_set_text(spec, &reading->options, what, plain, error);
}

/* One OPTION[=VALUE]; @word is cut in two. */
static bool take_option(struct reading *reading, char *word, GError **error)
{
	char *value = strchr(word, '=');
	unsigned i = 0;

	if (value != NULL) {
		*value++ = '\0';
	}
	while (i < reading->count && strcmp(reading->specs[i].name, word) != 0) {
		i++;
	}
	if (i == reading->count || reading->given[i]) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "--cache: '%s': %s '%s'",
			reading->text,
			i == reading->count ? "there is no option" : "given twice is", word);
		return false;
	}
	reading->given[i] = true;
	if (reading->specs[i].kind == OPTION_FLAG) {
		return set_flag(&reading->specs[i], reading, value, error);
	}
	return set_value(&reading->specs[i], reading, value, error);
}

static bool take_all(
	struct reading *reading, char *words, struct meter_cache_config *ret, GError **error)
{
	char *next = strchr(words, '?');
	char name[STREAM_CACHE_NAME_MAX + 2]; /* one that is too long stays so */

	if (next != NULL) {
		*next++ = '\0';
	}
	(void)g_strlcpy(name, words, sizeof(name));
	while (next != NULL) {
		char *word = next;

		next = strchr(word, '&');
		if (next != NULL) {
			*next++ = '\0';
		}
		if (!take_option(reading, word, error)) {
			return false;
		}
	}
	if (!cache_options_config(&reading->options, ret, error)) {
		g_prefix_error(error, "--cache: '%s': ", reading->text);
		return false;
	}
	return take_name(reading, name, ret, error);
}

bool cache_options_parse(const char *text, const struct cache_options *defaults,
	struct meter_cache_config *ret, GError **error)
{
	struct reading reading = {.options = *defaults, .text = text};
	g_autofree char *words = g_strdup(text);
	bool good;

	reading.options.key = g_strdup(defaults->key);
	reading.options.select = g_strdup(defaults->select);
	reading.options.section = g_strdup(defaults->section);
	reading.count = options_flatten(&cache_set, reading.specs);
	good = take_all(&reading, words, ret, error);
	options_clear(&cache_set, &reading.options);
	return good;
}

void cache_options_tell(const struct meter_config *config, unsigned id, struct stream_cache *ret)
{
	const struct meter_cache_config *cache = &config->caches[id];

	*ret = (struct stream_cache){.id = (uint8_t)id,
		.count = (uint8_t)config->cache_count,
		.uniflow = cache->uniflow || !flow_key_is_symmetric(cache->key_fields),
		.key_fields = cache->key_fields,
		.active_timeout_ms = cache->active_timeout_ms,
		.idle_timeout_ms = cache->idle_timeout_ms,
		.type = (uint8_t)cache->type,
		.section = (uint8_t)cache->section,
		.flows_max = cache->flows_max};
	if (cache->type == METER_CACHE_PERMANENT) {
		ret->active_timeout_ms = cache->interval_ms;
		ret->idle_timeout_ms = 0;
	}
	(void)g_strlcpy(ret->name, cache->name, sizeof(ret->name));
}
