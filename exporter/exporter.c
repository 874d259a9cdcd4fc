#include "exporter/exporter_state.h"

#include <string.h>

#include "base/error.h"
#include "exporter/encoder.h"

enum {
	TURN_US = 100000,
	TURN_EVENTS = 16,
	US_PER_MS = 1000,
};

static int64_t clock_wall_us(void *context)
{
	return g_get_real_time();
}

static int64_t clock_monotonic_us(void *context)
{
	return g_get_monotonic_time();
}

static const struct export_clock system_clock = {
	.wall_us = clock_wall_us,
	.monotonic_us = clock_monotonic_us,
};

bool exporter_check_profile(const char *profile, GError **error)
{
	bool names;

	if (profile != NULL && !encoder_profile(profile, &names)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "there is no export profile '%s'",
			profile);
		return false;
	}
	return true;
}

struct exporter *exporter_new(const struct export_config *config, GError **error)
{
	struct exporter *exporter;

	if (!exporter_check_profile(config->default_profile, error)) {
		return NULL;
	}
	exporter = g_new0(struct exporter, 1);
	exporter->config = *config;
	if (exporter->config.clock == NULL) {
		exporter->config.clock = &system_clock;
	}
	exporter->profile = g_strdup(config->default_profile);
	exporter->config.default_profile = exporter->profile;
	exporter->reports = g_strdup(config->default_reports);
	exporter->config.default_reports = exporter->reports;
	exporter->facts = report_facts_new();
	exporter->leaving = exporter_leavers();
	exporter->destinations = g_ptr_array_new_with_free_func((GDestroyNotify)destination_free);
	exporter->watch = exporter_watch_new(exporter);
	return exporter;
}

void exporter_free(struct exporter *exporter)
{
	if (exporter != NULL) {
		g_source_destroy(exporter->watch);
		g_source_unref(exporter->watch);
		exporter_leave_now(exporter, true);
		g_array_unref(exporter->leaving);
		g_ptr_array_unref(exporter->destinations);
		report_facts_free(exporter->facts);
		g_free(exporter->profile);
		g_free(exporter->share);
		g_free(exporter->reports);
		g_free(exporter);
	}
}

struct destination *exporter_open(
	struct exporter *exporter, const char *uri, bool alone, GError **error)
{
	struct destination *destination =
		destination_new(uri, &exporter->config, exporter->facts, error);

	if (destination == NULL) {
		return NULL;
	}
	/* Who meters a file wants to know at once that nobody takes the result. */
	while (exporter->config.lossless && !exporter->hurried &&
		destination_is_opening(destination)) {
		g_main_context_iteration(exporter->config.context, TRUE);
	}
	if (exporter->hurried && destination_is_opening(destination)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO,
			"destination '%s': interrupted before it answered", uri);
		destination_free(destination);
		return NULL;
	}
	if (destination_is_dead(destination) && (alone || destination_is_local(destination))) {
		destination_explain(destination, error);
		destination_free(destination);
		return NULL;
	}
	return destination;
}

bool exporter_add(struct exporter *exporter, const char *uri, GError **error)
{
	struct destination *destination;

	if (exporter->destinations->len == EXPORTER_DESTINATIONS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"destination '%s': there are %d already, which is the most", uri,
			EXPORTER_DESTINATIONS_MAX);
		return false;
	}
	/* Two writers of one file would overwrite each other, a collector would count twice. */
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		if (strcmp(exporter_destination_name(exporter, i), uri) == 0) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"destination '%s' is given twice", uri);
			return false;
		}
	}
	destination = exporter_open(exporter, uri, true, error);
	if (destination == NULL) {
		return false;
	}
	g_ptr_array_add(exporter->destinations, destination);
	exporter_mode_begin(exporter);
	return true;
}

bool exporter_caches(struct exporter *exporter, const struct stream_cache *caches, unsigned count,
	GError **error)
{
	bool good = true;

	report_facts_caches(exporter->facts, caches, count);
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		struct destination *d = exporter_destination(exporter, i);

		good = destination_caches(d, caches, count, good ? error : NULL) && good;
	}
	return good;
}

bool exporter_takes_cache(const struct exporter *exporter, uint8_t id)
{
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		if (destination_takes(exporter_destination(exporter, i), id)) {
			return true;
		}
	}
	return false;
}

bool exporter_wants_names(const struct exporter *exporter)
{
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		if (destination_wants_names(exporter_destination(exporter, i))) {
			return true;
		}
	}
	return false;
}

static int64_t batch_newest_us(const struct record_batch *batch)
{
	int64_t newest = INT64_MIN;

	for (uint32_t i = 0; i < batch->count; i++) {
		newest = MAX(newest, batch->records[i].end_us);
		newest = MAX(newest, batch->records[i].rev_end_us);
	}
	return newest;
}

/*
 * Whoever reads a file as fast as it goes does not run the main loop, but timers and sockets want
 * their turn, too: collectors go away, and input from a pipe may be slow.
 */
static void exporter_turn(struct exporter *exporter)
{
	int64_t now_us = exporter_now(exporter);

	if (now_us - exporter->turn_us < TURN_US) {
		return;
	}
	exporter->turn_us = now_us;
	for (int i = 0;
		i < TURN_EVENTS && g_main_context_iteration(exporter->config.context, FALSE); i++) {
	}
}

static bool exporter_is_full(const struct exporter *exporter)
{
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		const struct destination *d = exporter_destination(exporter, i);

		if (destination_is_full(d) && exporter_mode_waits_for(exporter, d)) {
			return true;
		}
	}
	return false;
}

