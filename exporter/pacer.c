#include "exporter/pacer.h"

#include <glib.h>

enum {
	PACER_MESSAGES = 8,
	PACER_BURSTS_PER_S = 500,
	US_PER_S = 1000000,
};

void pacer_init(struct pacer *pacer, uint64_t rate, uint32_t message_octets)
{
	int64_t least = (int64_t)message_octets * PACER_MESSAGES;

	*pacer = (struct pacer){.rate = rate};
	pacer->burst = MAX(least, (int64_t)(rate / PACER_BURSTS_PER_S));
	pacer->tokens = pacer->burst;
}

static void pacer_fill(struct pacer *pacer, int64_t now_us)
{
	int64_t missing = pacer->burst - pacer->tokens;
	double earned = (double)(now_us - pacer->filled_us) * (double)pacer->rate / US_PER_S;

	if (pacer->filled_us == 0 || earned >= (double)missing) {
		pacer->tokens = pacer->burst;
		pacer->filled_us = now_us;
	} else if (earned >= 1) {
		/* Time worth less than an octet is kept for the next time. */
		int64_t whole = (int64_t)earned;

		pacer->tokens += whole;
		pacer->filled_us += (int64_t)((double)whole * US_PER_S / (double)pacer->rate);
	}
}

bool pacer_ready(struct pacer *pacer, int64_t now_us)
{
	if (pacer->rate == 0) {
		return true;
	}
	pacer_fill(pacer, now_us);
	return pacer->tokens > 0;
}

void pacer_spend(struct pacer *pacer, uint32_t octets)
{
	pacer->tokens -= octets;
}

int64_t pacer_deadline(const struct pacer *pacer)
{
	int64_t wanted = pacer->burst / 2;
	double missing = (double)(wanted - pacer->tokens);

	if (pacer->rate == 0 || missing <= 0) {
		return pacer->filled_us;
	}
	return pacer->filled_us + (int64_t)(missing * US_PER_S / (double)pacer->rate) + 1;
}
