#include <string.h>

#include "base/log.h"
#include "exporter/balance.h"
#include "exporter/exporter_state.h"
#include "exporter/queue.h"

#define MODE_AREA "export"

const char *const export_mode_words[] = {"parallel", "load-balancing", "fallback", NULL};

/* What the export modes need to know of all destinations, a bit each. */
struct mode_view {
	uint64_t all;
	uint64_t up;
	uint64_t away;
	uint64_t good; /* may be chosen: up long enough, or never tried yet */
};

struct export_share {
	struct hash_key key;
	uint64_t seeds[EXPORTER_DESTINATIONS_MAX];
	uint64_t up; /* when last looked at */
	uint64_t away;
	unsigned current; /* of fallback */
	unsigned turn;    /* who is next to get what another left */
	uint8_t chosen[RECORD_BATCH_MAX];
	struct flow_record records[RECORD_BATCH_MAX]; /* those of one destination */
};

static struct mode_view view(const struct exporter *exporter)
{
	struct mode_view view = {.all = 0};
	int64_t now_us = exporter_now(exporter);

	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		const struct destination *d = exporter_destination(exporter, i);

		view.all |= UINT64_C(1) << i;
		view.up |= (uint64_t)destination_is_up(d) << i;
		view.away |= (uint64_t)destination_is_away(d) << i;
		view.good |= (uint64_t)destination_is_steady(d, now_us) << i;
	}
	return view;
}

static unsigned lowest(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits);
}

/* The first that is up gets everything; one that was away only once it has proved itself. */
static void elect(struct exporter *exporter, const struct mode_view *view)
{
	struct export_share *share = exporter->share;
	unsigned former = share->current;

	if (view->good != 0) {
		share->current = lowest(view->good);
	} else if (view->up != 0 && (view->up >> former & 1) == 0) {
		share->current = lowest(view->up);
	}
	if (share->current >= exporter->destinations->len) {
		share->current = 0;
	}
	if (share->current != former) {
		log_notice(MODE_AREA, "records go to %s now",
			exporter_destination_name(exporter, share->current));
	}
}

/* Who gets a message that another could not send; NULL: nobody can. */
static struct destination *taker(struct exporter *exporter, const struct mode_view *view,
	const struct destination *from, const struct message *message)
{
	struct export_share *share = exporter->share;
	unsigned count = exporter->destinations->len;
	unsigned first = exporter->mode == EXPORT_FALLBACK ? share->current : share->turn++;

	for (unsigned i = 0; i < count; i++) {
		unsigned index = (first + i) % count;
		struct destination *to = exporter_destination(exporter, index);

		if ((view->up >> index & 1) != 0 && destination_can_stand_in(to, from, message)) {
			return to;
		}
	}
	return NULL;
}

static void move(struct exporter *exporter, const struct mode_view *view, struct destination *from)
{
	struct queue kept = {0};
	struct message *message;

	destination_release(from);
	while ((message = destination_take(from)) != NULL) {
		struct destination *to = taker(exporter, view, from, message);

		if (to == NULL) {
			queue_push_tail(&kept, message);
		} else {
			destination_moved(from, message);
			destination_accept(to, message);
		}
	}
	destination_put_back(from, &kept);
}

bool exporter_mode_has_news(const struct exporter *exporter)
{
	struct mode_view now;

	if (exporter->mode == EXPORT_PARALLEL) {
		return false;
	}
	now = view(exporter);
	return now.up != exporter->share->up || now.away != exporter->share->away;
}

void exporter_mode_update(struct exporter *exporter)
{
	struct export_share *share = exporter->share;
	struct mode_view now;

	if (exporter->mode == EXPORT_PARALLEL) {
		return;
	}
	now = view(exporter);
	if (exporter->mode == EXPORT_FALLBACK) {
		elect(exporter, &now);
	}
	if (now.up == share->up && now.away == share->away) {
		return;
	}
	share->up = now.up;
	share->away = now.away;
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		struct destination *d = exporter_destination(exporter, i);

		/* Without anybody else it may as well be tried on. */
		destination_hold(d, now.up != 0 && (now.up >> i & 1) == 0);
		if ((now.away >> i & 1) != 0 && now.up != 0) {
			move(exporter, &now, d);
		}
	}
}