void exporter_records(void *exporter, const struct record_batch *batch)
{
	struct exporter *e = exporter;
	int64_t newest_us = batch_newest_us(batch);

	for (unsigned i = 0; i < e->destinations->len; i++) {
		destination_expect(exporter_destination(e, i), e->mark);
	}
	if (e->mode != EXPORT_PARALLEL) {
		exporter_mode_records(e, batch, newest_us);
	} else {
		for (unsigned i = 0; i < e->destinations->len; i++) {
			destination_records(exporter_destination(e, i), batch, newest_us);
		}
	}
	for (unsigned i = 0; i < e->destinations->len; i++) {
		destination_mark(exporter_destination(e, i));
	}
	if (e->config.lossless) {
		exporter_turn(e);
	}
	/* Destinations may come and go meanwhile. */
	while (exporter_is_full(e)) {
		g_main_context_iteration(e->config.context, TRUE);
	}
}

void exporter_mark(struct exporter *exporter, struct export_mark mark)
{
	exporter->mark = mark;
}

bool exporter_keeps(const struct exporter *exporter)
{
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		if (destination_keeps(exporter_destination(exporter, i))) {
			return true;
		}
	}
	return false;
}

uint64_t exporter_safe(const struct exporter *exporter, uint64_t instance)
{
	uint64_t safe = UINT64_MAX;

	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		const struct destination *destination = exporter_destination(exporter, i);
		struct export_mark mark = destination_safe(destination);

		if (destination_keeps(destination)) {
			safe = MIN(safe, mark.instance == instance ? mark.number : 0);
		}
	}
	return safe == UINT64_MAX ? 0 : safe;
}

uint64_t exporter_instance(const struct exporter *exporter)
{
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		const struct destination *destination = exporter_destination(exporter, i);

		if (destination_keeps(destination)) {
			return destination_had(destination).instance;
		}
	}
	return 0;
}

void exporter_clock(struct exporter *exporter, int64_t now_us)
{
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		destination_clock(exporter_destination(exporter, i), now_us);
	}
}

void exporter_begin(struct exporter *exporter)
{
	report_facts_begin(exporter->facts);
}

void exporter_metering(struct exporter *exporter, const struct stream_counters *counters)
{
	report_facts_metering(exporter->facts, counters);
}

void exporter_device(struct exporter *exporter, const struct stream_device *device)
{
	report_facts_device(exporter->facts, device);
}

void exporter_interface(struct exporter *exporter, const struct stream_interface *interface)
{
	report_facts_interface(exporter->facts, interface);
}

void exporter_selection(struct exporter *exporter, const struct stream_selection *selection)
{
	report_facts_selection(exporter->facts, selection);
}

void exporter_reload(struct exporter *exporter)
{
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		destination_reload(exporter_destination(exporter, i));
	}
}

static bool exporter_finished(struct exporter *exporter)
{
	bool finished = exporter_all_left(exporter);

	exporter_mode_update(exporter);
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		finished = destination_finished(exporter_destination(exporter, i)) && finished;
	}
	return finished;
}

/* True if something left since this was last asked, or only waits for its rate. */
static bool exporter_goes_on(struct exporter *exporter)
{
	uint64_t before = exporter->progress;
	bool paced = false;

	exporter->progress = 0;
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		struct destination *d = exporter_destination(exporter, i);

		exporter->progress += destination_progress(d);
		paced = paced || destination_is_paced(d);
	}
	return paced || exporter->progress != before;
}

static gboolean exporter_timeout(gpointer data)
{
	struct exporter *exporter = data;

	if (exporter->config.lossless && !exporter->hurried && exporter_goes_on(exporter)) {
		return G_SOURCE_CONTINUE;
	}
	exporter->late = true;
	return G_SOURCE_REMOVE;
}

void exporter_hurry(struct exporter *exporter)
{
	if (exporter->hurried) {
		return;
	}
	exporter->hurried = true;
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		destination_hurry(exporter_destination(exporter, i));
	}
	if (exporter->timeout != NULL) {
		g_source_set_ready_time(exporter->timeout,
			g_get_monotonic_time() + (gint64)exporter->timeout_ms * US_PER_MS);
	}
}

bool exporter_close(struct exporter *exporter, int timeout_ms, GError **error)
{
	bool good = true;

	exporter->timeout_ms = MAX(timeout_ms, 0);
	exporter->late = false;
	exporter->timeout = g_timeout_source_new((guint)exporter->timeout_ms);
	g_source_set_callback(exporter->timeout, exporter_timeout, exporter, NULL);
	g_source_attach(exporter->timeout, exporter->config.context);
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		destination_finish(exporter_destination(exporter, i));
	}
	while (!exporter_finished(exporter) && !exporter->late) {
		g_main_context_iteration(exporter->config.context, TRUE);
	}
	g_source_destroy(exporter->timeout);
	g_clear_pointer(&exporter->timeout, g_source_unref);
	exporter_leave_now(exporter, false);
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		/* Only the first is told; the others are in the counters. */
		GError **ret_error = good ? error : NULL;

		good = destination_end(exporter_destination(exporter, i), ret_error) && good;
	}
	return good;
}

unsigned exporter_destinations(const struct exporter *exporter)
{
	return exporter->destinations->len;
}

const char *exporter_destination_name(const struct exporter *exporter, unsigned index)
{
	return destination_name(exporter_destination(exporter, index));
}

void exporter_state(const struct exporter *exporter, unsigned index, struct export_state *ret_state)
{
	destination_state(exporter_destination(exporter, index), ret_state);
}

void exporter_counters(
	const struct exporter *exporter, unsigned index, struct export_counters *ret_counters)
{
	destination_counters(exporter_destination(exporter, index), ret_counters);
}
