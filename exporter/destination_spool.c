#include "exporter/destination_spool.h"

#include <inttypes.h>

#include "base/log.h"

/*
 * A destination with a spool keeps on the disk what it cannot send: while there is no session, when
 * a session breaks, when more waits than its queue may hold, and at its end. A session sends what
 * comes live before what waits, which follows as fast as the line and its own rate allow.
 *
 * With few messages under way at once (one, unless the user wants more) little is in doubt when a
 * session breaks: what the collector's system had acknowledged is not sent again, unless it broke
 * the session with a reset. That means that it may have thrown away what it had, so the last
 * messages are kept in memory for that case and sent again.
 */

enum {
	US_PER_S = 1000000,
	SPOOL_OCTETS = 64 * 1024 * 1024,
	QUEUE_SPILL_OCTETS = 256 * 1024, /* in memory for a collector that is slow */
	RETAIN_OCTETS = 1024 * 1024,     /* acknowledged, for the case of a reset */
	POLL_FIRST_US = 1000,
	POLL_MAX_US = 64000,
	SWITCH_S = 60, /* no session after another sooner (RFC 7011 10.4.4) */
};

static void destination_spool_lost(void *destination, const struct message_info *info)
{
	destination_lose(destination, info);
}

static enum spool_sync destination_spool_sync(const struct uri *uri)
{
	if (uri->spool_sync == NULL || g_str_equal(uri->spool_sync, "file")) {
		return SPOOL_SYNC_FILE;
	}
	return g_str_equal(uri->spool_sync, "message") ? SPOOL_SYNC_MESSAGE : SPOOL_SYNC_NEVER;
}

bool destination_spool_open(struct destination *d, GError **error)
{
	struct spool_config config = {.directory = d->uri.spool,
		.octets_max = (uint64_t)destination_option(d->uri.spool_octets, SPOOL_OCTETS),
		.sync = destination_spool_sync(&d->uri),
		.lost = destination_spool_lost,
		.context = d};
	struct spool_counters counters;

	d->spool = spool_open(&config, error);
	if (d->spool == NULL) {
		g_prefix_error(error, "destination '%s': ", d->name);
		return false;
	}
	d->window = (uint32_t)destination_option(d->uri.window, 1);
	pacer_init(
		&d->replay, (uint64_t)destination_option(d->uri.replay_rate, 0), d->message_octets);
	d->had = spool_mark(d->spool);
	d->emitted = d->had;
	spool_counters(d->spool, &counters);
	if (counters.messages > 0) {
		log_notice(d->name, "%" PRIu64 " messages of %" PRIu64 " octets wait in the spool",
			counters.messages, counters.octets);
	}
	d->collecting = true;
	encoder_templates(d->encoder);
	d->collecting = false;
	spool_templates(d->spool, &d->front);
	queue_clear(&d->front);
	return true;
}

/* The oldest message from the metering process that is neither delivered nor on the disk. */
static const struct message *destination_oldest(const struct destination *d)
{
	const struct message *queues[] = {d->sent.head, d->queue.head};

	for (size_t i = 0; i < G_N_ELEMENTS(queues); i++) {
		for (const struct message *m = queues[i]; m != NULL; m = m->next) {
			if (!m->info.spooled && !m->info.templates) {
				return m;
			}
		}
	}
	return NULL;
}

struct export_mark destination_safe(const struct destination *d)
{
	const struct message *oldest = destination_oldest(d);

	return oldest != NULL ? oldest->info.before : d->emitted;
}

bool destination_keeps(const struct destination *destination)
{
	return destination->spool != NULL;
}

void destination_expect(struct destination *destination, struct export_mark mark)
{
	destination->coming = mark;
}

void destination_mark(struct destination *destination)
{
	if (destination->coming.instance != 0 &&
		!destination_has(destination, destination->coming)) {
		destination->had = destination->coming;
	}
}

struct export_mark destination_had(const struct destination *destination)
{
	return destination->had;
}

