#include "probe/selector.h"

#include <math.h>
#include <string.h>

#include "probe/selector_hash.h"
#include "probe/selector_match.h"

/* The @interval first packets of each @interval + @space, from the first packet on. */
static bool take_count(struct selector *s)
{
	bool selected = s->position < s->spec.interval;

	s->position++;
	if (s->position == (uint64_t)s->spec.interval + s->spec.space) {
		s->position = 0;
	}
	return selected;
}

/* The same in µs, whose first is that of the first packet. */
static bool take_time(struct selector *s, int64_t time_us)
{
	int64_t period = (int64_t)s->spec.interval + s->spec.space;
	int64_t phase;

	if (s->counters.packets_observed == 1) {
		s->start_us = time_us;
	}
	phase = (time_us - s->start_us) % period;
	phase += phase < 0 ? period : 0;
	return phase < s->spec.interval;
}

/* Exactly @size of each @population packets, each combination as likely: a packet is chosen with the
 * share that those still to be chosen have in those still to come. */
static bool take_random(struct selector *s, struct selector_random *random)
{
	uint32_t left = s->spec.population - (uint32_t)s->position;
	bool selected = selector_random_below(random, left) < s->spec.size - s->chosen;

	s->chosen += selected;
	s->position++;
	if (s->position == s->spec.population) {
		s->position = 0;
		s->chosen = 0;
	}
	return selected;
}

static bool take_probability(struct selector *s, struct selector_random *random)
{
	return selector_random_next(random) < s->threshold || s->spec.probability >= 1;
}

static bool take_hash(struct selector *s, const struct selector_packet *packet)
{
	if (!selector_hash_packet(&s->spec, packet->ip, packet->ip_octets,
		    packet->flow->key.protocol, &s->hash)) {
		return false;
	}
	for (unsigned i = 0; i < s->spec.range_count; i++) {
		if (s->hash >= s->spec.ranges[i].min && s->hash <= s->spec.ranges[i].max) {
			return true;
		}
	}
	return false;
}

static bool take(
	struct selector *s, struct selector_random *random, const struct selector_packet *packet)
{
	switch ((enum selection_algorithm)s->spec.algorithm) {
	case SELECTION_ALL:
		return true;
	case SELECTION_COUNT:
		return take_count(s);
	case SELECTION_TIME:
		return take_time(s, packet->flow->time_us);
	case SELECTION_RANDOM:
		return take_random(s, random);
	case SELECTION_PROBABILITY:
		return take_probability(s, random);
	case SELECTION_MATCH:
		return selector_match(&s->spec, packet->flow);
	case SELECTION_BOB:
	case SELECTION_IPSX:
	case SELECTION_CRC:
		return take_hash(s, packet);
	}
	return false;
}

bool selection_take(struct selection *selection, const struct selector_packet *packet)
{
	/* What lies behind the packet, such as the padding of a short frame, is not of it. */
	struct selector_packet whole = *packet;

	if (whole.ip_octets > whole.flow->octets) {
		whole.ip_octets = whole.flow->octets;
	}
	for (unsigned i = 0; i < selection->count; i++) {
		struct selector *s = &selection->selectors[i];

		s->counters.packets_observed++;
		s->counters.octets_observed += whole.flow->octets;
		if (!take(s, &selection->random, &whole)) {
			return false;
		}
		s->counters.packets_selected++;
		s->counters.octets_selected += whole.flow->octets;
	}
	return true;
}

void selection_init(struct selection *selection, const struct selection_spec *spec, uint64_t seed)
{
	memset(selection, 0, sizeof(*selection));
	selector_random_init(&selection->random, seed);
	selection->count = spec->count;
	for (unsigned i = 0; i < spec->count; i++) {
		struct selector *s = &selection->selectors[i];

		s->spec = spec->selectors[i];
		if (s->spec.algorithm == SELECTION_PROBABILITY && s->spec.probability < 1) {
			s->threshold = (uint64_t)ldexp(s->spec.probability, 64);
		}
		if (selection_is_hash(s->spec.algorithm) && !s->spec.has_initialiser) {
			s->spec.initialiser = (uint32_t)selector_random_next(&selection->random);
		}
	}
}
