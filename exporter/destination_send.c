#include <inttypes.h>

#include "base/log.h"
#include "exporter/destination_spool.h"

enum {
	US_PER_S = 1000000,
	QUEUE_OCTETS = 4 * 1024 * 1024,
	QUEUE_OCTETS_LOSSLESS = 256 * 1024, /* enough to keep a socket busy */
	SETTLE_OCTETS = 128 * 1024,
	ALARM_US = US_PER_S, /* templates for an error no more often than this */
};

static uint64_t seconds_down(int64_t us)
{
	return us <= 0 ? 0 : (uint64_t)us / US_PER_S;
}

static uint64_t seconds_up(int64_t us)
{
	return us <= 0 ? 0 : ((uint64_t)us + US_PER_S - 1) / US_PER_S;
}

/*
 * The time at which a message leaves (RFC 7011 3.1). Within a session it never goes back, since a
 * message must not seem older than the templates it needs (8.2). Input from a file may hold any
 * times at all: then no flow shall have ended after its message left. A file made from a file
 * belongs to the time of its records (RFC 5655 7.3.2).
 */
static uint64_t destination_export_time(
	const struct destination *d, const struct message_info *info)
{
	int64_t wall_us = d->clock->wall_us(d->clock->context);
	uint64_t newest_s = seconds_up(info->newest_us);
	uint64_t time_s = seconds_down(wall_us);

	if (d->ops->local && d->config->file_clock) {
		uint64_t metering_s = MAX(seconds_up(d->metering_us), newest_s);

		time_s = metering_s == 0 ? time_s : metering_s;
	} else if (d->config->lossless || newest_s == time_s + 1) {
		time_s = MAX(time_s, newest_s);
	}
	return MAX(d->export_time_s, time_s);
}

/*
 * A message that is to leave so long after the templates that a collector may have dropped them
 * (RFC 7011 8.4), be it that a clock was set or that a capture lies in the future: the timer of the
 * refresh knows nothing of such times.
 */
static bool destination_outlives_templates(
	const struct destination *d, const struct message_info *info)
{
	int64_t refresh_s = destination_refresh_s(d);

	return d->ops->datagram && !info->templates && d->templates_time_s != 0 && refresh_s > 0 &&
	       destination_export_time(d, info) > d->templates_time_s + (uint64_t)refresh_s;
}

void destination_lose(struct destination *d, const struct message_info *info)
{
	d->counters.not_sent_records += info->flow_records;
	d->counters.not_sent_packets += info->flow_packets;
	d->counters.not_sent_octets += info->flow_octets;
	if (info->flow_records > 0) {
		d->counters.not_sent_last_us = d->clock->wall_us(d->clock->context);
		if (d->counters.not_sent_first_us == 0) {
			d->counters.not_sent_first_us = d->counters.not_sent_last_us;
		}
	}
	/* The collector shall see that something is missing (RFC 7011 10.2.2). */
	d->sequence += info->data_records;
}

void destination_unsend(struct destination *d, const struct message_info *info, uint32_t count)
{
	d->counters.sent_records -= info->data_records;
	d->counters.sent_flow_records -= info->flow_records;
	d->counters.sent_messages -= count;
	d->counters.sent_octets -= info->size;
}

void destination_lose_all(struct destination *d)
{
	struct message *message;

	while ((message = queue_pop(&d->sent)) != NULL) {
		destination_unsend(d, &message->info, 1);
		destination_lose(d, &message->info);
		g_free(message);
	}
	while ((message = queue_pop(&d->queue)) != NULL) {
		destination_lose(d, &message->info);
		g_free(message);
	}
	d->partial = false;
}

void destination_alarm(struct destination *d)
{
	int64_t now_us = destination_now(d);

	d->alarmed = d->ops->datagram;
	if (d->ops->datagram && !d->shut &&
		(d->alarm_us == 0 || now_us - d->alarm_us >= ALARM_US)) {
		d->alarm_us = now_us;
		d->templates_due = true;
	}
}

static void destination_sent(
	struct destination *d, const struct message_info *info, const uint8_t *octets)
{
	d->sequence += info->data_records;
	d->counters.sent_records += info->data_records;
	d->counters.sent_flow_records += info->flow_records;
	d->counters.sent_messages++;
	d->counters.sent_octets += info->size;
	if (info->templates) {
		d->templates_time_s = d->export_time_s;
	}
	if (d->trail != NULL) {
		trail_add(d->trail, info, octets);
	}
	pacer_spend(&d->pacer, info->size);
}

/* A message left and the one before it was not refused: somebody listens, maybe only now. */
static void destination_calm(struct destination *d, const struct message_info *info)
{
	d->alarmed = false;
	d->templates_due = d->templates_due || !info->templates;
}

static enum transport_result destination_send(
	struct destination *d, const struct message_info *info, uint8_t *octets)
{
	enum transport_result result;
	bool alarmed = d->alarmed;
	uint64_t errors = d->counters.send_errors;

	if (!d->partial && !d->ops->text) {
		d->export_time_s = destination_export_time(d, info);
		encoder_stamp(octets, d->export_time_s, d->sequence);
	}
	result = d->ops->send(d->transport, octets, info->size);
	d->waiting = result == TRANSPORT_AGAIN || result == TRANSPORT_PARTIAL;
	d->partial = result == TRANSPORT_PARTIAL;
	switch (result) {
	case TRANSPORT_SENT:
		destination_sent(d, info, octets);
		if (alarmed && d->counters.send_errors == errors) {
			destination_calm(d, info);
		}
		break;
	case TRANSPORT_LOST:
		d->counters.send_errors++;
		destination_lose(d, info);
		destination_fault(d, g_steal_pointer(&d->transport->error));
		destination_alarm(d);
		if (d->ops->datagram) {
			destination_fall(d);
		}
		break;
	case TRANSPORT_BROKEN:
		d->counters.send_errors++;
		break;
	case TRANSPORT_AGAIN:
	case TRANSPORT_PARTIAL:
		break;
	}
	return result;
}

