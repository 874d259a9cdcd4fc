#include "exporter/destination.h"

#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "exporter/destination_spool.h"
#include "exporter/json_record.h"

enum {
	US_PER_S = 1000000,
	US_PER_MS = 1000,
	FLUSH_S = 1,
	REFRESH_MESSAGES = 4000,
	STEP_BACK_S = 2, /* the clock was set, not just slewed */
	TEXT_OCTETS = 65536,
};

struct destination_timer {
	GSource base;
	struct destination *destination;
};

static int64_t earliest(int64_t a, int64_t b)
{
	return b != 0 && b < a ? b : a;
}

static int64_t destination_deadline(const struct destination *d)
{
	int64_t deadline = earliest(INT64_MAX, d->transport->deadline_us);

	if (d->session == SESSION_DEAD || d->shut) {
		return deadline;
	}
	deadline = earliest(deadline, d->retry_us);
	deadline = earliest(deadline, d->flush_us);
	if (d->session == SESSION_UP) {
		deadline = earliest(deadline, destination_reports_deadline(d));
		deadline = earliest(deadline, d->refresh_us);
		deadline = d->down ? earliest(deadline, d->probe_us) : deadline;
		if (d->templates_due && d->queue.head != NULL) {
			deadline = earliest(deadline, 1);
		}
		if (d->queue.head != NULL && !d->waiting && !d->held &&
			!destination_spool_is_full(d)) {
			deadline = earliest(deadline, MAX(1, pacer_deadline(&d->pacer)));
		}
		if (d->spool != NULL) {
			deadline = earliest(deadline, destination_spool_deadline(d));
		}
	}
	return deadline;
}

void destination_flush(struct destination *d)
{
	d->flush_us = 0;
	if (d->encoder != NULL) {
		encoder_flush(d->encoder);
		d->emitted = d->had;
	} else if (d->text->len > 0) {
		d->text_info.size = (uint32_t)d->text->len;
		destination_offer(d, &d->text_info, (uint8_t *)d->text->str);
		d->text_info = (struct message_info){0};
		g_string_truncate(d->text, 0);
	}
}

/* What must precede the next data. */
static void destination_prepare(struct destination *d)
{
	uint64_t refresh = (uint64_t)destination_option(d->uri.refresh_messages, REFRESH_MESSAGES);
	int64_t wall_s = d->clock->wall_us(d->clock->context) / US_PER_S;

	if (d->session != SESSION_UP || d->encoder == NULL) {
		return;
	}
	if (d->ops->datagram) {
		destination_fit(d);
		if ((refresh > 0 && d->messages >= refresh) ||
			(d->refresh_us != 0 && d->refresh_us <= destination_now(d))) {
			d->templates_due = true;
		}
	}
	/* A live clock that was set back: announce the templates anew under the new time, or all
	 * export times would stand still until it caught up. */
	if (!d->config->lossless && !(d->ops->local && d->config->file_clock) && !d->partial &&
		d->export_time_s > (uint64_t)MAX(0, wall_s + STEP_BACK_S)) {
		d->export_time_s = 0;
		d->templates_due = true;
	}
	if (d->templates_due) {
		destination_templates(d);
	}
}

static void destination_tick(struct destination *d)
{
	int64_t now_us = destination_now(d);

	if (d->transport->deadline_us != 0 && d->transport->deadline_us <= now_us) {
		d->ops->tick(d->transport, now_us);
	}
	if (d->session == SESSION_DEAD || d->shut) {
		return;
	}
	if (d->retry_us != 0 && d->retry_us <= now_us) {
		destination_open(d);
	}
	destination_probe(d, now_us);
	destination_prepare(d);
	if (!d->config->lossless) {
		destination_reports(d);
	}
	if (d->flush_us != 0 && d->flush_us <= now_us) {
		destination_flush(d);
	}
	if (d->spool != NULL) {
		destination_spool_tick(d);
	}
	destination_pump(d);
	if (d->session == SESSION_UP) {
		destination_settle(d);
	}
}

static gboolean destination_timer_prepare(GSource *source, gint *timeout_ms)
{
	const struct destination *d = ((struct destination_timer *)source)->destination;
	int64_t deadline = destination_deadline(d);
	int64_t left_us;

	*timeout_ms = -1;
	if (deadline == INT64_MAX) {
		return FALSE;
	}
	left_us = deadline - destination_now(d);
	*timeout_ms = (gint)CLAMP((left_us + US_PER_MS - 1) / US_PER_MS, 0, INT_MAX);
	return left_us <= 0;
}

static gboolean destination_timer_check(GSource *source)
{
	gint ignored;

	return destination_timer_prepare(source, &ignored);
}

