#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/meter_facts.h"
#include "cli/meter_options.h"
#include "cli/progress.h"
#include "cli/stats_json.h"
#include "cli/summary.h"
#include "exporter/export.h"
#include "probe/application.h"
#include "probe/cache_options.h"
#include "probe/identity.h"
#include "probe/meter.h"
#include "probe/source.h"

/* One metering run: source → meter → exporter and summary. */
struct run {
	struct meter_options options;
	struct source *source;
	struct identity *identity;         /* NULL: nobody wants names */
	struct applications *applications; /* NULL: not asked for */
	struct meter *meter;
	struct stream_cache caches[METER_CACHES_MAX];
	unsigned cache_count;
	struct exporter *exporter;
	struct summary *summary; /* NULL: not wanted */
	struct progress progress;
	guint interrupt; /* its source; 0: none */
	struct meter_facts facts;
};

static void run_records(void *context, const struct record_batch *batch)
{
	struct run *run = context;

	exporter_clock(run->exporter, meter_clock(run->meter));
	meter_facts_tell(&run->facts, false);
	exporter_records(run->exporter, batch);
	/* Other caches than the first counted the same packets. */
	if (run->summary != NULL && batch->records[0].cache_id == 0) {
		summary_records(run->summary, batch);
	}
}

static gboolean run_interrupted(gint fd, GIOCondition condition, gpointer data)
{
	struct run *run = data;

	run->interrupt = 0;
	exporter_hurry(run->exporter);
	return G_SOURCE_REMOVE;
}

/* Each cache but the first, which is the table's and the default of all, is there for somebody. */
static bool run_check_caches(const struct run *run, GError **error)
{
	for (unsigned i = 1; i < run->cache_count; i++) {
		const char *name = run->caches[i].name;

		if (!exporter_takes_cache(run->exporter, (uint8_t)i)) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"--cache: no destination takes '%s': one must have the option "
				"cache=%s",
				name, name);
			return false;
		}
	}
	return true;
}

static bool run_open_exporter(struct run *run, GError **error)
{
	const struct exporting_options *options = &run->options.exporting;
	struct export_config config = {.lossless = true,
		.file_clock = true,
		.hash_seed = (uint64_t)run->options.hash_seed};
	const struct export_set set = {.destinations = options->destinations,
		.profile = options->profile,
		.reports = options->reports,
		.observation_domain = (uint32_t)options->domain,
		.mode = (enum export_mode)options->mode};

	run->exporter = exporter_new(&config, error);
	if (run->exporter == NULL) {
		return false;
	}
	if (interrupt_fd() >= 0) {
		run->interrupt = g_unix_fd_add(interrupt_fd(), G_IO_IN, run_interrupted, run);
	}
	return exporter_caches(run->exporter, run->caches, run->cache_count, error) &&
	       exporter_set(run->exporter, &set, error) && run_check_caches(run, error);
}

static bool run_open_applications(struct run *run, GError **error)
{
	run->applications = applications_new(0, error);
	if (run->applications != NULL && !exporter_wants_names(run->exporter)) {
		fprintf(stderr, "weir meter: warning: --applications: no destination has profile "
				"full, which alone carries them\n");
	}
	return run->applications != NULL;
}

static bool run_open(struct run *run, GError **error)
{
	struct identity_config config = {.hash_seed = (uint64_t)run->options.hash_seed};
	struct meter_config meter;
	bool has_destination = run->options.exporting.destinations != NULL;

	if (!meter_options_meter(&run->options, &meter, error)) {
		return false;
	}
	run->cache_count = meter.cache_count;
	for (unsigned i = 0; i < meter.cache_count; i++) {
		cache_options_tell(&meter, i, &run->caches[i]);
	}
	run->source = source_file_new(run->options.input, error);
	if (run->source == NULL || !run_open_exporter(run, error)) {
		return false;
	}
	if (run->options.summary || !has_destination || isatty(STDOUT_FILENO) == 1) {
		run->summary = summary_new();
	}
	if (run->summary != NULL || exporter_wants_names(run->exporter)) {
		if (!meter_options_home(&run->options, run->source, &config, error)) {
			return false;
		}
		run->identity = identity_new(&config, error);
		if (run->identity == NULL) {
			return false;
		}
	}
	if (run->options.metering.applications && !run_open_applications(run, error)) {
		return false;
	}
	meter.applications = run->applications;
	run->meter = meter_new(&meter, run->identity, run_records, run, error);
	if (run->meter == NULL) {
		return false;
	}
	run->facts = (struct meter_facts){.source = run->source,
		.meter = run->meter,
		.identity = run->identity,
		.exporter = run->exporter,
		.home = run->options.metering.home};
	return true;
}

