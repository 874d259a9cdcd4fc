#pragma once

#include <stdbool.h>

#include "base/record.h"
#include "exporter/plan.h"

/**
 * The texts of a batch. Names come from the wire, so that whoever makes records checks that they
 * are UTF-8, but they are checked where they leave as well: at once for the whole batch, and each by
 * itself only where that is not valid.
 */
struct text_source {
	const uint8_t *text;
	uint32_t octets;
	bool valid;       /* all of it */
	uint64_t invalid; /* texts that were not valid or not within the batch */
};

/** The texts of @batch, borrowed. Cost: an eighth of a nanosecond or so for an octet. */
struct text_source text_source_of(const struct record_batch *batch);

/** Well-formed UTF-8 without U+0000. */
bool text_valid(const uint8_t *text, size_t octets);

/** The longest prefix of whole characters of valid UTF-8 that has at most @octets_max octets. */
size_t text_cut(const uint8_t *text, size_t octets, size_t octets_max);

/**
 * Fill @ret_texts with the texts of @record that @plan encodes, each cut at RECORD_TEXT_MAX; those
 * that are not valid become empty and are counted in @source. Returns the size of the encoded
 * record.
 */
uint32_t text_fill(struct text_source *source, const struct plan *plan,
	const struct flow_record *record, struct plan_text *ret_texts);

/**
 * Take at least @octets of encoded size away from the texts of @plan, in the order that
 * encoder_records() documents, as far as there are any. Returns how many texts lost something.
 */
unsigned text_shrink(const struct plan *plan, struct plan_text *texts, uint32_t octets);
