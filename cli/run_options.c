#include "cli/run_options.h"

#include <string.h>

#include "exporter/export_options.h"
#include "exporter/exporting_options.h"
#include "probe/probe_options.h"

#define MARGIN_MS (5 * 1000) /* for all that is not draining */
#define US_PER_MS 1000

/* Of the daemons' options those that are not for the user of `weir run`. */
static const char *const withheld[] = {"config", "foreground", "log", "once", "parent", "run-dir",
	"version", "wait-subscriber", NULL};

static int find(const struct option_spec *specs, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(specs[i].name, name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

static void take_spec(struct run_options *options, const struct option_spec *theirs)
{
	unsigned i = options->table.count;
	struct option_spec *ours = &options->specs[i];

	g_assert(i < OPTIONS_MAX);
	*ours = *theirs;
	ours->offset = offsetof(struct run_options, values) + i * sizeof(*options->values);
	if (ours->kind != OPTION_FLAG && !options_kind_is_list(ours->kind)) {
		ours->kind = OPTION_TEXT;
	}
	if (strcmp(ours->name, "output") == 0) {
		ours->text = "where to (default json:-, the standard output)";
	}
	options->table.count++;
}

static void take_set(struct run_options *options, const struct option_set *set)
{
	struct option_spec theirs[OPTIONS_MAX];
	unsigned count = options_flatten(set, theirs);

	for (unsigned i = 0; i < count; i++) {
		if (!g_strv_contains(withheld, theirs[i].name) &&
			find(options->specs, options->table.count, theirs[i].name) < 0) {
			take_spec(options, &theirs[i]);
		}
	}
}

bool run_options_parse(struct run_options *options, int argc, char **argv, GError **error)
{
	memset(options, 0, sizeof(*options));
	take_set(options, &export_option_set);
	take_set(options, &probe_option_set);
	options->table.specs = options->specs;
	options->set = (struct option_set){.groups = {{&options->table, 0}},
		.config = OPTIONS_NO_FILE,
		.synopsis = "weir run (-i IFACE... | -r FILE) [-o DEST...] [OPTION...]"};
	return options_parse(&options->set, options, argc, argv, error);
}

void run_options_clear(struct run_options *options)
{
	options_clear(&options->set, options);
}

union run_value run_options_get(const struct run_options *options, const char *name)
{
	int i = find(options->specs, options->table.count, name);

	g_assert(i >= 0);
	return options->values[i];
}

int64_t run_options_patience_us(const struct run_options *options)
{
	const char *drain = run_options_get(options, "drain").text;
	double drain_ms = drain != NULL ? g_ascii_strtod(drain, NULL) * 1000 : EXPORTING_DRAIN_MS;

	/* What is no time is refused by the program it goes to. */
	drain_ms = drain_ms > 0 ? MIN(drain_ms, EXPORTING_DRAIN_MAX_MS) : 0;
	return (int64_t)(drain_ms + MARGIN_MS) * US_PER_MS;
}

static void pass(
	const struct option_spec *spec, const union run_value *value, struct run_child *child)
{
	char *name = g_strconcat("--", spec->name, NULL);

	if (spec->kind == OPTION_FLAG && value->flag) {
		run_child_add(child, name, NULL);
	} else if (spec->kind == OPTION_TEXT && value->text != NULL) {
		run_child_add(child, name, value->text, NULL);
	} else if (options_kind_is_list(spec->kind)) {
		for (char **item = value->list; item != NULL && *item != NULL; item++) {
			run_child_add(child, name, *item, NULL);
		}
	}
	g_free(name);
}

void run_options_pass(
	const struct run_options *options, const struct option_set *set, struct run_child *child)
{
	struct option_spec theirs[OPTIONS_MAX];
	unsigned count = options_flatten(set, theirs);

	for (unsigned i = 0; i < options->table.count; i++) {
		if (find(theirs, count, options->specs[i].name) >= 0) {
			pass(&options->specs[i], &options->values[i], child);
		}
	}
}
