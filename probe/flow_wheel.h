#pragma once

#include <stdint.h>

#include "probe/flow_table.h"

#define FLOW_WHEEL_SLOTS 1024

/**
 * Flows by the time at which they should be looked at: a ring of lists, one a tick. A flow is put
 * in its list once and stays there while packets come; only when its tick is there its real time
 * is worked out and it is moved, so that packets cost nothing. Lists keep the order in which flows
 * were put. Entries are those of one table.
 */
struct flow_wheel {
	struct flow *flows; /* the table's */
	int64_t tick_us;
	int64_t tick;     /* all ticks up to this one were looked at */
	int64_t earliest; /* all lists before this tick are empty */
	uint32_t heads[FLOW_WHEEL_SLOTS];
	uint32_t tails[FLOW_WHEEL_SLOTS];
};

#define FLOW_WHEEL_END UINT32_C(0x80000000) /* in a link: end of the list of this slot */

/** An empty wheel for @flows. @span_us: the longest time ahead that must be told apart. */
void flow_wheel_init(struct flow_wheel *wheel, struct flow *flows, int64_t span_us);

/**
 * The tick in which what is due at @time_us should be looked at: the first one not before it, but
 * always one that is still to come and that the ring has.
 */
int64_t flow_wheel_tick_of(const struct flow_wheel *wheel, int64_t time_us);

/** Put @entry into the list of @tick, which is one that flow_wheel_tick_of() may give. */
void flow_wheel_put(struct flow_wheel *wheel, uint32_t entry, int64_t tick);

/** Take @entry out of the list that it is in. */
void flow_wheel_take(struct flow_wheel *wheel, uint32_t entry);

/** Forget all entries; time stays. */
void flow_wheel_clear(struct flow_wheel *wheel);

/** First entry of the list of @tick, 0 if it is empty. */
static inline uint32_t flow_wheel_first(const struct flow_wheel *wheel, int64_t tick)
{
	return wheel->heads[(uint64_t)tick % FLOW_WHEEL_SLOTS];
}

/** The entry that was put after @entry, 0 if it is the last of its list. */
static inline uint32_t flow_wheel_next(const struct flow_wheel *wheel, uint32_t entry)
{
	uint32_t next = wheel->flows[entry].wheel_next;

	return next & FLOW_WHEEL_END ? 0 : next;
}
