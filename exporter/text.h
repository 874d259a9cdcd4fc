#pragma once

#include <stdbool.h>

#include "base/record.h"
#include "exporter/plan.h"

/**
 * Well-formed UTF-8 without U+0000. Names come from the wire, so that whoever makes records checks
 * them, but they are checked where they leave as well. Cost: an octet a few tenths of a nanosecond
 * as long as it is ASCII.
 */
bool text_valid(const uint8_t *text, size_t octets);

/** The longest prefix of whole characters of valid UTF-8 that has at most @octets_max octets. */
size_t text_cut(const uint8_t *text, size_t octets, size_t octets_max);

/**
 * The text of the member at @offset of @record, for encoding: cut at RECORD_TEXT_MAX. False, and
 * an empty text, if it is not valid or not within @batch.
 */
bool text_of(const struct flow_record *record, uint16_t offset, const struct record_batch *batch,
	struct plan_text *ret_text);

/**
 * Take at least @octets of encoded size away from the texts of @plan, in the order that
 * encoder_records() documents, as far as there are any. Returns how many texts lost something.
 */
unsigned text_shrink(const struct plan *plan, struct plan_text *texts, uint32_t octets);
