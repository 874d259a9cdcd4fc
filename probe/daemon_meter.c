#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "probe/daemon_private.h"

static bool home_interface(const struct probe *probe, const char *name, struct identity_config *ret)
{
	for (unsigned i = 0; i < probe->source_count; i++) {
		const struct source *source = probe->sources[i].source;

		for (unsigned k = 0; k < source->interface_count; k++) {
			if (strcmp(source->interfaces[k].name, name) == 0 &&
				ret->home_interface_count < G_N_ELEMENTS(ret->home_interfaces)) {
				ret->home_interfaces[ret->home_interface_count++] =
					probe->sources[i].first + k;
				return true;
			}
		}
	}
	return false;
}

/* Each --home is an interface that is captured, or a prefix. */
static bool home_config(const struct probe *probe, const struct probe_options *options,
	struct identity_config *ret, GError **error)
{
	memset(ret, 0, sizeof(*ret));
	ret->devices_max = PROBE_DEVICES;
	for (char **value = options->metering.home; value != NULL && *value != NULL; value++) {
		if (home_interface(probe, *value, ret)) {
			continue;
		}
		if (ret->home_count == IDENTITY_PREFIXES_MAX) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"--home: '%s': there are %d prefixes already", *value,
				IDENTITY_PREFIXES_MAX);
			return false;
		}
		if (!identity_prefix_parse(*value, &ret->home[ret->home_count], error)) {
			g_prefix_error(
				error, "--home: it is not the name of a captured interface, nor: ");
			return false;
		}
		ret->home_count++;
	}
	return true;
}

static void take_records(void *context, const struct record_batch *batch)
{
	struct probe *probe = context;

	stream_server_flows(probe->server, batch, meter_clock(probe->meter));
}

static struct meter *new_meter(struct probe *probe, const struct probe_options *options,
	struct identity *identity, GError **error)
{
	struct meter_config config = options->meter;
	struct meter *meter;

	config.stable_payload = options->read != NULL;
	config.observation_point = PROBE_OBSERVATION_POINT;
	/* A meter that takes the place of another may select otherwise: its numbers are new. */
	config.first_sequence = probe->meters++ * METER_CACHES_MAX + 1;
	config.applications = probe->applications;
	meter = meter_new(&config, identity, take_records, probe, error);
	if (meter == NULL) {
		return NULL;
	}
	for (unsigned i = 0; i < probe->source_count; i++) {
		const struct source *source = probe->sources[i].source;

		for (unsigned k = 0; k < source->interface_count; k++) {
			meter_interface_set(meter, (uint16_t)(probe->sources[i].first + k),
				source->interfaces[k].index);
		}
	}
	return meter;
}

bool probe_meter_open(struct probe *probe, const struct probe_options *options, GError **error)
{
	struct identity *identity = probe->identity;
	struct identity_config config;

	if (identity == NULL && !options->nameless) {
		if (!home_config(probe, options, &config, error)) {
			return false;
		}
		identity = identity_new(&config, error);
		if (identity == NULL) {
			return false;
		}
	}
	probe->meter = new_meter(probe, options, identity, error);
	if (probe->meter == NULL && identity != probe->identity) {
		identity_free(identity);
		identity = NULL;
	}
	probe->identity = identity;
	return probe->meter != NULL;
}

static bool same_home(char **a, char **b)
{
	char *none[] = {NULL};

	return g_strv_equal((const char *const *)(a != NULL ? a : none),
		(const char *const *)(b != NULL ? b : none));
}

/* The new meter stands before the old one is emptied, so that no packet goes uncounted. */
static bool replace(struct probe *probe, const struct probe_options *options, GError **error)
{
	struct meter *old = probe->meter;
	struct identity *old_identity = probe->identity;
	struct meter *meter;
	struct identity *identity;
	bool opened;

	if (!same_home(options->metering.home, probe->reloaded.metering.home)) {
		probe->identity = NULL;
	}
	opened = probe_meter_open(probe, options, error);
	meter = probe->meter;
	identity = probe->identity;
	probe->meter = old;
	probe->identity = old_identity;
	if (!opened) {
		return false;
	}
	meter_finish(old, RECORD_END_FORCED);
	probe_report_keep(probe);
	probe_report_caches(probe, &options->meter);
	meter_advance(meter, meter_clock(old));
	probe->meter = meter;
	probe->identity = identity;
	meter_free(old);
	if (old_identity != identity) {
		identity_free(old_identity);
		memset(probe->devices, 0, sizeof(probe->devices));
	}
	return true;
}

void probe_reload(struct probe *probe)
{
	struct probe_options options;
	const char *name;
	GError *error = NULL;

	if (!probe_options_load(&options, probe->argc, probe->argv, &error) ||
		!replace(probe, &options, &error)) {
		log_error(PROBE_AREA, "configuration not reloaded: %s", error->message);
		g_clear_error(&error);
		probe_options_clear(&options);
		return;
	}
	if (!probe_options_live(&options, probe->options, &name)) {
		log_warning(PROBE_AREA, "'%s' changes only with a restart", name);
	}
	log_level_set((enum log_level)options.daemon.log_level);
	probe_options_clear(&probe->reloaded);
	probe->reloaded = options;
	log_notice(PROBE_AREA, "configuration reloaded");
}