static gboolean destination_timer_dispatch(
	GSource *source, GSourceFunc callback, gpointer user_data)
{
	destination_tick(((struct destination_timer *)source)->destination);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs destination_timer_funcs = {
	.prepare = destination_timer_prepare,
	.check = destination_timer_check,
	.dispatch = destination_timer_dispatch,
};

static const char *destination_profile(const struct uri *uri, const struct export_config *config)
{
	const char *profile = uri->profile != NULL ? uri->profile : config->default_profile;

	return profile != NULL ? profile : "biflow";
}

static const char *destination_reports_text(
	const struct uri *uri, const struct export_config *config)
{
	return uri->reports != NULL ? uri->reports : config->default_reports;
}

static uint32_t destination_domain(const struct uri *uri, const struct export_config *config)
{
	return (uint32_t)destination_option(uri->domain, config->observation_domain);
}

static bool destination_new_encoder(struct destination *d, GError **error)
{
	struct encoder_config config = {.profile = d->profile,
		.observation_domain = d->domain,
		.message_octets_max =
			(uint32_t)destination_option(d->uri.message_octets, d->ops->message_octets),
		.payload = uri_takes_payload(&d->uri),
		.reports = d->plan.kinds};

	d->message_octets = config.message_octets_max;
	d->encoder = encoder_new(&config, destination_message, d, error);
	if (d->encoder == NULL) {
		g_prefix_error(error, "destination '%s': ", d->name);
	}
	return d->encoder != NULL;
}

static void destination_new_transport(struct destination *d)
{
	GMainContext *context = d->config->context;
	struct transport_config config = {.uri = &d->uri,
		.context = context == NULL ? g_main_context_default() : context,
		.clock = d->clock,
		.events = &destination_events,
		.owner = d};
	int64_t rate = destination_option(
		d->uri.rate, d->config->lossless ? (int64_t)d->ops->rate_lossless : 0);

	pacer_init(&d->pacer, (uint64_t)rate, d->message_octets);
	d->transport = d->ops->create(&config);
	d->transport->ops = d->ops;
	d->timer = g_source_new(&destination_timer_funcs, sizeof(struct destination_timer));
	((struct destination_timer *)d->timer)->destination = d;
	g_source_attach(d->timer, config.context);
}

struct destination *destination_new(const char *uri, const struct export_config *config,
	const struct report_facts *facts, GError **error)
{
	struct destination *d = g_new0(struct destination, 1);
	bool good;

	d->name = g_strdup(uri);
	d->config = config;
	d->clock = config->clock;
	d->patient = config->lossless;
	d->batch_newest_us = INT64_MIN;
	d->newest_us = INT64_MIN;
	good = uri_parse(uri, &d->uri, error);
	if (good) {
		d->cache.id = d->uri.cache != NULL ? UINT8_MAX : 0;
		d->ops = transport_find(d->uri.scheme);
		d->profile = g_strdup(destination_profile(&d->uri, config));
		d->domain = destination_domain(&d->uri, config);
		d->trail = d->ops->datagram ? g_new0(struct trail, 1) : NULL;
		d->reports = g_strdup(destination_reports_text(&d->uri, config));
		good = destination_private(d, error) && destination_plan(d, error);
	}
	if (good) {
		if (d->ops->text) {
			d->text = g_string_sized_new(2 * TEXT_OCTETS);
		} else {
			good = destination_new_encoder(d, error);
		}
	}
	if (good && facts->cache_count > 0) {
		good = destination_caches(d, facts->caches, facts->cache_count, error);
	}
	if (good && d->uri.spool != NULL) {
		good = destination_spool_open(d, error);
	}
	if (good) {
		destination_new_transport(d);
		destination_open(d);
		d->facts = facts; /* what is known already goes with the first reports */
	}
	if (!good) {
		destination_free(d);
		return NULL;
	}
	return d;
}

void destination_free(struct destination *destination)
{
	struct destination *d = destination;

	if (d == NULL) {
		return;
	}
	if (d->timer != NULL) {
		g_source_destroy(d->timer);
		g_source_unref(d->timer);
	}
	if (d->transport != NULL) {
		d->ops->destroy(d->transport);
	}
	encoder_free(d->encoder);
	if (d->text != NULL) {
		g_string_free(d->text, TRUE);
	}
	queue_clear(&d->queue);
	queue_clear(&d->front);
	queue_clear(&d->sent);
	queue_clear(&d->retained);
	spool_free(d->spool);
	privacy_free(d->privacy);
	g_free(d->trail);
	g_free(d->reports);
	g_free(d->profile);
	uri_clear(&d->uri);
	g_clear_error(&d->first_error);
	g_free(d->last_error);
	g_free(d->name);
	g_free(d);
}

static void destination_text(struct destination *d, const struct record_batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		const struct flow_record *r = &batch->records[i];

		json_record(r, batch->text, &d->cache, d->text);
		g_string_append_c(d->text, '\n');
		d->text_info.data_records++;
		d->text_info.flow_records++;
		d->text_info.flow_packets += r->packets + r->rev_packets;
		d->text_info.flow_octets += r->octets + r->rev_octets;
	}
	if (d->text->len >= TEXT_OCTETS) {
		destination_flush(d);
	}
}

