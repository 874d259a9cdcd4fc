#include "tests/unit/unit.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "probe/name_text.h"

struct row {
	const char *octets;
	size_t n;
};

#define ROW(text)                                                                                  \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

/* In memory of exactly its size, so that a read past it is seen. */
static bool is_valid(const char *octets, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	bool valid;

	assert_non_null(copy);
	memcpy(copy, octets, n);
	valid = name_text_is_valid(copy, n);
	free(copy);
	return valid;
}

static void texts_that_can_be_shown_are_taken(void **state)
{
	static const struct row rows[] = {ROW("kitchen-cam"), ROW("Tom's phone"), ROW("."),
		ROW("<script>alert(1)</script>"), ROW("%s%n"), ROW("a\\b\"c"), ROW("~"), ROW(" x "),
		ROW("k\xc3\xa4se"), ROW("\xe5\x86\xb7\xe8\x94\xb5\xe5\xba\xab"),
		ROW("\xf0\x9f\x93\xb7"), /* camera */
		ROW("a\xcc\x88")};       /* combining */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(is_valid(rows[i].octets, rows[i].n));
	}
}

/* The corners of RFC 3629 4, each side. */
static void utf8_is_taken_in_its_one_form_only(void **state)
{
	static const struct row good[] = {ROW("\xc2\xa1"), ROW("\xdf\xbf"), ROW("\xe0\xa0\x80"),
		ROW("\xe0\xbf\xbf"), ROW("\xe1\x80\x80"), ROW("\xec\xbf\xbf"), ROW("\xed\x80\x80"),
		ROW("\xed\x9f\xbf"), ROW("\xee\x80\x80"), ROW("\xef\xbf\xbd"),
		ROW("\xf0\x90\x80\x80"), ROW("\xf0\xbf\xbf\xbd"), ROW("\xf1\x80\x80\x80"),
		ROW("\xf3\xbf\xbf\xbd"), ROW("\xf4\x80\x80\x80"), ROW("\xf4\x8f\xbf\xbd")};
	static const struct row bad[] = {ROW("\x80"), ROW("\xbf"), ROW("a\x80"), ROW("\xc0\x80"),
		ROW("\xc0\xaf"), ROW("\xc1\xbf"), ROW("\xc2"), ROW("\xc2\x41"), ROW("\xc2\xc2"),
		ROW("\xdf"), ROW("\xe0\x80\x80"), ROW("\xe0\x9f\xbf"), ROW("\xe0\xa0"),
		ROW("\xe1\x80"), ROW("\xe1\x80\x41"), ROW("\xe1\x80\xc0"), ROW("\xe1\x41\x80"),
		ROW("\xed\xa0\x80"), ROW("\xed\xbf\xbf"), ROW("\xed\xa0\x80\xed\xb0\x80"),
		ROW("\xf0\x80\x80\x80"), ROW("\xf0\x8f\xbf\xbf"), ROW("\xf0\x90\x80"),
		ROW("\xf0\x90\x80\x41"), ROW("\xf4\x90\x80\x80"), ROW("\xf5\x80\x80\x80"),
		ROW("\xf7\xbf\xbf\xbf"), ROW("\xf8\x88\x80\x80\x80"),
		ROW("\xfc\x84\x80\x80\x80\x80"), ROW("\xfe"), ROW("\xff"), ROW("\xff\xfe\xfd")};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(is_valid(good[i].octets, good[i].n));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(is_valid(bad[i].octets, bad[i].n));
	}
}

static void what_changes_the_text_around_it_is_refused(void **state)
{
	static const struct row rows[] = {ROW(""), ROW("\0"), ROW("a\0b"), ROW("a\nb"), ROW("a\r"),
		ROW("\x1b[31m"), ROW("a\tb"), ROW("\x7f"), ROW("a\xc2\x80"), ROW("a\xc2\x9f"),
		ROW("a\xe2\x80\xa8"), ROW("a\xe2\x80\xa9"), ROW("\xe2\x80\xaewrong"),
		ROW("a\xe2\x80\xaa"), ROW("a\xe2\x81\xa6"), ROW("a\xe2\x81\xa9"),
		ROW("a\xe2\x80\x8e"), ROW("a\xe2\x80\x8f"), ROW("a\xd8\x9c"), ROW("a\xef\xbf\xbe"),
		ROW("a\xef\xbf\xbf"), ROW("a\xef\xb7\x90"), ROW("a\xef\xb7\xaf"),
		ROW("a\xf0\x9f\xbf\xbf")};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_false(is_valid(rows[i].octets, rows[i].n));
	}
}

static void what_nobody_can_see_is_no_name(void **state)
{
	static const struct row rows[] = {ROW(" "), ROW("   "), ROW("\xc2\xa0"),
		ROW("\xe2\x80\x8b"), ROW("\xe3\x80\x80 "), ROW("\xef\xbb\xbf"), ROW("\xe1\x9a\x80"),
		ROW("\xe2\x80\xaf"), ROW("\xe2\x81\x9f"), ROW("\xe2\x81\xa0")};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_false(is_valid(rows[i].octets, rows[i].n));
	}
}

static void texts_have_255_octets_at_most(void **state)
{
	char text[300];
	char copy[NAME_TEXT_MAX + 1];

	memset(text, 'a', sizeof(text));
	assert_true(is_valid(text, 255));
	assert_false(is_valid(text, 256));
	assert_true(name_text_copy((const uint8_t *)text, 255, copy));
	assert_int_equal(strlen(copy), 255);
	assert_false(name_text_copy((const uint8_t *)text, 256, copy));
	assert_string_equal(copy, "");
}

/* GLib's check knows the same form; every sequence of up to three octets, and of four sampled. */
static void every_short_sequence_is_judged_as_glib_does(void **state)
{
	uint8_t octets[5] = "x";

	for (uint32_t i = 0; i < 0x1000000; i += i < 0x10000 ? 1 : 7) {
		uint32_t c;
		bool utf8;

		octets[1] = (uint8_t)(i >> 16);
		octets[2] = (uint8_t)(i >> 8);
		octets[3] = (uint8_t)i;
		octets[4] = (uint8_t)(0x80 | (i & 0x3f));
		utf8 = g_utf8_validate((const char *)octets, 5, NULL);
		if (name_text_is_valid(octets, 5)) {
			assert_true(utf8);
		} else if (utf8 && octets[1] >= 0xf0) {
			c = g_utf8_get_char((const char *)octets + 1);
			assert_true((c & 0xfffe) == 0xfffe);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_that_can_be_shown_are_taken),
		cmocka_unit_test(utf8_is_taken_in_its_one_form_only),
		cmocka_unit_test(what_changes_the_text_around_it_is_refused),
		cmocka_unit_test(what_nobody_can_see_is_no_name),
		cmocka_unit_test(texts_have_255_octets_at_most),
		cmocka_unit_test(every_short_sequence_is_judged_as_glib_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
