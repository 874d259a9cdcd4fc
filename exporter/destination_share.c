#include <string.h>

#include "base/log.h"
#include "exporter/destination_state.h"

enum {
	US_PER_S = 1000000,
	STEADY_US = 5 * US_PER_S, /* who was away and has been back for so long is trusted again */
	PROBE_US = 5 * US_PER_S,  /* between attempts to reach somebody without sessions */
	ANSWER_US = 1 * US_PER_S, /* what is not refused within this was taken */
};

void destination_share(struct destination *destination, bool shared)
{
	destination->shared = shared;
	if (!shared) {
		destination->down = false;
		destination->held = false;
	}
}

bool destination_is_up(const struct destination *destination)
{
	return destination->session == SESSION_UP && !destination->down;
}

bool destination_is_steady(const struct destination *destination, int64_t now_us)
{
	const struct destination *d = destination;

	if (d->session == SESSION_OPENING) {
		return !d->fell && d->failures == 0;
	}
	return destination_is_up(d) && (!d->fell || now_us - d->up_us >= STEADY_US);
}

bool destination_is_away(const struct destination *destination)
{
	return destination->session == SESSION_NONE ||
	       (destination->session == SESSION_UP && destination->down);
}

void destination_hold(struct destination *destination, bool held)
{
	destination->held = held && !destination->finishing;
	destination_pump(destination);
}

void destination_fall(struct destination *d)
{
	if (!d->shared) {
		return;
	}
	if (!d->down) {
		log_notice(d->name, "nobody takes what is sent: others stand in");
	}
	d->down = true;
	d->fell = true;
	d->probed = false;
	d->probe_us = destination_now(d) + PROBE_US;
}

/* Templates cost nothing when nobody takes them. */
void destination_probe(struct destination *d, int64_t now_us)
{
	bool judged;

	if (!d->down || d->session != SESSION_UP || now_us < d->probe_us) {
		return;
	}
	judged = d->probed;
	if (d->ops->news != NULL) {
		d->ops->news(d->transport); /* a refusal is a fall, which begins anew */
	}
	if (!judged) {
		d->probed = true;
		d->probe_us = now_us + ANSWER_US;
		d->templates_due = true;
	} else if (d->probed) {
		d->down = false;
		d->up_us = now_us;
		log_notice(d->name, "what is sent is taken again");
	}
}

void destination_release(struct destination *destination)
{
	destination_flush(destination);
}

struct message *destination_take(struct destination *destination)
{
	return queue_take_data(&destination->queue, 0);
}

void destination_put_back(struct destination *destination, struct queue *kept)
{
	struct message *message;

	while ((message = queue_pop(kept)) != NULL) {
		queue_push_tail(&destination->queue, message);
	}
}

bool destination_can_stand_in(const struct destination *destination, const struct destination *from,
	const struct message *message)
{
	const struct destination *d = destination;

	if (d == from || d->shut || !destination_is_up(d) || message->info.flow_records == 0) {
		return false;
	}
	if (!uri_says_the_same(&d->uri, &from->uri)) {
		return false;
	}
	if (d->encoder == NULL || from->encoder == NULL) {
		return d->encoder == from->encoder;
	}
	/* The same profile means the same templates of flows under the same numbers. What an
	 * exporting process reports of itself is no other's to send. */
	return message->info.data_records == message->info.flow_records &&
	       strcmp(d->profile, from->profile) == 0 && d->domain == from->domain &&
	       (uri_takes_payload(&d->uri) || !uri_takes_payload(&from->uri)) &&
	       message->info.size <= d->message_octets;
}

void destination_moved(struct destination *from, const struct message *message)
{
	from->counters.moved_records += message->info.flow_records;
}

void destination_accept(struct destination *destination, struct message *message)
{
	destination->counters.records += message->info.flow_records;
	destination->counters.stood_in_records += message->info.flow_records;
	destination_admit(destination, message);
}

void destination_stood_in(struct destination *destination, uint32_t records)
{
	destination->counters.stood_in_records += records;
}
