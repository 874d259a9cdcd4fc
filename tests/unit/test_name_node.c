#include "tests/unit/unit.h"

#include <stdbool.h>
#include <string.h>

#include "probe/name_node.h"

static void assert_node(const char *name, const char *expected, bool plain)
{
	uint8_t at = plain ? name_node_offset_plain(name, (uint32_t)strlen(name))
			   : name_node_offset(name, (uint32_t)strlen(name));

	assert_string_equal(name + at, expected);
}

static void a_node_is_one_label_more_than_its_public_suffix(void **state)
{
	static const char *const rows[][2] = {
		{"example.com", "example.com"},
		{"www.example.com", "example.com"},
		{"a.b.c.example.com", "example.com"},
		{"www.example.co.uk", "example.co.uk"},
		{"example.co.uk", "example.co.uk"},
		{"a.example.com.au", "example.com.au"},
		{"printer", "printer"},
		{"com", "com"},
		{"co.uk", "co.uk"},
		{"nas.lan", "nas.lan"},
		{"a.nas.lan", "nas.lan"},
		{"www.xn--bcher-kva.example", "xn--bcher-kva.example"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_node(rows[i][0], rows[i][1], false);
		assert_node(rows[i][0], rows[i][1], true);
	}
}

static void the_list_knows_more_than_the_plain_rule(void **state)
{
	assert_node("a.b.example.kawasaki.jp", "kawasaki.jp", true);
#ifdef HAVE_LIBPSL
	assert_node("a.b.example.kawasaki.jp", "b.example.kawasaki.jp", false);
	assert_node("city.kawasaki.jp", "city.kawasaki.jp", false);
#endif
}

static void only_the_octets_given_are_looked_at(void **state)
{
	assert_int_equal(name_node_offset("www.example.com.other", 15), 4);
	assert_int_equal(name_node_offset_plain("www.example.com.other", 15), 4);
	assert_int_equal(name_node_offset("", 0), 0);
	assert_int_equal(name_node_offset_plain("", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_one_label_more_than_its_public_suffix),
		cmocka_unit_test(the_list_knows_more_than_the_plain_rule),
		cmocka_unit_test(only_the_octets_given_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