static void share_fallback(
	struct exporter *exporter, const struct record_batch *batch, int64_t newest_us)
{
	unsigned current = exporter->share->current;
	struct destination *destination = exporter_destination(exporter, current);

	destination_records(destination, batch, newest_us);
	if (current != 0) {
		destination_stood_in(destination, batch->count);
	}
}

/* Choose for each record of a chunk; a record that is not its first choice's is counted. */
static void share_choose(
	struct exporter *exporter, const struct record_batch *chunk, const struct mode_view *view)
{
	struct export_share *share = exporter->share;
	unsigned count = exporter->destinations->len;
	uint64_t candidates = view->good != 0 ? view->good : view->up != 0 ? view->up : view->all;

	for (uint32_t i = 0; i < chunk->count; i++) {
		uint64_t flow = balance_flow(&share->key, &chunk->records[i]);
		unsigned chosen = balance_choose(flow, share->seeds, count, candidates);

		share->chosen[i] = (uint8_t)chosen;
		if (candidates != view->all &&
			chosen != balance_choose(flow, share->seeds, count, view->all)) {
			destination_stood_in(exporter_destination(exporter, chosen), 1);
		}
	}
}

static void share_balanced(
	struct exporter *exporter, const struct record_batch *chunk, int64_t newest_us)
{
	struct export_share *share = exporter->share;

	for (unsigned d = 0; d < exporter->destinations->len; d++) {
		struct record_batch part = *chunk;

		part.records = share->records;
		part.count = 0;
		for (uint32_t i = 0; i < chunk->count; i++) {
			if (share->chosen[i] == d) {
				share->records[part.count++] = chunk->records[i];
			}
		}
		if (part.count > 0) {
			destination_records(exporter_destination(exporter, d), &part, newest_us);
		}
	}
}

void exporter_mode_records(
	struct exporter *exporter, const struct record_batch *batch, int64_t newest_us)
{
	struct mode_view now;

	if (exporter->destinations->len == 0) {
		return;
	}
	exporter_mode_update(exporter);
	if (exporter->mode == EXPORT_FALLBACK) {
		share_fallback(exporter, batch, newest_us);
		return;
	}
	now = view(exporter);
	for (uint32_t first = 0; first < batch->count; first += RECORD_BATCH_MAX) {
		struct record_batch chunk = *batch;

		chunk.records = batch->records + first;
		chunk.count = MIN(batch->count - first, RECORD_BATCH_MAX);
		share_choose(exporter, &chunk, &now);
		share_balanced(exporter, &chunk, newest_us);
	}
}

bool exporter_mode_waits_for(const struct exporter *exporter, const struct destination *destination)
{
	return exporter->mode == EXPORT_PARALLEL || exporter->share->up == 0 ||
	       destination_is_up(destination);
}

void exporter_mode_begin(struct exporter *exporter)
{
	bool shared = exporter->mode != EXPORT_PARALLEL;

	if (shared && exporter->share == NULL) {
		exporter->share = g_new0(struct export_share, 1);
		if (exporter->config.hash_seed != 0) {
			hash_key_seeded(&exporter->share->key, exporter->config.hash_seed);
		} else {
			hash_key_random(&exporter->share->key);
		}
	}
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		destination_share(exporter_destination(exporter, i), shared);
		if (shared) {
			exporter->share->seeds[i] = balance_seed(
				&exporter->share->key, exporter_destination_name(exporter, i));
		}
	}
	if (shared) {
		exporter->share->up = 0;
		exporter->share->away = 0;
		exporter->share->current = 0;
		exporter_mode_update(exporter);
	}
}