static bool destination_may_send(struct destination *d, const struct message_info *info)
{
	if (d->session != SESSION_UP || d->waiting || d->templates_due) {
		return false;
	}
	if (d->held && !info->templates) {
		return false;
	}
	if (destination_spool_is_full(d) && !d->partial) {
		destination_settle(d);
		if (destination_spool_is_full(d)) {
			return false;
		}
	}
	d->templates_due = destination_outlives_templates(d, info);
	return !d->templates_due && (d->partial || pacer_ready(&d->pacer, destination_now(d)));
}

/* There is something to send now. */
static bool destination_has_next(struct destination *d)
{
	if (d->spool != NULL) {
		destination_spool_feed(d);
	}
	return d->queue.head != NULL && destination_may_send(d, &d->queue.head->info);
}

void destination_pump(struct destination *d)
{
	while (destination_has_next(d)) {
		struct message *message = d->queue.head;
		enum transport_result result = destination_send(d, &message->info, message->octets);

		if (result == TRANSPORT_BROKEN) {
			destination_broken(d);
			return;
		}
		if (result == TRANSPORT_AGAIN || result == TRANSPORT_PARTIAL) {
			break;
		}
		(void)queue_pop(&d->queue);
		if (result == TRANSPORT_SENT && d->ops->unacknowledged != NULL) {
			queue_push_tail(&d->sent, message);
			if (d->spool != NULL) {
				destination_spool_sent(d);
			}
		} else {
			g_free(message);
		}
	}
	if (d->sent.octets >= d->settle_octets) {
		destination_settle(d);
	}
}

void destination_settle(struct destination *d)
{
	uint64_t open_octets = 0;

	if (d->sent.head == NULL || d->ops->unacknowledged == NULL) {
		return;
	}
	open_octets = d->ops->unacknowledged(d->transport);
	while (d->sent.head != NULL && d->sent.octets - d->sent.head->info.size >= open_octets) {
		struct message *message = queue_pop(&d->sent);

		if (d->spool != NULL) {
			destination_spool_settled(d, message);
		} else {
			g_free(message);
		}
	}
	d->settle_octets = d->sent.octets + SETTLE_OCTETS;
}

/* A live source does not wait: the oldest go, as nobody may ever ask for them again. */
static void destination_bound(struct destination *d)
{
	uint64_t bound = (uint64_t)destination_option(d->uri.queue_octets, QUEUE_OCTETS);
	uint32_t keep = d->partial ? 1 : 0;
	bool dropped = false;
	struct message *message;

	if (d->patient) {
		return;
	}
	while (d->queue.octets > bound && (message = queue_take_data(&d->queue, keep)) != NULL) {
		destination_lose(d, &message->info);
		g_free(message);
		dropped = true;
	}
	if (dropped && !d->dropping) {
		log_warning(d->name,
			"the queue is full at %" PRIu64 " octets: the oldest records are dropped",
			bound);
	}
	d->dropping = dropped;
}

void destination_offer(struct destination *d, const struct message_info *info, uint8_t *octets)
{
	d->messages++;
	if (d->session == SESSION_DEAD) {
		destination_lose(d, info);
		return;
	}
	if (d->spool != NULL && destination_spool_takes(d, info, octets)) {
		return;
	}
	if (d->queue.head == NULL && d->ops->unacknowledged == NULL &&
		destination_may_send(d, info)) {
		enum transport_result result = destination_send(d, info, octets);

		if (result == TRANSPORT_SENT || result == TRANSPORT_LOST) {
			return;
		}
		queue_push(&d->queue, info, octets);
		if (result == TRANSPORT_BROKEN) {
			destination_broken(d);
		}
		return;
	}
	queue_push(&d->queue, info, octets);
	destination_pump(d);
	destination_bound(d);
}

void destination_admit(struct destination *d, struct message *message)
{
	queue_push_tail(&d->queue, message);
	destination_pump(d);
	destination_bound(d);
}

void destination_message(void *destination, const struct encoder_message *message)
{
	struct destination *d = destination;
	struct message_info info = {.size = message->size,
		.data_records = message->data_records,
		.flow_records = message->flow_records,
		.flow_packets = message->flow_packets,
		.flow_octets = message->flow_octets,
		.newest_us = d->newest_us,
		.templates = message->templates || d->collecting,
		.mark = message->flow_records > 0 ? d->had : d->emitted,
		.before = d->emitted};

	if (d->collecting) {
		queue_push(&d->front, &info, message->octets);
		return;
	}
	if (message->flow_records > 0) {
		/* A report leaves what is collected alone. */
		d->newest_us = d->batch_newest_us;
		d->emitted = d->had;
	}
	destination_offer(d, &info, message->octets);
}

bool destination_is_full(const struct destination *destination)
{
	uint64_t bound =
		(uint64_t)destination_option(destination->uri.queue_octets, QUEUE_OCTETS_LOSSLESS);

	return destination->patient && destination->session != SESSION_DEAD &&
	       destination->queue.octets > (destination->full ? bound / 2 : bound);
}
