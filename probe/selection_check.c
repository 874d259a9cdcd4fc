#include "probe/selection_check.h"

#include <inttypes.h>
#include <math.h>

#include "base/error.h"

#define OFFSET_MAX 65535

static bool wrong(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Always false. */
static bool wrong(GError **error, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, WEIR_ERROR, WEIR_ERROR_USAGE, message);
	return false;
}

static bool check_random(const struct selection_spec_selector *s, GError **error)
{
	if (s->size == 0) {
		return wrong(error, "0 of %u packets: at least 1", s->population);
	}
	if (s->size > s->population) {
		return wrong(
			error, "%u of %u packets: more than there are", s->size, s->population);
	}
	return true;
}

static bool check_match(const struct selection_spec_selector *s, GError **error)
{
	if (s->match_count == 0 || s->match_count > SELECTION_MATCHES_MAX) {
		return wrong(error, "%u fields to match: there must be 1 to %d", s->match_count,
			SELECTION_MATCHES_MAX);
	}
	for (unsigned i = 0; i < s->match_count; i++) {
		const struct selection_match *match = &s->matches[i];

		if (match->field >= SELECTION_FIELDS) {
			return wrong(error, "field %u is not known", match->field);
		}
		if (match->low > match->high) {
			return wrong(error, "%u-%u: the first must not be larger", match->low,
				match->high);
		}
		for (unsigned k = 0; k < i; k++) {
			if (s->matches[k].field == match->field) {
				return wrong(error, "a field may be given only once");
			}
		}
	}
	return true;
}

static bool check_ranges(const struct selection_spec_selector *s, GError **error)
{
	uint64_t max = selection_output_max(s->algorithm);

	if (s->range_count == 0 || s->range_count > SELECTION_RANGES_MAX) {
		return wrong(error, "%u ranges: there must be 1 to %d", s->range_count,
			SELECTION_RANGES_MAX);
	}
	for (unsigned i = 0; i < s->range_count; i++) {
		const struct selection_range *range = &s->ranges[i];

		if (range->min > range->max) {
			return wrong(error,
				"range %" PRIu64 "-%" PRIu64 ": the first must not be larger",
				range->min, range->max);
		}
		if (range->max > max) {
			return wrong(error,
				"range %" PRIu64 "-%" PRIu64
				": the function gives at most %" PRIu64,
				range->min, range->max, max);
		}
		if (i > 0 && range->min <= s->ranges[i - 1].max) {
			return wrong(error,
				"range %" PRIu64 "-%" PRIu64 ": ranges must ascend and not overlap",
				range->min, range->max);
		}
	}
	return true;
}

static bool check_hash(const struct selection_spec_selector *s, GError **error)
{
	if (s->payload_size > SELECTION_HASH_SIZE_MAX) {
		return wrong(error, "size %u: at most %d octets", s->payload_size,
			SELECTION_HASH_SIZE_MAX);
	}
	if (s->payload_offset > OFFSET_MAX) {
		return wrong(error, "offset %u: at most %d", s->payload_offset, OFFSET_MAX);
	}
	if (s->algorithm == SELECTION_IPSX && (s->payload_size != 8 || s->payload_offset != 0)) {
		return wrong(error, "ipsx always takes 8 octets from offset 0 on");
	}
	if (s->algorithm == SELECTION_IPSX && s->has_initialiser) {
		return wrong(error, "ipsx has no initialiser");
	}
	if (s->initialiser > UINT32_MAX) {
		return wrong(error, "initialiser 0x%" PRIx64 ": it has 32 bits", s->initialiser);
	}
	return check_ranges(s, error);
}

static bool check_selector(const struct selection_spec_selector *s, GError **error)
{
	switch ((enum selection_algorithm)s->algorithm) {
	case SELECTION_ALL:
		return true;
	case SELECTION_COUNT:
	case SELECTION_TIME:
		return s->interval > 0 || wrong(error, "the interval must not be 0");
	case SELECTION_RANDOM:
		return check_random(s, error);
	case SELECTION_PROBABILITY:
		return (isfinite(s->probability) && s->probability >= 0 && s->probability <= 1) ||
		       wrong(error, "probability %g: it must be 0 to 1", s->probability);
	case SELECTION_MATCH:
		return check_match(s, error);
	case SELECTION_BOB:
	case SELECTION_IPSX:
	case SELECTION_CRC:
		return check_hash(s, error);
	}
	return wrong(error, "algorithm %u is not known", s->algorithm);
}

bool selection_check(const struct selection_spec *spec, GError **error)
{
	unsigned digests = 0;

	if (spec->count > SELECTION_SELECTORS_MAX) {
		return wrong(
			error, "%u selectors: at most %d", spec->count, SELECTION_SELECTORS_MAX);
	}
	for (unsigned i = 0; i < spec->count; i++) {
		if (!check_selector(&spec->selectors[i], error)) {
			g_prefix_error(error, "selector %u: ", i + 1);
			return false;
		}
		digests += spec->selectors[i].digest;
	}
	return digests <= 1 || wrong(error, "%u selectors make digests: one may", digests);
}
