#include "exporter/trail.h"

#include <string.h>

enum {
	US_PER_S = 1000000,
	STREAK_US = 4 * US_PER_S,
	HEADER = 16,
};

static void add_up(struct message_info *sum, const struct message_info *info)
{
	sum->size += info->size;
	sum->data_records += info->data_records;
	sum->flow_records += info->flow_records;
	sum->flow_packets += info->flow_packets;
	sum->flow_octets += info->flow_octets;
}

static uint32_t place(const struct trail *trail, uint32_t index)
{
	return (trail->first + index) % TRAIL_MESSAGES;
}

static bool is_refused(const struct trail *trail, uint32_t index)
{
	return trail->entries[place(trail, index)].header[0] == 0 &&
	       trail->entries[place(trail, index)].header[1] == 0; /* no version */
}

void trail_add(struct trail *trail, const struct message_info *info, const uint8_t *octets)
{
	uint32_t at;

	if (trail->count == TRAIL_MESSAGES) {
		if (!is_refused(trail, 0)) {
			add_up(&trail->older, &trail->entries[trail->first].info);
			trail->older_count++;
		}
		trail->first = place(trail, 1);
		trail->count--;
	}
	at = place(trail, trail->count++);
	trail->entries[at].info = *info;
	memcpy(trail->entries[at].header, octets, HEADER);
}

/* The index of the message that the refusal quotes; trail->count: it is not here any more. */
static uint32_t find(const struct trail *trail, const struct transport_refusal *refusal)
{
	uint32_t index = 0;

	if (refusal->size < HEADER) {
		return trail->count > 0 ? trail->count - 1 : 0;
	}
	while (index < trail->count &&
		memcmp(trail->entries[place(trail, index)].header, refusal->octets, HEADER) != 0) {
		index++;
	}
	return index;
}

static void lose(struct trail *trail, uint32_t index, struct trail_loss *loss)
{
	if (!is_refused(trail, index)) {
		add_up(&loss->info, &trail->entries[place(trail, index)].info);
		loss->count++;
	}
}

static bool is_streak(const struct trail *trail, int64_t now_us)
{
	return trail->refused_us != 0 && now_us - trail->refused_us <= STREAK_US;
}

/* Of a session so young nobody knows that it ever was of use. */
static bool is_fresh(
	const struct trail *trail, const struct transport_refusal *refusal, int64_t now_us)
{
	return refusal->sparse && trail->refused_us == 0 && trail->begun_us != 0 &&
	       now_us - trail->begun_us <= STREAK_US;
}

void trail_refuse(struct trail *trail, const struct transport_refusal *refusal, int64_t now_us,
	struct trail_loss *ret_loss)
{
	bool streak = is_streak(trail, now_us) || is_fresh(trail, refusal, now_us);
	uint32_t index = find(trail, refusal);

	*ret_loss = (struct trail_loss){.count = 0};
	if (refusal->alone) {
		if (index < trail->count) {
			lose(trail, index, ret_loss);
			memset(trail->entries[place(trail, index)].header, 0, HEADER);
		}
		return;
	}
	trail->refused_us = now_us;
	trail->sparse = refusal->sparse;
	if (streak) {
		*ret_loss = (struct trail_loss){.info = trail->older, .count = trail->older_count};
	}
	trail->older = (struct message_info){0};
	trail->older_count = 0;
	if (index == trail->count) {
		return;
	}
	for (uint32_t i = streak ? 0 : index; i <= index; i++) {
		lose(trail, i, ret_loss);
	}
	trail->first = place(trail, index + 1);
	trail->count -= index + 1;
}

void trail_end(struct trail *trail, int64_t now_us, struct trail_loss *ret_loss)
{
	*ret_loss = (struct trail_loss){.count = 0};
	if (!trail->sparse || !is_streak(trail, now_us)) {
		return;
	}
	*ret_loss = (struct trail_loss){.info = trail->older, .count = trail->older_count};
	for (uint32_t i = 0; i < trail->count; i++) {
		lose(trail, i, ret_loss);
	}
	*trail = (struct trail){.count = 0};
}
