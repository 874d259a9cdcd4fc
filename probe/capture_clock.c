#include "probe/capture_clock.h"

#include <stdbool.h>

#define NS_PER_S UINT64_C(1000000000)

#define RESOLUTION_BINARY   0x80
#define RESOLUTION_EXPONENT 0x7f

static uint64_t clock_power_of_ten(unsigned exponent)
{
	uint64_t power = 1;

	while (exponent-- > 0) {
		power *= 10;
	}
	return power;
}

struct capture_clock capture_clock_of(uint8_t resolution, int64_t offset_s)
{
	struct capture_clock clock = {.offset_s = offset_s, .resolution = resolution};

	if (resolution <= 9) {
		clock.multiply = clock_power_of_ten(9u - resolution);
	}
	return clock;
}

static uint64_t clock_binary(unsigned exponent, uint64_t units, uint64_t *ret_ns)
{
	uint64_t fraction = exponent < 64 ? units & ((UINT64_C(1) << exponent) - 1) : units;
	uint64_t high;

	if (exponent < 32) {
		*ret_ns = (fraction * NS_PER_S) >> exponent;
	} else if (exponent < 96) {
		/* The 94 bits of fraction x 10^9 without their lowest 32. */
		high = (fraction >> 32) * NS_PER_S + ((fraction & UINT32_MAX) * NS_PER_S >> 32);
		*ret_ns = high >> (exponent - 32);
	} else {
		*ret_ns = 0;
	}
	return exponent < 64 ? units >> exponent : 0;
}

static uint64_t clock_decimal(unsigned exponent, uint64_t units, uint64_t *ret_ns)
{
	uint64_t second = exponent <= 19 ? clock_power_of_ten(exponent) : 0;
	uint64_t fraction = second != 0 ? units % second : units;

	if (exponent <= 9) {
		*ret_ns = fraction * clock_power_of_ten(9 - exponent);
	} else if (exponent <= 28) {
		*ret_ns = fraction / clock_power_of_ten(exponent - 9);
	} else {
		*ret_ns = 0;
	}
	return second != 0 ? units / second : 0;
}

int64_t capture_clock_convert(const struct capture_clock *clock, uint64_t units)
{
	unsigned exponent = clock->resolution & RESOLUTION_EXPONENT;
	bool binary = (clock->resolution & RESOLUTION_BINARY) != 0;
	uint64_t fraction;
	uint64_t seconds = binary ? clock_binary(exponent, units, &fraction)
				  : clock_decimal(exponent, units, &fraction);
	int64_t sum;
	int64_t ns;

	/* Seconds alone may be out of the range that the sum is in; below it the sum cannot be. */
	if (__builtin_add_overflow(seconds, clock->offset_s, &sum)) {
		return INT64_MAX;
	}
	if (sum < 0) {
		/* Seconds before the epoch count down while the fraction counts up. */
		if (__builtin_mul_overflow(sum + 1, (int64_t)NS_PER_S, &ns) ||
			__builtin_add_overflow(ns, (int64_t)fraction - (int64_t)NS_PER_S, &ns)) {
			return INT64_MIN;
		}
		return ns;
	}
	if (__builtin_mul_overflow(sum, (int64_t)NS_PER_S, &ns) ||
		__builtin_add_overflow(ns, (int64_t)fraction, &ns)) {
		return INT64_MAX;
	}
	return ns;
}
