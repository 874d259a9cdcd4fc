#include <inttypes.h>

#include "base/error.h"
#include "base/log.h"
#include "exporter/destination_spool.h"

enum {
	US_PER_S = 1000000,
	RETRY_S = 60, /* no more often than once per minute (RFC 7011 10.4.4) */
	RETRY_MAX_S = 300,
	REFRESH_S = 600,      /* as in RFC 6728 */
	REFRESH_BASIC_S = 60, /* collectors that know no names forget templates soon, too */
};

static void destination_remember(struct destination *d, const char *reason)
{
	g_free(d->last_error);
	d->last_error = g_strdup(reason);
	d->last_error_us = d->clock->wall_us(d->clock->context);
}

void destination_state(const struct destination *destination, struct export_state *ret_state)
{
	static const char *const words[] = {[SESSION_NONE] = "waiting",
		[SESSION_OPENING] = "connecting",
		[SESSION_UP] = "up",
		[SESSION_DEAD] = "ended"};

	*ret_state = (struct export_state){.word = words[destination->session],
		.last_error = destination->last_error,
		.last_error_us = destination->last_error_us};
}

void destination_counters(
	const struct destination *destination, struct export_counters *ret_counters)
{
	*ret_counters = destination->counters;
	ret_counters->queued_octets = destination->queue.octets;
	if (destination->spool != NULL) {
		destination_spool_counters(destination, ret_counters);
	}
	if (destination->privacy != NULL) {
		ret_counters->withheld_records = privacy_withheld(destination->privacy);
	}
}

void destination_fault(struct destination *d, GError *error)
{
	if (error == NULL) {
		return;
	}
	destination_remember(d, error->message);
	if (d->first_error == NULL) {
		log_warning(d->name, "%s", error->message);
		d->first_error = error;
	} else {
		log_debug(d->name, "%s", error->message);
		g_error_free(error);
	}
}

int64_t destination_refresh_s(const struct destination *d)
{
	bool basic = g_str_equal(d->profile, "basic");

	return destination_option(d->uri.refresh_s, basic ? REFRESH_BASIC_S : REFRESH_S);
}

void destination_open(struct destination *d)
{
	d->retry_us = 0;
	d->session = SESSION_OPENING;
	d->ops->open(d->transport);
}

/* What the peer did not acknowledge goes before all that waits. */
static void destination_take_back(struct destination *d)
{
	destination_settle(d);
	for (const struct message *m = d->sent.head; m != NULL; m = m->next) {
		destination_unsend(d, &m->info, 1);
	}
	queue_prepend(&d->queue, &d->sent);
	d->partial = false;
	d->waiting = false;
}

/* What is left stays on the disk for another life. */
static void destination_bury(struct destination *d)
{
	struct export_counters counters;

	if (d->session == SESSION_UP) {
		destination_take_back(d);
	}
	destination_spool_keep(d);
	destination_spool_counters(d, &counters);
	if (counters.spooled_messages > 0) {
		log_notice(d->name, "%" PRIu64 " messages of %" PRIu64 " octets wait in the spool",
			counters.spooled_messages, counters.spooled_octets);
	}
}

void destination_die(struct destination *d)
{
	if (d->spool != NULL) {
		destination_bury(d);
	}
	d->ops->abort(d->transport);
	d->session = SESSION_DEAD;
	d->retry_us = 0;
	d->refresh_us = 0;
	d->templates_due = false;
	destination_lose_all(d);
}

/* Twice as long after each failure, and never at the same moment as others. */
static int64_t destination_retry_delay(const struct destination *d)
{
	int64_t least = destination_option(d->uri.retry_s, RETRY_S);
	int64_t most = MAX(least, RETRY_MAX_S);
	int64_t delay = least;

	for (unsigned i = 1; i < d->failures && delay < most; i++) {
		delay *= 2;
	}
	return (int64_t)((double)MIN(delay, most) * US_PER_S * g_random_double_range(1.0, 1.25));
}

/* What was acknowledged is not sent again, and may be lost all the same. */
static void destination_doubt(struct destination *d)
{
	if (d->transport->doubtful_octets > 0) {
		log_warning(d->name,
			"up to the last %" PRIu64
			" octets that the collector's system acknowledged may be lost",
			d->transport->doubtful_octets);
		d->transport->doubtful_octets = 0;
		d->doubtful = d->finishing;
	}
}

void destination_broken(struct destination *d)
{
	bool lost = d->session == SESSION_UP;
	GError *error = g_steal_pointer(&d->transport->error);
	const char *reason = error == NULL ? "no reason given" : error->message;
	int64_t delay_us;

	destination_remember(d, reason);
	if (lost) {
		destination_take_back(d);
	}
	if (d->spool != NULL) {
		destination_spool_keep(d);
	}
	d->ops->abort(d->transport);
	d->session = SESSION_NONE;
	d->former = false;
	d->refresh_us = 0;
	d->templates_due = false;
	d->failures = lost ? 1 : d->failures + 1;
	/* A file is there or it is not. A run from a file does not wait for a collector that is
	 * not there, but does for one that was, once. */
	d->fell = true;
	if (d->ops->local || d->finishing || (d->config->lossless && !lost && d->spool == NULL)) {
		destination_fault(d, error);
		destination_doubt(d);
		/* Another may still send what is left at the end. */
		if (d->ops->local || !d->finishing || !d->shared) {
			destination_die(d);
		}
		return;
	}
	delay_us = destination_retry_delay(d);
	log_warning(d->name, "%s; next attempt in %" PRId64 " s, %" PRIu64 " octets wait", reason,
		delay_us / US_PER_S, d->queue.octets);
	destination_doubt(d);
	d->retry_us = destination_now(d) + delay_us;
	g_clear_error(&error);
}