bool destination_has(const struct destination *d, struct export_mark mark)
{
	return mark.instance != 0 && mark.instance == d->had.instance &&
	       mark.number <= d->had.number;
}

/*
 * Put a message on the disk; @mark: up to where all is safe then. False: it cannot be, which is told
 * once.
 */
static bool destination_spool_put(
	struct destination *d, struct message *message, struct export_mark mark)
{
	struct export_mark known = spool_mark(d->spool);
	g_autoptr(GError) error = NULL;

	if (mark.instance == 0 || (mark.instance == known.instance && mark.number < known.number)) {
		mark = known;
	}
	if (spool_append(d->spool, message, mark, d->clock->wall_us(d->clock->context), &error)) {
		if (d->spool_failing) {
			log_notice(d->name, "the spool works again");
		}
		d->spool_failing = false;
		return true;
	}
	if (!d->spool_failing) {
		log_warning(d->name, "%s", error->message);
	}
	d->spool_failing = true;
	return false;
}

/* What waits in a queue goes to the disk, what cannot stays; templates and reports, which tell how
 * things are, are made anew. */
static void destination_spool_store(struct destination *d)
{
	struct queue rest = {0};
	struct message *message;

	while ((message = queue_pop(&d->queue)) != NULL) {
		bool settled = message->info.spooled || message->info.flow_records == 0;
		struct export_mark mark =
			rest.head == NULL ? message->info.mark : rest.head->info.before;

		if (settled || destination_spool_put(d, message, mark)) {
			g_free(message);
		} else {
			queue_push_tail(&rest, message);
		}
	}
	d->queue = rest;
}

/* After a reset: the last messages that were acknowledged may not have been read. */
static void destination_spool_doubt(struct destination *d)
{
	uint64_t doubtful_octets = d->transport->doubtful_octets;

	while (d->retained.head != NULL &&
		d->retained.octets - d->retained.head->info.size >= doubtful_octets) {
		g_free(queue_pop(&d->retained));
	}
	if (d->retained.count > 0) {
		log_notice(d->name, "the last %u messages are sent again", d->retained.count);
		d->transport->doubtful_octets = 0;
	}
	for (struct message *m = d->retained.head; m != NULL; m = m->next) {
		destination_unsend(d, &m->info, 1);
		m->info.spooled = false;
		m->info.mark = (struct export_mark){0};
		m->info.before = (struct export_mark){0};
	}
	queue_prepend(&d->queue, &d->retained);
}

void destination_spool_keep(struct destination *d)
{
	destination_spool_doubt(d);
	destination_spool_store(d);
	spool_rewind(d->spool);
	d->poll_us = 0;
}

bool destination_spool_takes(
	struct destination *d, const struct message_info *info, const uint8_t *octets)
{
	uint64_t bound = (uint64_t)destination_option(d->uri.queue_octets, QUEUE_SPILL_OCTETS);
	bool away = d->session != SESSION_UP || d->former;
	g_autofree struct message *message = NULL;

	if (info->flow_records == 0) {
		return away && !info->templates;
	}
	if (info->templates || (!away && (d->patient || d->queue.octets + info->size <= bound))) {
		return false;
	}
	message = message_new(info, octets);
	return destination_spool_put(
		d, message, destination_oldest(d) != NULL ? destination_safe(d) : info->mark);
}

/* The next message on the disk needs other templates than the session has. */
static bool destination_spool_differs(const struct destination *d)
{
	return spool_waits(d->spool) && spool_layout(d->spool) != d->session_layout;
}

void destination_spool_feed(struct destination *d)
{
	struct message *message;

	if (d->queue.head != NULL || d->session != SESSION_UP || !spool_waits(d->spool) ||
		destination_spool_differs(d) || !pacer_ready(&d->replay, destination_now(d))) {
		return;
	}
	message = spool_next(d->spool);
	if (message != NULL) {
		message->info.spooled = true;
		pacer_spend(&d->replay, message->info.size);
		queue_push_tail(&d->queue, message);
	}
}

