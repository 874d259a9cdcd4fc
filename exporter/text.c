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

bool text_valid(const uint8_t *text, size_t octets)
{
	const uint8_t *end = octets > 0 ? text + octets : text; /* which may be NULL then */

	while (text < end) {
		uint64_t word;

		/* Eight octets of 1 to 127 at once. */
		if (end - text >= 8) {
			memcpy(&word, text, sizeof(word));
			if (((word | (word - LOW_BITS)) & HIGH_BITS) == 0) {
				text += 8;
				continue;
			}
		}
		if (text[0] >= 1 && text[0] <= 127) {
			text++;
			continue;
		}
		if (text[0] == 0 ||
			g_utf8_get_char_validated((const char *)text, end - text) > 0x10ffff) {
			return false;
		}
		text = (const uint8_t *)g_utf8_next_char(text);
	}
	return true;
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

struct text_source text_source_of(const struct record_batch *batch)
{
	return (struct text_source){.text = batch->text,
		.octets = batch->text_octets,
		.valid = text_valid(batch->text, batch->text_octets)};
}

/* Octets @offset to @end are text; in valid text that is so when both fall between characters. */
static bool is_text(const struct text_source *source, uint32_t offset, uint32_t end)
{
	if (source->valid) {
		return (source->text[offset] & 0xc0) != 0x80 &&
		       (end == source->octets || (source->text[end] & 0xc0) != 0x80);
	}
	return text_valid(source->text + offset, end - offset);
}

uint32_t text_fill(struct text_source *source, const struct plan *plan,
	const struct flow_record *record, struct plan_text *ret_texts)
{
	uint32_t octets = plan->octets;

	for (unsigned i = 0; i < plan->text_count; i++) {
		struct plan_text *t = &ret_texts[i];
		struct record_text ref;

		memcpy(&ref, (const uint8_t *)record + plan->text_offsets[i], sizeof(ref));
		t->octets = 0;
		if (ref.octets == 0) {
			continue;
		}
		if (ref.offset > source->octets || ref.octets > source->octets - ref.offset ||
			(!(plan->binary >> i & 1) &&
				!is_text(source, ref.offset, ref.offset + ref.octets))) {
			source->invalid++;
			continue;
		}
		t->at = source->text + ref.offset;
		t->octets = plan->binary >> i & 1
				    ? MIN(ref.octets, RECORD_TEXT_MAX)
				    : (uint32_t)text_cut(t->at, ref.octets, RECORD_TEXT_MAX);
		octets += plan_text_octets(t->octets);
	}
	return octets;
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
