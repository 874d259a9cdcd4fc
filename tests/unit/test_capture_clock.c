#include "tests/unit/unit.h"

#include "probe/capture_clock.h"

#define S INT64_C(1000000000)

struct clock_case {
	uint8_t resolution;
	int64_t offset_s;
	uint64_t units;
	int64_t ns;
};

static void check(const struct clock_case *cases, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct capture_clock clock =
			capture_clock_of(cases[i].resolution, cases[i].offset_s);

		assert_int_equal(capture_clock_ns(&clock, cases[i].units), cases[i].ns);
		/* The way round the short cut gives the same. */
		assert_int_equal(capture_clock_convert(&clock, cases[i].units), cases[i].ns);
	}
}

static void decimal_resolutions_are_exact(void **state)
{
	static const struct clock_case cases[] = {
		{6, 0, 1700000000123456, 1700000000123456000},
		{9, 0, 1700000000123456789, 1700000000123456789},
		{0, 0, 1700000000, 1700000000 * S},
		{3, 0, 1700000000123, 1700000000123000000},
		{12, 0, 1700000000123999, 1700000000123},
		{19, 0, 12345678901234567890u, 1234567890},
		{20, 0, 12345678901234567890u, 123456789},
		{28, 0, UINT64_MAX, 1},
		{29, 0, UINT64_MAX, 0},
		{127, 0, UINT64_MAX, 0},
		{10, 0, UINT64_MAX, 1844674407370955161},
		{6, 0, 0, 0},
	};

	check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void binary_resolutions_are_exact(void **state)
{
	static const struct clock_case cases[] = {
		{0x80, 0, 5, 5 * S},
		{0x81, 0, 5, 2 * S + S / 2},
		{0x80 | 10, 0, 1024 * 1000 + 1, 1000 * S + 976562},
		{0x80 | 31, 0, (UINT64_C(1) << 31) * 3 - 1, 3 * S - 1},
		{0x80 | 32, 0, UINT64_C(1700000000) << 32 | 0x80000000, 1700000000 * S + S / 2},
		{0x80 | 32, 0, UINT64_C(1) << 32 | 0xffffffff, 2 * S - 1},
		{0x80 | 63, 0, UINT64_MAX, 2 * S - 1},
		{0x80 | 64, 0, UINT64_MAX, S - 1},
		{0x80 | 64, 0, UINT64_C(1) << 63, S / 2},
		{0x80 | 93, 0, UINT64_MAX, 1},
		{0x80 | 95, 0, UINT64_MAX, 0},
		{0x80 | 96, 0, UINT64_MAX, 0},
		{0xff, 0, UINT64_MAX, 0},
	};

	check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void offsets_shift_by_whole_seconds(void **state)
{
	static const struct clock_case cases[] = {
		{6, 1700000000, 123456, 1700000000 * S + 123456000},
		{6, -1, 250000, -S + 250000000},
		{6, -3, 1000001, -2 * S + 1000},
		{9, -1, 999999999, -1},
		/* Out of range before the offset, within it after. */
		{0, -20000000000, 20000000005, 5 * S},
		{6, -18446744073709, UINT64_MAX, 551615000},
	};

	check(cases, sizeof(cases) / sizeof(cases[0]));
}

static void times_out_of_range_become_the_nearest_in_range(void **state)
{
	static const struct clock_case cases[] = {
		{0, 0, UINT64_MAX, INT64_MAX},
		{6, 0, UINT64_MAX, INT64_MAX},
		{9, 0, UINT64_MAX, INT64_MAX},
		{9, 0, INT64_MAX, INT64_MAX},
		{9, 0, (uint64_t)INT64_MAX + 1, INT64_MAX},
		{0, INT64_MAX, UINT64_MAX, INT64_MAX},
		{6, INT64_MAX, 0, INT64_MAX},
		{6, INT64_MIN, 0, INT64_MIN},
		{6, INT64_MIN, UINT64_MAX, INT64_MIN},
		{9, -9223372037, 145224192, INT64_MIN},
		{9, -9223372037, 145224191, INT64_MIN},
		{9, -9223372037, 145224193, INT64_MIN + 1},
	};

	check(cases, sizeof(cases) / sizeof(cases[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimal_resolutions_are_exact),
		cmocka_unit_test(binary_resolutions_are_exact),
		cmocka_unit_test(offsets_shift_by_whole_seconds),
		cmocka_unit_test(times_out_of_range_become_the_nearest_in_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
