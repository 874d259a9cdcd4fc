#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"

/** Records for tests, the same for the same seed. */
struct made_records {
	uint64_t state;
	uint8_t pool[4096]; /* characters that texts are cut from */
	struct flow_record records[RECORD_BATCH_MAX];
	uint8_t text[RECORD_BATCH_MAX * 6 * RECORD_TEXT_MAX];
	struct record_batch batch;
};

/** Start with @seed. */
void made_init(struct made_records *m, uint64_t seed);

/** A pseudo-random number. */
uint64_t made_random(struct made_records *m);

/** A batch in m->batch of @count records of random bits; texts are valid UTF-8 of 0 to 255 octets. */
void made_noise(struct made_records *m, unsigned count);

/** A batch in m->batch of @count records such as a meter makes: everything fits together. */
void made_flows(struct made_records *m, unsigned count);