void destination_fit(struct destination *d)
{
	struct encoder_config config = {.profile = d->profile,
		.observation_domain = d->domain,
		.payload = uri_takes_payload(&d->uri),
		.reports = d->plan.kinds};
	int64_t wish = destination_option(d->uri.message_octets, d->ops->message_octets);
	uint32_t path = d->transport->message_octets;
	struct encoder *encoder;
	g_autoptr(GError) error = NULL;

	config.message_octets_max = (uint32_t)wish;
	if (path != 0) {
		config.message_octets_max = MIN(config.message_octets_max, path);
	}
	if (d->encoder == NULL || config.message_octets_max == d->message_octets) {
		return;
	}
	d->message_octets = config.message_octets_max;
	encoder = encoder_new(&config, destination_message, d, &error);
	if (encoder == NULL) {
		log_error(d->name, "the path carries messages of %u octets: %s", path,
			error->message);
		return;
	}
	log_info(d->name, "messages have at most %u octets", d->message_octets);
	encoder_flush(d->encoder);
	encoder_free(d->encoder);
	d->encoder = encoder;
	d->templates_due = true;
}

void destination_templates(struct destination *d)
{
	int64_t refresh_s = destination_refresh_s(d);
	struct message *message;

	if (d->former) {
		d->templates_due = false; /* it has had its own */
		return;
	}
	/* What is collected belongs behind the templates, if those have never been sent. */
	encoder_flush(d->encoder);
	while (!d->partial && (message = queue_take_templates(&d->queue)) != NULL) {
		g_free(message);
	}
	d->collecting = true;
	encoder_templates(d->encoder);
	destination_tables(d);
	d->collecting = false;
	/* They are of the time of the data that they announce, which may not be now. */
	for (message = d->front.head; message != NULL && d->queue.head != NULL;
		message = message->next) {
		message->info.newest_us =
			MAX(message->info.newest_us, d->queue.head->info.newest_us);
	}
	queue_prepend(&d->queue, &d->front);
	d->templates_due = false;
	d->messages = 0;
	if (d->ops->datagram && refresh_s > 0) {
		d->refresh_us = destination_now(d) + refresh_s * US_PER_S;
	}
}

void destination_explain(struct destination *destination, GError **error)
{
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "destination '%s': %s", destination->name,
		destination->first_error != NULL ? destination->first_error->message
						 : "no reason given");
}

bool destination_end(struct destination *destination, GError **error)
{
	struct destination *d = destination;
	bool whole = d->config->lossless || d->ops->local;
	uint64_t before = whole ? 0 : d->told_records;
	struct trail_loss loss;

	if (d->session == SESSION_UP) {
		destination_settle(d);
	}
	if (d->session == SESSION_UP && d->trail != NULL) {
		trail_end(d->trail, destination_now(d), &loss);
		destination_refuse(d, &loss);
	}
	if (d->session != SESSION_DEAD) {
		destination_die(d);
	}
	if (d->counters.not_sent_records > before) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO,
			"destination '%s': %" G_GUINT64_FORMAT " records not delivered: %s",
			d->name, d->counters.not_sent_records - before,
			d->first_error != NULL ? d->first_error->message : "out of time");
		return false;
	}
	if ((d->ops->local || d->doubtful) && d->first_error != NULL) {
		destination_explain(d, error);
		return false;
	}
	return true;
}

static void destination_event_established(void *owner)
{
	struct destination *d = owner;

	/* One session that gives way to another is no absence. */
	if (d->session != SESSION_UP || d->down) {
		d->up_us = destination_now(d);
	}
	d->session = SESSION_UP;
	d->down = false;
	d->failures = 0;
	d->sequence = 0;
	d->export_time_s = 0;
	d->waiting = false;
	d->partial = false;
	d->alarmed = false;
	d->templates_time_s = 0;
	if (d->trail != NULL) {
		*d->trail = (struct trail){.begun_us = destination_now(d)};
	}
	d->counters.connects++;
	if (!d->ops->local) {
		log_info(d->name, "connected");
	}
	if (d->encoder == NULL || (d->spool != NULL && destination_spool_begin(d))) {
		destination_pump(d);
		return;
	}
	d->templates_due = true;
	destination_fit(d);
	/* A file that follows the records' time does not know the time yet. */
	if (!d->ops->local || !d->config->file_clock) {
		destination_templates(d);
		destination_pump(d);
	}
}

static void destination_event_broken(void *owner)
{
	destination_broken(owner);
}

static void destination_event_writable(void *owner)
{
	struct destination *d = owner;

	d->waiting = false;
	if (d->templates_due && d->encoder != NULL) {
		destination_templates(d);
	}
	destination_pump(d);
}

void destination_refuse(struct destination *d, const struct trail_loss *loss)
{
	destination_unsend(d, &loss->info, loss->count);
	destination_lose(d, &loss->info);
	d->sequence -= loss->info.data_records;
}

/* Datagrams met a closed port, or a link too narrow. */
static void destination_event_refused(void *owner, const struct transport_refusal *refusal)
{
	struct destination *d = owner;
	struct trail_loss loss;

	d->counters.send_errors++;
	trail_refuse(d->trail, refusal, destination_now(d), &loss);
	destination_refuse(d, &loss);
	destination_fault(d, g_steal_pointer(&d->transport->error));
	destination_alarm(d);
	if (!refusal->alone) {
		destination_fall(d);
	}
}

const struct transport_events destination_events = {
	.established = destination_event_established,
	.broken = destination_event_broken,
	.writable = destination_event_writable,
	.refused = destination_event_refused,
};
