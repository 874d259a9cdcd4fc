#include "base/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define OPTION_FIRST 256 /* values that getopt gives back for options without a letter */
#define HELP_COLUMN  30

static void *member(const struct option_spec *spec, void *target)
{
	return (char *)target + spec->offset;
}

static bool number_refused(
	const struct option_spec *spec, const char *what, const char *value, GError **error)
{
	if (spec->kind == OPTION_SECONDS) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"%s: '%s' is not a number of seconds from %g to %g", what, value,
			(double)spec->min / 1000, (double)spec->max / 1000);
		return false;
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
		"%s: '%s' is not a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, what,
		value, spec->min, spec->max);
	return false;
}

bool options_set_number(const struct option_spec *spec, void *target, const char *what,
	double value, GError **error)
{
	double scaled = spec->kind == OPTION_SECONDS ? round(value * 1000) : value;
	char text[32];

	if (!isfinite(value) || scaled != floor(scaled) || scaled < (double)spec->min ||
		scaled > (double)spec->max) {
		(void)g_snprintf(text, sizeof(text), "%.15g", value);
		return number_refused(spec, what, text, error);
	}
	*(int64_t *)member(spec, target) = (int64_t)scaled;
	return true;
}

static bool set_word(const struct option_spec *spec, void *target, const char *what,
	const char *text, GError **error)
{
	char *words;

	for (int i = 0; spec->words[i] != NULL; i++) {
		if (strcmp(spec->words[i], text) == 0) {
			*(int *)member(spec, target) = i;
			return true;
		}
	}
	words = g_strjoinv(", ", (char **)(uintptr_t)spec->words);
	g_set_error(
		error, WEIR_ERROR, WEIR_ERROR_USAGE, "%s: '%s' is none of %s", what, text, words);
	g_free(words);
	return false;
}

bool options_kind_is_list(enum option_kind kind)
{
	return kind == OPTION_LIST || kind == OPTION_OBJECTS;
}

static void append(char ***list, const char *text)
{
	size_t count = *list != NULL ? g_strv_length(*list) : 0;

	*list = g_renew(char *, *list, count + 2);
	(*list)[count] = g_strdup(text);
	(*list)[count + 1] = NULL;
}

bool options_set_text(const struct option_spec *spec, void *target, const char *what,
	const char *text, GError **error)
{
	char **place = member(spec, target);
	char *end;
	double value;

	switch (spec->kind) {
	case OPTION_FLAG:
		*(bool *)member(spec, target) = true;
		return true;
	case OPTION_TEXT:
		g_free(*place);
		*place = g_strdup(text);
		return true;
	case OPTION_LIST:
	case OPTION_OBJECTS:
		append(member(spec, target), text);
		return true;
	case OPTION_WORD:
		return set_word(spec, target, what, text, error);
	case OPTION_NUMBER:
	case OPTION_SECONDS:
		break;
	}
	value = g_ascii_strtod(text, &end);
	if (end == text || *end != '\0') {
		return number_refused(spec, what, text, error);
	}
	return options_set_number(spec, target, what, value, error);
}

unsigned options_flatten(const struct option_set *set, struct option_spec ret[OPTIONS_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < OPTION_GROUPS_MAX && set->groups[i].table != NULL; i++) {
		const struct option_group *group = &set->groups[i];

		g_assert(group->table->count <= OPTIONS_MAX - count);
		for (unsigned k = 0; k < group->table->count; k++) {
			ret[count] = group->table->specs[k];
			ret[count++].offset += group->offset;
		}
	}
	return count;
}

static void clear_member(const struct option_spec *spec, void *target)
{
	if (spec->kind == OPTION_TEXT) {
		g_clear_pointer((char **)member(spec, target), g_free);
	} else if (options_kind_is_list(spec->kind)) {
		g_clear_pointer((char ***)member(spec, target), g_strfreev);
	}
}

void options_clear(const struct option_set *set, void *target)
{
	struct option_spec specs[OPTIONS_MAX];
	unsigned count = options_flatten(set, specs);

	for (unsigned i = 0; i < count; i++) {
		clear_member(&specs[i], target);
	}
}

/* getopt's own tables, made from ours. */
struct parser {
	struct option_spec specs[OPTIONS_MAX];
	unsigned count;
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 2];
	bool given[OPTIONS_MAX];
};

