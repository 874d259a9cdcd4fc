#include "exporter/text.h"

#include <glib.h>
#include <string.h>

#define HIGH_BITS 0x8080808080808080u
#define LOW_BITS  0x0101010101010101u

/* In this order texts are dropped; the last is cut instead. */
static const uint16_t shrink_order[] = {offsetof(struct flow_record, device_class),
	offsetof(struct flow_record, device_vendor), offsetof(struct flow_record, application),
	offsetof(struct flow_record, node_name), offsetof(struct flow_record, far_name),
	offsetof(struct flow_record, device_name)};

/* Octets of 1 to 127 only. */
static bool is_ascii(const uint8_t *text, size_t octets)
{
	uint8_t bad = 0;

	while (octets >= 8) {
		uint64_t word;

		memcpy(&word, text, sizeof(word));
		if ((word | (word - LOW_BITS)) & HIGH_BITS) {
			return false;
		}
		text += 8;
		octets -= 8;
	}
	for (size_t i = 0; i < octets; i++) {
		bad |= text[i] >= 0x80 || text[i] == 0;
	}
	return !bad;
}

bool text_valid(const uint8_t *text, size_t octets)
{
	return is_ascii(text, octets) || g_utf8_validate_len((const char *)text, octets, NULL);
}

size_t text_cut(const uint8_t *text, size_t octets, size_t octets_max)
{
	if (octets <= octets_max) {
		return octets;
	}
	while (octets_max > 0 && (text[octets_max] & 0xc0) == 0x80) {
		octets_max--;
	}
	return octets_max;
}

bool text_of(const struct flow_record *record, uint16_t offset, const struct record_batch *batch,
	struct plan_text *ret_text)
{
	struct record_text ref;

	memcpy(&ref, (const uint8_t *)record + offset, sizeof(ref));
	*ret_text = (struct plan_text){0};
	if (ref.octets == 0) {
		return true;
	}
	if (ref.offset > batch->text_octets || ref.octets > batch->text_octets - ref.offset ||
		!text_valid(batch->text + ref.offset, ref.octets)) {
		return false;
	}
	ret_text->at = batch->text + ref.offset;
	ret_text->octets = (uint32_t)text_cut(ret_text->at, ref.octets, RECORD_TEXT_MAX);
	return true;
}

static struct plan_text *text_at(const struct plan *plan, struct plan_text *texts, uint16_t offset)
{
	for (unsigned i = 0; i < plan->text_count; i++) {
		if (plan->text_offsets[i] == offset) {
			return &texts[i];
		}
	}
	return NULL;
}

unsigned text_shrink(const struct plan *plan, struct plan_text *texts, uint32_t octets)
{
	unsigned count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(shrink_order) && octets > 0; i++) {
		struct plan_text *text = text_at(plan, texts, shrink_order[i]);
		uint32_t before = text ? plan_text_octets(text->octets) : 0;

		if (before == 0) {
			continue;
		}
		if (i + 1 < G_N_ELEMENTS(shrink_order) || text->octets <= octets) {
			text->octets = 0;
		} else {
			text->octets =
				(uint32_t)text_cut(text->at, text->octets, text->octets - octets);
		}
		octets -= MIN(octets, before - plan_text_octets(text->octets));
		count++;
	}
	return count;
}