static void run_close(struct run *run)
{
	meter_free(run->meter);
	applications_free(run->applications);
	identity_free(run->identity);
	g_clear_handle_id(&run->interrupt, g_source_remove);
	exporter_free(run->exporter);
	summary_free(run->summary);
	source_free(run->source);
	meter_options_clear(&run->options);
}

/* Read to the end, a fault, or a signal. */
static enum source_result run_read(struct run *run)
{
	enum source_result result = SOURCE_MORE;
	struct source_counters counters;

	progress_start(&run->progress, g_get_monotonic_time());
	while (result == SOURCE_MORE && !interrupt_came()) {
		result = source_dispatch(run->source, meter_packets, run->meter);
		exporter_clock(run->exporter, meter_clock(run->meter));
		if (run->progress.shown) {
			run->source->ops->counters(run->source, &counters);
			progress_update(&run->progress, &counters, g_get_monotonic_time());
		}
	}
	progress_end(&run->progress);
	return result;
}

/* True if records leave through standard output, so that nothing else may. */
static bool stdout_taken(char **destinations)
{
	for (; destinations != NULL && *destinations != NULL; destinations++) {
		if (exporting_options_standard_output(*destinations)) {
			return true;
		}
	}
	return false;
}

static void run_report(struct run *run)
{
	FILE *out = stdout_taken(run->options.exporting.destinations) ? stderr : stdout;
	struct stats stats = {.source = run->source,
		.meter = run->meter,
		.identity = run->identity,
		.applications = run->applications,
		.exporter = run->exporter};

	if (run->summary != NULL) {
		summary_print(run->summary, run->identity, out);
	}
	if (run->options.stats == METER_STATS_JSON) {
		stats_print_json(&stats, out);
	}
}

static int run_finish(struct run *run, enum source_result result)
{
	g_autoptr(GError) error = NULL;
	int status = 0;

	if (interrupt_came()) {
		exporter_hurry(run->exporter);
	}
	meter_finish(run->meter, RECORD_END_FORCED);
	exporter_clock(run->exporter, meter_clock(run->meter));
	meter_facts_tell(&run->facts, true);
	if (!exporter_close(run->exporter, (int)run->options.exporting.drain_ms, &error)) {
		fprintf(stderr, "weir meter: %s\n", error->message);
		status = 1;
	}
	if (result == SOURCE_FAULT) {
		fprintf(stderr, "weir meter: warning: %s: %s; all before it was metered\n",
			run->source->name, run->source->fault);
		status = run->options.strict ? 1 : status;
	}
	run_report(run);
	if (fflush(stdout) != 0) {
		fprintf(stderr, "weir meter: cannot write standard output\n");
		status = 1;
	}
	return status;
}

int meter_command(int argc, char **argv)
{
	struct run run = {0};
	g_autoptr(GError) error = NULL;
	int status = EXIT_USAGE;

	interrupt_begin();
	log_open("weir meter", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
	if (!meter_options_parse(&run.options, argc, argv, &error)) {
		fprintf(stderr, "weir meter: %s\n", error->message);
	} else if (run.options.help) {
		meter_options_help(stdout);
		status = 0;
	} else if (!run_open(&run, &error)) {
		fprintf(stderr, "weir meter: %s\n", error->message);
	} else {
		/* Only now: what hinders the start has one line, the one above. */
		log_open("weir meter", LOG_TARGET_STDERR, LOG_LEVEL_WARNING);
		status = run_finish(&run, run_read(&run));
	}
	run_close(&run);
	return status;
}
