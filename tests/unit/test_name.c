#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/name.h"

/* Hand the name over in memory of exactly its size, so that a read past it is seen. */
static bool normalise(const char *text, char ret[256])
{
	size_t n = strlen(text);
	uint8_t *octets = malloc(n + 1);
	bool taken;

	assert_non_null(octets);
	octets = realloc(memcpy(octets, text, n), n == 0 ? 1 : n);
	taken = name_hostname_normalise(octets, n, ret);
	free(octets);
	return taken;
}

static void names_become_lower_case_without_a_dot_at_the_end(void **state)
{
	static const char *const names[][2] = {
		{"www.example.com", "www.example.com"},
		{"WWW.eXample.COM.", "www.example.com"},
		{"printer", "printer"},
		{"a", "a"},
		{"_ipp._tcp.local", "_ipp._tcp.local"},
		{"r3---sn-4g5e.example", "r3---sn-4g5e.example"},
		{"xn--bcher-kva.example", "xn--bcher-kva.example"},
		{"1.0.168.192.in-addr.arpa", "1.0.168.192.in-addr.arpa"},
		{"4.example", "4.example"},
		{"1e100.net", "1e100.net"},
		{"host.0xg", "host.0xg"},
		{"abc.7f", "abc.7f"},
	};
	char name[256];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(normalise(names[i][0], name));
		assert_string_equal(name, names[i][1]);
	}
}

static void what_is_no_host_name_is_refused(void **state)
{
	static const char *const texts[] = {"", ".", "..", "a..b", ".a", "a..", "-a", "a-",
		"a.-b.c", "a.b-.c", "a b", "a/b", "a:80", "a@b", "b\xc3\xbc-e.example",
		"*.example.com", "a\nb", "a\x7f", "a\x80", "a[", "a`", "a{", "a^"};
	char name[256];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		memset(name, 'x', sizeof(name));
		assert_false(normalise(texts[i], name));
		assert_string_equal(name, "");
	}
	assert_false(name_hostname_normalise((const uint8_t *)"a\0b", 3, name));
}

static void addresses_are_not_names(void **state)
{
	static const char *const texts[] = {"192.0.2.1", "192.0.2.1.", "1.2", "2130706433",
		"0x7f000001", "127.0x1", "0X7F.1", "0x", "example.255", "2001:db8::1",
		"[2001:db8::1]", "::"};
	char name[256];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(normalise(texts[i], name));
		assert_string_equal(name, "");
	}
}

static void labels_have_63_and_names_253_octets_at_most(void **state)
{
	char text[512];
	char name[256];

	memset(text, 'a', sizeof(text));
	text[63] = '\0';
	assert_true(normalise(text, name));
	assert_int_equal(strlen(name), 63);
	text[63] = 'a';
	text[64] = '\0';
	assert_false(normalise(text, name));

	for (size_t n = 250; n < 300; n++) {
		memset(text, 'a', sizeof(text));
		for (size_t i = 63; i < n - 1; i += 64) {
			text[i] = '.';
		}
		text[n] = '\0';
		assert_int_equal(normalise(text, name), n <= NAME_HOSTNAME_MAX);
		if (text[n - 1] != '.') {
			text[n] = '.';
			text[n + 1] = '\0';
			assert_int_equal(normalise(text, name), n <= NAME_HOSTNAME_MAX);
		}
	}
}

static void every_octet_is_either_kept_folded_or_refused(void **state)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	char name[256];

	for (unsigned c = 0; c < 256; c++) {
		uint8_t text[3] = {'x', (uint8_t)c, 'x'};
		unsigned folded = c >= 'A' && c <= 'Z' ? c + 32 : c;
		bool expected = c != 0 && (c == '.' || strchr(allowed, (int)folded) != NULL);

		assert_int_equal(name_hostname_normalise(text, 3, name), expected);
		if (expected) {
			assert_int_equal(name[1], folded);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_lower_case_without_a_dot_at_the_end),
		cmocka_unit_test(what_is_no_host_name_is_refused),
		cmocka_unit_test(addresses_are_not_names),
		cmocka_unit_test(labels_have_63_and_names_253_octets_at_most),
		cmocka_unit_test(every_octet_is_either_kept_folded_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
