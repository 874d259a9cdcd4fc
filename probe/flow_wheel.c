#include "probe/flow_wheel.h"

#include <string.h>

#define TICK_MIN_US INT64_C(250000)
#define FROM_SLOT   UINT32_C(0x80000000) /* in wheel_prev: the list's head, by slot */

void flow_wheel_init(struct flow_wheel *wheel, struct flow *flows, uint32_t *heads, int64_t span_us)
{
	wheel->flows = flows;
	wheel->heads = heads;
	wheel->tick = 0;
	wheel->tick_us = span_us / (FLOW_WHEEL_SLOTS - 4) + 1;
	if (wheel->tick_us < TICK_MIN_US) {
		wheel->tick_us = TICK_MIN_US;
	}
	memset(heads, 0, FLOW_WHEEL_SLOTS * sizeof(*heads));
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
	uint32_t head = wheel->heads[slot];

	flow->wheel_next = head;
	flow->wheel_prev = FROM_SLOT | slot;
	if (head != 0) {
		wheel->flows[head].wheel_prev = entry;
	}
	wheel->heads[slot] = entry;
}

void flow_wheel_take(struct flow_wheel *wheel, uint32_t entry)
{
	const struct flow *flow = &wheel->flows[entry];

	if (flow->wheel_prev & FROM_SLOT) {
		wheel->heads[flow->wheel_prev & ~FROM_SLOT] = flow->wheel_next;
	} else {
		wheel->flows[flow->wheel_prev].wheel_next = flow->wheel_next;
	}
	if (flow->wheel_next != 0) {
		wheel->flows[flow->wheel_next].wheel_prev = flow->wheel_prev;
	}
}
