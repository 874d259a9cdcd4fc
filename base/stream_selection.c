#include "base/stream_selection.h"

#include <string.h>

#define FLAG_DIGEST      1
#define FLAG_INITIALISER 2
#define FLAGS            (FLAG_DIGEST | FLAG_INITIALISER)

static void put_ranges(struct stream_pen *pen, const struct selection_spec_selector *s)
{
	for (unsigned i = 0; i < s->range_count; i++) {
		stream_put_u64(pen, s->ranges[i].min);
		stream_put_u64(pen, s->ranges[i].max);
	}
}

static void put_matches(struct stream_pen *pen, const struct selection_spec_selector *s)
{
	for (unsigned i = 0; i < s->match_count; i++) {
		const struct selection_match *match = &s->matches[i];

		stream_put_u8(pen, match->field);
		stream_put_u8(pen, match->ip_version);
		stream_put_u8(pen, match->prefix_bits);
		stream_put_u32(pen, match->low);
		stream_put_u32(pen, match->high);
		stream_put_octets(pen, match->octets, sizeof(match->octets));
	}
}

static void put_selector(struct stream_pen *pen, const struct selection_spec_selector *s,
	const struct selection_counters *counters)
{
	uint64_t probability;

	memcpy(&probability, &s->probability, sizeof(probability));
	stream_put_u8(pen, s->algorithm);
	stream_put_u8(pen, (uint8_t)((s->digest ? FLAG_DIGEST : 0) |
				     (s->has_initialiser ? FLAG_INITIALISER : 0)));
	stream_put_u8(pen, s->range_count);
	stream_put_u8(pen, s->match_count);
	stream_put_u32(pen, s->interval);
	stream_put_u32(pen, s->space);
	stream_put_u32(pen, s->size);
	stream_put_u32(pen, s->population);
	stream_put_u64(pen, probability);
	stream_put_u64(pen, s->initialiser);
	stream_put_u32(pen, s->payload_offset);
	stream_put_u32(pen, s->payload_size);
	stream_put_u64(pen, counters->packets_observed);
	stream_put_u64(pen, counters->packets_selected);
	stream_put_u64(pen, counters->octets_observed);
	stream_put_u64(pen, counters->octets_selected);
	put_ranges(pen, s);
	put_matches(pen, s);
}

unsigned stream_selection_encode(struct stream_pen *pen, const struct stream_selection *selection)
{
	stream_put_u64(pen, selection->sequence);
	stream_put_u32(pen, selection->observation_point);
	stream_put_u8(pen, selection->cache);
	for (unsigned i = 0; i < selection->count; i++) {
		put_selector(pen, &selection->selectors[i], &selection->counters[i]);
	}
	return selection->count;
}

static void take_ranges(struct wire *w, struct selection_spec_selector *s)
{
	for (unsigned i = 0; i < s->range_count; i++) {
		s->ranges[i].min = wire_be64(w);
		s->ranges[i].max = wire_be64(w);
	}
}

static bool take_matches(struct wire *w, struct selection_spec_selector *s)
{
	bool good = true;

	for (unsigned i = 0; i < s->match_count; i++) {
		struct selection_match *match = &s->matches[i];
		const uint8_t *octets;

		match->field = wire_u8(w);
		match->ip_version = wire_u8(w);
		match->prefix_bits = wire_u8(w);
		match->low = wire_be32(w);
		match->high = wire_be32(w);
		octets = wire_take(w, sizeof(match->octets));
		if (octets != NULL) {
			memcpy(match->octets, octets, sizeof(match->octets));
		}
		good = good && match->field < SELECTION_FIELDS &&
		       match->prefix_bits <= sizeof(match->octets) * 8;
	}
	return good;
}

static bool take_selector(
	struct wire *w, struct selection_spec_selector *s, struct selection_counters *counters)
{
	uint64_t probability;
	uint8_t flags;

	s->algorithm = wire_u8(w);
	flags = wire_u8(w);
	s->digest = flags & FLAG_DIGEST;
	s->has_initialiser = flags & FLAG_INITIALISER;
	s->range_count = wire_u8(w);
	s->match_count = wire_u8(w);
	s->interval = wire_be32(w);
	s->space = wire_be32(w);
	s->size = wire_be32(w);
	s->population = wire_be32(w);
	probability = wire_be64(w);
	memcpy(&s->probability, &probability, sizeof(probability));
	s->initialiser = wire_be64(w);
	s->payload_offset = wire_be32(w);
	s->payload_size = wire_be32(w);
	counters->packets_observed = wire_be64(w);
	counters->packets_selected = wire_be64(w);
	counters->octets_observed = wire_be64(w);
	counters->octets_selected = wire_be64(w);
	if (s->algorithm > SELECTION_CRC || flags > FLAGS ||
		s->range_count > SELECTION_RANGES_MAX || s->match_count > SELECTION_MATCHES_MAX ||
		!(s->probability >= 0 && s->probability <= 1)) {
		return false;
	}
	take_ranges(w, s);
	return take_matches(w, s);
}

bool stream_selection_decode(struct wire *w, unsigned count, struct stream_selection *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->sequence = wire_be64(w);
	ret->observation_point = wire_be32(w);
	ret->cache = wire_u8(w);
	if (count > SELECTION_SELECTORS_MAX) {
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		if (!take_selector(w, &ret->selectors[i], &ret->counters[i])) {
			return false;
		}
		ret->count++;
	}
	return true;
}