static void parser_init(struct parser *parser, const struct option_set *set)
{
	char *at = parser->shorts;

	memset(parser, 0, sizeof(*parser));
	parser->count = options_flatten(set, parser->specs);
	*at++ = ':'; /* tells a missing value from an unknown option */
	for (unsigned i = 0; i < parser->count; i++) {
		const struct option_spec *spec = &parser->specs[i];
		bool valued = spec->kind != OPTION_FLAG;

		parser->longs[i].name = spec->name;
		parser->longs[i].has_arg = valued ? required_argument : no_argument;
		parser->longs[i].val = OPTION_FIRST + (int)i;
		if (spec->letter != 0) {
			*at++ = spec->letter;
			if (valued) {
				*at++ = ':';
			}
		}
	}
}

/* What getopt found: there is one. */
static const struct option_spec *find_spec(const struct parser *parser, int value)
{
	unsigned i = 0;

	if (value >= OPTION_FIRST) {
		return &parser->specs[value - OPTION_FIRST];
	}
	while (i + 1 < parser->count && parser->specs[i].letter != value) {
		i++;
	}
	return &parser->specs[i];
}

static bool refuse_argument(int value, char **argv, GError **error)
{
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
		value == ':' ? "%s: its value is missing" : "%s: there is no such option",
		argv[optind - 1]);
	return false;
}

static bool apply(
	const struct option_spec *spec, void *target, struct parser *parser, GError **error)
{
	ptrdiff_t index = spec - parser->specs;
	char what[48];

	if (!parser->given[index] && options_kind_is_list(spec->kind)) {
		clear_member(spec, target); /* replaces the file's list, then adds to its own */
	}
	parser->given[index] = true;
	(void)g_snprintf(what, sizeof(what), "--%s", spec->name);
	return options_set_text(spec, target, what, optarg, error);
}

struct arguments {
	int argc;
	char **argv;
	bool config; /* look for nothing but the name of the file */
};

static bool parse_arguments(const struct option_set *set, void *target,
	const struct arguments *arguments, GError **error)
{
	struct parser parser;
	const struct option_spec *spec;
	int value;

	parser_init(&parser, set);
	optind = 0; /* from the beginning, also the second time */
	opterr = 0;
	while ((value = getopt_long(arguments->argc, arguments->argv, parser.shorts, parser.longs,
			NULL)) != -1) {
		if (value == '?' || value == ':') {
			return refuse_argument(value, arguments->argv, error);
		}
		spec = find_spec(&parser, value);
		if (arguments->config && spec->offset != set->config) {
			continue;
		}
		if (!apply(spec, target, &parser, error)) {
			return false;
		}
	}
	if (optind < arguments->argc) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "'%s' is not an option",
			arguments->argv[optind]);
		return false;
	}
	return true;
}

bool options_parse(
	const struct option_set *set, void *target, int argc, char **argv, GError **error)
{
	struct arguments arguments = {.argc = argc, .argv = argv, .config = true};
	const char *path;

	if (set->config != OPTIONS_NO_FILE && !parse_arguments(set, target, &arguments, error)) {
		return false;
	}
	path = set->config != OPTIONS_NO_FILE ? *(char **)((char *)target + set->config) : NULL;
	if (path != NULL && !options_read(set, target, path, error)) {
		return false;
	}
	arguments.config = false;
	return parse_arguments(set, target, &arguments, error);
}

void options_help(const struct option_set *set, FILE *out)
{
	struct option_spec specs[OPTIONS_MAX];
	unsigned count = options_flatten(set, specs);

	fprintf(out, "usage: %s\n\n", set->synopsis);
	for (unsigned i = 0; i < count; i++) {
		const struct option_spec *spec = &specs[i];
		char left[80];
		char letter[] = "  -x,";

		letter[3] = spec->letter;
		(void)g_snprintf(left, sizeof(left), "%s --%s%s%s",
			spec->letter != 0 ? letter : "     ", spec->name,
			spec->argument != NULL ? " " : "",
			spec->argument != NULL ? spec->argument : "");
		fprintf(out, "%-*s %s\n", HELP_COLUMN, left, spec->text);
	}
}
