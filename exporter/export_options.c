#include "exporter/export_options.h"

#include <string.h>

#include "base/error.h"

#define AT(member) offsetof(struct export_options, member)

static const struct option_spec export_specs[] = {
	{.name = "once",
		.kind = OPTION_FLAG,
		.offset = AT(once),
		.text = "lose nothing, and end when the probe ends"},
};

static const struct option_table export_table = {export_specs, G_N_ELEMENTS(export_specs)};

const struct option_set export_option_set = {
	.groups = {{&exporting_option_table, AT(exporting)}, {&export_table, 0},
		{&daemon_option_table, AT(daemon)}},
	.config = AT(daemon.config),
	.synopsis = "weir-export -o DEST... [OPTION...]"};

void export_options_clear(struct export_options *options)
{
	options_clear(&export_option_set, options);
}

static bool check_destinations(const struct export_options *options, GError **error)
{
	char **all = options->exporting.destinations;
	unsigned count = all != NULL ? g_strv_length(all) : 0;

	if (count == 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"no destination is given (-o), so there is nothing to do");
		return false;
	}
	if (count > EXPORT_DESTINATIONS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "--output: %u of them; at most %d",
			count, EXPORT_DESTINATIONS_MAX);
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		if (!options->daemon.foreground && exporting_options_standard_output(all[i])) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"--output: '%s' needs --foreground: there is no standard output in "
				"the background",
				all[i]);
			return false;
		}
		if (g_strv_contains((const char *const *)(all + i + 1), all[i])) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"--output: '%s' is given twice", all[i]);
			return false;
		}
	}
	return true;
}

bool export_options_load(struct export_options *ret, int argc, char **argv, GError **error)
{
	memset(ret, 0, sizeof(*ret));
	daemon_options_init(&ret->daemon);
	exporting_options_init(&ret->exporting);
	if (!options_parse(&export_option_set, ret, argc, argv, error)) {
		return false;
	}
	if (ret->daemon.help || ret->daemon.version) {
		return true;
	}
	daemon_options_settle(&ret->daemon);
	return check_destinations(ret, error);
}

bool export_options_live(
	const struct export_options *now, const struct export_options *then, const char **ret_name)
{
	*ret_name = daemon_options_changed(&now->daemon, &then->daemon);
	return *ret_name == NULL;
}
