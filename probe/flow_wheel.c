#include "probe/flow_wheel.h"

#include <string.h>

#define TICK_MIN_US INT64_C(250000)

void flow_wheel_init(struct flow_wheel *wheel, struct flow *flows, int64_t span_us)
{
	memset(wheel, 0, sizeof(*wheel));
	wheel->flows = flows;
	wheel->tick_us = span_us / (FLOW_WHEEL_SLOTS - 4) + 1;
	if (wheel->tick_us < TICK_MIN_US) {
		wheel->tick_us = TICK_MIN_US;
	}
}

void flow_wheel_clear(struct flow_wheel *wheel)
{
	memset(wheel->heads, 0, sizeof(wheel->heads));
	memset(wheel->tails, 0, sizeof(wheel->tails));
}

int64_t flow_wheel_tick_of(const struct flow_wheel *wheel, int64_t time_us)
{
	int64_t tick = (time_us + wheel->tick_us - 1) / wheel->tick_us;

	if (tick <= wheel->tick) {
		return wheel->tick + 1;
	}
	if (tick >= wheel->tick + FLOW_WHEEL_SLOTS) {
		return wheel->tick + FLOW_WHEEL_SLOTS - 1;
	}
	return tick;
}

void flow_wheel_put(struct flow_wheel *wheel, uint32_t entry, int64_t tick)
{
	struct flow *flow = &wheel->flows[entry];
	uint32_t slot = (uint32_t)((uint64_t)tick % FLOW_WHEEL_SLOTS);
	uint32_t tail = wheel->tails[slot];

	if (tick < wheel->earliest) {
		wheel->earliest = tick;
	}
	flow->wheel_next = FLOW_WHEEL_END | slot;
	wheel->tails[slot] = entry;
	if (tail == 0) {
		flow->wheel_prev = FLOW_WHEEL_END | slot;
		wheel->heads[slot] = entry;
	} else {
		flow->wheel_prev = tail;
		wheel->flows[tail].wheel_next = entry;
	}
}

void flow_wheel_take(struct flow_wheel *wheel, uint32_t entry)
{
	const struct flow *flow = &wheel->flows[entry];
	uint32_t next = flow->wheel_next;
	uint32_t prev = flow->wheel_prev;

	if (prev & FLOW_WHEEL_END) {
		wheel->heads[prev & ~FLOW_WHEEL_END] = next & FLOW_WHEEL_END ? 0 : next;
	} else {
		wheel->flows[prev].wheel_next = next;
	}
	if (next & FLOW_WHEEL_END) {
		wheel->tails[next & ~FLOW_WHEEL_END] = prev & FLOW_WHEEL_END ? 0 : prev;
	} else {
		wheel->flows[next].wheel_prev = prev;
	}
}