bool destination_spool_is_full(const struct destination *d)
{
	return d->spool != NULL && d->sent.count >= d->window;
}

/* Nothing tells when an acknowledgement comes. */
void destination_spool_sent(struct destination *d)
{
	if (d->poll_us == 0) {
		d->poll_step_us = POLL_FIRST_US;
		d->poll_us = destination_now(d) + d->poll_step_us;
	}
}

void destination_spool_settled(struct destination *d, struct message *message)
{
	d->poll_step_us = POLL_FIRST_US;
	if (message->info.spooled) {
		spool_delivered(d->spool, 1);
	}
	if (message->info.templates) {
		g_free(message);
		return;
	}
	queue_push_tail(&d->retained, message);
	while (d->retained.octets > RETAIN_OCTETS && d->retained.count > 1) {
		g_free(queue_pop(&d->retained));
	}
}

bool destination_spool_begin(struct destination *d)
{
	g_autoptr(GError) error = NULL;
	uint64_t own = spool_layout_current(d->spool);

	queue_clear(&d->retained);
	spool_rewind(d->spool);
	d->poll_us = 0;
	d->former = spool_waits(d->spool) && spool_layout(d->spool) != own;
	d->session_layout = d->former ? spool_layout(d->spool) : own;
	if (!d->former) {
		return false;
	}
	if (!spool_layout_templates(d->spool, &d->front, &error)) {
		log_warning(d->name, "%s", error->message);
		queue_clear(&d->front);
	}
	log_notice(d->name, "what waits from before a change of templates is sent first");
	destination_spool_store(d);
	queue_prepend(&d->queue, &d->front);
	d->templates_due = false;
	return true;
}

/* All that the session's templates serve is delivered: the rest needs another session. */
static bool destination_spool_is_done(const struct destination *d)
{
	return d->session == SESSION_UP && d->queue.head == NULL && d->sent.head == NULL &&
	       (destination_spool_differs(d) || (d->former && !spool_waits(d->spool)));
}

void destination_spool_tick(struct destination *d)
{
	int64_t now_us = destination_now(d);

	if (d->session == SESSION_UP && d->poll_us != 0 && d->poll_us <= now_us) {
		d->poll_step_us = MIN(2 * d->poll_step_us, POLL_MAX_US);
		destination_settle(d);
		d->poll_us = d->sent.head != NULL ? now_us + d->poll_step_us : 0;
	}
	if (destination_spool_is_done(d)) {
		d->ops->abort(d->transport);
		d->session = SESSION_NONE;
		d->former = false;
		d->retry_us = now_us + destination_option(d->uri.retry_s, SWITCH_S) * US_PER_S;
		log_info(d->name, "goes on with other templates in a new session");
	}
}

int64_t destination_spool_deadline(const struct destination *d)
{
	bool ready = d->queue.head == NULL && !d->waiting && !destination_spool_is_full(d) &&
		     spool_waits(d->spool) && !destination_spool_differs(d);
	int64_t next_us = ready ? MAX(pacer_deadline(&d->pacer), pacer_deadline(&d->replay)) : 0;

	if (destination_spool_is_done(d)) {
		return 1;
	}
	if (!ready || (d->poll_us != 0 && d->poll_us < next_us)) {
		return d->poll_us;
	}
	return MAX(1, next_us);
}

bool destination_spool_is_empty(const struct destination *d)
{
	return d->spool == NULL || (!spool_waits(d->spool) && d->sent.head == NULL);
}

void destination_spool_counters(const struct destination *d, struct export_counters *ret_counters)
{
	struct spool_counters counters;

	spool_counters(d->spool, &counters);
	ret_counters->spooled_messages = counters.messages;
	ret_counters->spooled_octets = counters.octets;
	ret_counters->spooled_since_us = counters.oldest_us;
}
