#pragma once

#include <stdint.h>

/**
 * The clock of a pcapng interface: how long its unit is (option if_tsresol) and where it starts
 * (if_tsoffset), draft-ietf-opsawg-pcapng section 4.2. Exact for every resolution the format can
 * express, in 64-bit arithmetic only; a time that 64 bits of nanoseconds cannot hold becomes the
 * nearest one they can.
 */
struct capture_clock {
	int64_t offset_s;
	uint64_t multiply; /* ns a unit when whole, 0 when not */
	uint8_t resolution;
};

/** Units of @resolution as the option codes it: 10^-n s, or 2^-n s if the top bit is set. */
struct capture_clock capture_clock_of(uint8_t resolution, int64_t offset_s);

/** For capture_clock_ns() alone. */
int64_t capture_clock_convert(const struct capture_clock *clock, uint64_t units);

/** Nanoseconds since the epoch, rounded down. */
static inline int64_t capture_clock_ns(const struct capture_clock *clock, uint64_t units)
{
	uint64_t ns;

	if (clock->offset_s == 0 && clock->multiply != 0 &&
		!__builtin_mul_overflow(units, clock->multiply, &ns) && ns <= INT64_MAX) {
		return (int64_t)ns;
	}
	return capture_clock_convert(clock, units);
}