void destination_records(
	struct destination *destination, const struct record_batch *batch, int64_t newest_us)
{
	struct destination *d = destination;

	if (batch->count == 0 || destination_has(d, d->coming) ||
		!destination_takes(d, batch->records[0].cache_id)) {
		return;
	}
	d->counters.records += batch->count;
	if (d->privacy_of_records) {
		batch = privacy_records(d->privacy, batch);
	}
	d->newest_us = MAX(d->newest_us, newest_us);
	destination_prepare(d);
	destination_reports(d);
	if (d->encoder == NULL) {
		destination_text(d, batch);
	} else {
		d->batch_newest_us = newest_us;
		encoder_records(d->encoder, batch);
		d->batch_newest_us = INT64_MIN;
	}
	/* A file made from a file is the same however fast it was made. */
	if (d->flush_us == 0 && !(d->ops->local && d->config->file_clock)) {
		int64_t flush_s = destination_option(d->uri.flush_s, FLUSH_S);

		d->flush_us = destination_now(d) + flush_s * US_PER_S;
	}
	d->full = destination_is_full(d);
}

void destination_clock(struct destination *destination, int64_t now_us)
{
	destination->metering_us = now_us;
}

const char *destination_name(const struct destination *destination)
{
	return destination->name;
}

bool destination_wants_names(const struct destination *destination)
{
	bool names = true;

	return destination->ops->text || (encoder_profile(destination->profile, &names) && names) ||
	       (destination->plan.kinds &
		       (REPORT_BIT(REPORT_DEVICES) | REPORT_BIT(REPORT_ADDRESSES))) != 0;
}

bool destination_is_opening(const struct destination *destination)
{
	return destination->session == SESSION_OPENING;
}

void destination_hurry(struct destination *destination)
{
	destination->patient = false;
	destination->full = false;
}

uint64_t destination_progress(struct destination *destination)
{
	if (destination->session == SESSION_UP) {
		destination_settle(destination);
	}
	return destination->counters.sent_octets - destination->sent.octets;
}

bool destination_is_paced(const struct destination *destination)
{
	return destination->session == SESSION_UP && destination->queue.head != NULL &&
	       !destination->waiting && !destination->held;
}

bool destination_is_dead(const struct destination *destination)
{
	return destination->session == SESSION_DEAD;
}

bool destination_is_local(const struct destination *destination)
{
	return destination->ops->local;
}

bool destination_is_as(const struct destination *destination, const struct export_config *config)
{
	const struct destination *d = destination;

	return g_strcmp0(d->reports, destination_reports_text(&d->uri, config)) == 0 &&
	       (d->ops->text ||
		       (d->domain == destination_domain(&d->uri, config) &&
			       strcmp(d->profile, destination_profile(&d->uri, config)) == 0));
}

void destination_reload(struct destination *destination)
{
	struct destination *d = destination;

	if (d->ops->reload == NULL || d->session == SESSION_DEAD || d->finishing ||
		!d->ops->reload(d->transport)) {
		return;
	}
	log_notice(d->name, "certificates were renewed: a new session begins");
	if (d->session == SESSION_NONE) {
		d->retry_us = destination_now(d);
	}
}

void destination_finish(struct destination *destination)
{
	destination->told_records = destination->counters.not_sent_records;
	destination_prepare(destination);
	destination_flush(destination);
	destination->finishing = true;
	destination->held = false;
	destination_pump(destination);
}

bool destination_finished(struct destination *destination)
{
	struct destination *d = destination;

	if (d->session != SESSION_UP) {
		return d->session != SESSION_OPENING;
	}
	if (d->queue.head != NULL || (d->config->lossless && !destination_spool_is_empty(d))) {
		return false;
	}
	destination_last_reports(d);
	if (d->queue.head != NULL) {
		return false;
	}
	if (!d->shut) {
		d->shut = true;
		d->ops->shutdown(d->transport);
	}
	return d->session != SESSION_UP || d->ops->closed(d->transport);
}

bool destination_goes_on(const struct destination *destination)
{
	const struct destination *d = destination;

	if (d->session != SESSION_UP) {
		return d->session != SESSION_OPENING;
	}
	return d->queue.head == NULL && (!d->shut || d->ops->closed(d->transport));
}
