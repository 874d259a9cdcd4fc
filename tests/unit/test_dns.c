#include "tests/unit/unit.h"

#include <string.h>

#include "probe/dns.h"
#include "tests/unit/identity_fixture.h"

#define RESPONSE 0x8180

static enum status read_answer(const struct fixture_message *m, struct dns_answer *ret_answer)
{
	return dns_answer_read(m->octets, m->n, ret_answer);
}

static void assert_address(const struct dns_answer *answer, unsigned at, const char *address)
{
	uint8_t expected[16];

	fixture_address(address, expected);
	assert_true(at < answer->count);
	assert_memory_equal(answer->addresses[at].address, expected, 16);
}

static void an_answer_has_the_addresses_of_its_question(void **state)
{
	struct fixture_message m;
	struct dns_answer answer;
	char text[256];

	fixture_dns_begin(&m, RESPONSE, "WWW.example.com", 3);
	fixture_dns_address(&m, "www.EXAMPLE.com", "192.0.2.7");
	fixture_dns_address(&m, "other.example.com", "192.0.2.8");
	fixture_dns_address(&m, "www.example.com", "2001:db8::7");
	assert_int_equal(read_answer(&m, &answer), STATUS_OK);
	assert_int_equal(answer.count, 2);
	assert_address(&answer, 0, "192.0.2.7");
	assert_address(&answer, 1, "2001:db8::7");
	assert_int_equal(answer.addresses[0].ip_version, 4);
	assert_int_equal(answer.addresses[1].ip_version, 6);
	assert_int_equal(answer.addresses[0].ttl_s, 60);
	assert_true(dns_name_text(&answer.question, text));
	assert_string_equal(text, "www.example.com");
}

static void aliases_lead_from_the_question_to_addresses(void **state)
{
	struct fixture_message m;
	struct dns_answer answer;

	fixture_dns_begin(&m, RESPONSE, "a.example", 4);
	fixture_dns_alias(&m, "a.example", "b.example");
	fixture_dns_alias(&m, "b.example", "c.example");
	fixture_dns_address(&m, "c.example", "192.0.2.1");
	fixture_dns_address(&m, "d.example", "192.0.2.2");
	assert_int_equal(read_answer(&m, &answer), STATUS_OK);
	assert_int_equal(answer.count, 1);
	assert_address(&answer, 0, "192.0.2.1");
}

static void aliases_may_stand_in_the_wrong_order(void **state)
{
	struct fixture_message m;
	struct dns_answer answer;

	fixture_dns_begin(&m, RESPONSE, "a.example", 4);
	fixture_dns_address(&m, "d.example", "192.0.2.1");
	fixture_dns_alias(&m, "c.example", "d.example");
	fixture_dns_alias(&m, "b.example", "c.example");
	fixture_dns_alias(&m, "a.example", "b.example");
	assert_int_equal(read_answer(&m, &answer), STATUS_OK);
	assert_int_equal(answer.count, 1);
	assert_address(&answer, 0, "192.0.2.1");
}

static void a_ring_of_aliases_has_no_end_but_is_left(void **state)
{
	struct fixture_message m;
	struct dns_answer answer;

	fixture_dns_begin(&m, RESPONSE, "a.example", 4);
	fixture_dns_alias(&m, "a.example", "b.example");
	fixture_dns_alias(&m, "b.example", "a.example");
	fixture_dns_alias(&m, "b.example", "b.example");
	fixture_dns_address(&m, "b.example", "192.0.2.1");
	assert_int_equal(read_answer(&m, &answer), STATUS_OK);
	assert_int_equal(answer.count, 1);
	assert_address(&answer, 0, "192.0.2.1");
}

static void chains_end_after_as_many_aliases_as_are_kept(void **state)
{
	for (unsigned n = DNS_ALIASES_MAX; n <= DNS_ALIASES_MAX + 1; n++) {
		struct fixture_message m;
		struct dns_answer answer;
		char name[2] = "a";
		char target[2] = "b";

		fixture_dns_begin(&m, RESPONSE, "a", n + 1);
		for (unsigned i = 0; i < n; i++) {
			fixture_dns_alias(&m, name, target);
			name[0]++;
			target[0]++;
		}
		fixture_dns_address(&m, name, "192.0.2.1");
		assert_int_equal(read_answer(&m, &answer), STATUS_OK);
		assert_int_equal(answer.count, n == DNS_ALIASES_MAX);
	}
}

static void addresses_beyond_the_bound_are_counted(void **state)
{
	struct fixture_message m;
	struct dns_answer answer;

	fixture_dns_begin(&m, RESPONSE, "a", DNS_ADDRESSES_MAX + 3);
	for (unsigned i = 0; i < DNS_ADDRESSES_MAX + 3; i++) {
		fixture_dns_address(&m, "a", "192.0.2.1");
	}
	assert_int_equal(read_answer(&m, &answer), STATUS_OK);
	assert_int_equal(answer.count, DNS_ADDRESSES_MAX);
	assert_int_equal(answer.dropped, 3);
}

static void what_is_no_good_response_says_nothing(void **state)
{
	static const unsigned flags[] = {
		0x0100, 0x8183, 0x8182, 0x8980, 0x9180}; /* query, errors, other operations */
	struct fixture_message m;
	struct dns_answer answer;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		fixture_dns_begin(&m, flags[i], "a", 1);
		fixture_dns_address(&m, "a", "192.0.2.1");
		assert_int_equal(read_answer(&m, &answer), STATUS_NOT_FOUND);
		assert_int_equal(answer.count, 0);
	}
	fixture_dns_begin(&m, RESPONSE, NULL, 1);
	fixture_dns_address(&m, "a", "192.0.2.1");
	assert_int_equal(read_answer(&m, &answer), STATUS_NOT_FOUND);
	assert_int_equal(dns_answer_read("\0\1\x81\x80\0", 5, &answer), STATUS_SHORT);
}

static void records_of_other_classes_and_sizes_are_passed_over(void **state)
{
	struct fixture_message m;
	struct dns_answer answer;

	fixture_dns_begin(&m, RESPONSE, "a", 3);
	fixture_octets(&m, "\1a\0\0\1\0\3\0\0\0\1\0\4\xc0\0\2\1", 17); /* class CH */
	fixture_octets(&m, "\1a\0\0\1\0\1\0\0\0\1\0\3\xc0\0\2", 16);   /* three octets */
	fixture_octets(&m, "\1a\0\0\x1c\0\1\0\0\0\1\0\4\xc0\0\2\1", 17);
	assert_int_equal(read_answer(&m, &answer), STATUS_OK);
	assert_int_equal(answer.count, 0);
}

static void an_alias_must_fill_its_record(void **state)
{
	struct fixture_message m;
	struct dns_answer answer;

	fixture_dns_begin(&m, RESPONSE, "a", 1);
	fixture_octets(&m, "\1a\0\0\5\0\1\0\0\0\1\0\4\1b\0\0", 17);
	assert_int_equal(read_answer(&m, &answer), STATUS_MALFORMED);
	fixture_dns_begin(&m, RESPONSE, "a", 1);
	fixture_octets(&m, "\1a\0\0\5\0\1\0\0\0\1\0\2\1b\0\0", 17);
	assert_int_equal(read_answer(&m, &answer), STATUS_MALFORMED);
}

static enum status read_name(const char *octets, size_t n, size_t at, char ret_text[256])
{
	struct dns_name name;
	size_t end;
	enum status status = dns_name_read((const uint8_t *)octets, n, at, &name, &end);

	if (status == STATUS_OK) {
		(void)dns_name_text(&name, ret_text);
	}
	return status;
}

static void pointers_lead_backwards_only(void **state)
{
	char text[256] = "";

	assert_int_equal(read_name("\1b\0\1a\xc0\0", 7, 3, text), STATUS_OK);
	assert_string_equal(text, "a.b");
	assert_int_equal(read_name("\1b\xc0\0", 4, 0, text), STATUS_MALFORMED);
	assert_int_equal(read_name("\xc0\0", 2, 0, text), STATUS_MALFORMED);
	assert_int_equal(read_name("\xc0\2\0", 3, 0, text), STATUS_MALFORMED);
	assert_int_equal(read_name("\1b\xc0\0\1a\xc0\2", 8, 4, text), STATUS_MALFORMED);
	assert_int_equal(read_name("\xc0", 1, 0, text), STATUS_SHORT);
	assert_int_equal(read_name("\1a\xc0", 3, 0, text), STATUS_SHORT);
	assert_int_equal(read_name("\2a", 2, 0, text), STATUS_SHORT);
	assert_int_equal(read_name("\1a", 2, 0, text), STATUS_SHORT);
	assert_int_equal(read_name("", 0, 0, text), STATUS_SHORT);
	assert_int_equal(read_name("\x40", 1, 0, text), STATUS_MALFORMED);
	assert_int_equal(read_name("\x80zz", 3, 0, text), STATUS_MALFORMED);
}

static void a_name_has_255_octets_and_as_many_jumps_as_are_followed(void **state)
{
	uint8_t message[1024] = {0};
	struct dns_name name;
	size_t end;
	size_t at = 0;

	for (unsigned i = 0; i < 127; i++, at += 2) {
		memcpy(message + at, "\1a", 2);
	}
	assert_int_equal(dns_name_read(message, at + 1, 0, &name, &end), STATUS_OK);
	assert_int_equal(name.octets, DNS_NAME_WIRE_MAX);
	assert_int_equal(end, 255);
	memcpy(message + at, "\1a", 3);
	assert_int_equal(dns_name_read(message, at + 3, 0, &name, &end), STATUS_MALFORMED);

	memset(message, 0, sizeof(message));
	for (unsigned i = 1; i <= DNS_JUMPS_MAX + 1; i++) {
		message[2 * i] = 0xc0 | (uint8_t)((2 * i - 2) >> 8);
		message[2 * i + 1] = (uint8_t)(2 * i - 2);
	}
	end = 0;
	assert_int_equal(
		dns_name_read(message, sizeof(message), 2 * DNS_JUMPS_MAX, &name, &end), STATUS_OK);
	assert_int_equal(end, 2 * DNS_JUMPS_MAX + 2);
	assert_int_equal(
		dns_name_read(message, sizeof(message), 2 * DNS_JUMPS_MAX + 2, &name, &end),
		STATUS_MALFORMED);
}

static void names_that_read_otherwise_as_text_are_refused(void **state)
{
	static const struct dns_name dotted = {.octets = 5, .wire = "\3a.b"};
	static const struct dns_name markup = {.octets = 5, .wire = "\3<b>"};
	static const struct dns_name nul = {.octets = 5, .wire = "\3a\0b"};
	static const struct dns_name root = {.octets = 1, .wire = ""};
	char text[256];

	assert_false(dns_name_text(&dotted, text));
	assert_false(dns_name_text(&markup, text));
	assert_false(dns_name_text(&nul, text));
	assert_false(dns_name_text(&root, text));
	assert_string_equal(text, "");
}

static void names_compare_without_case_but_with_lengths(void **state)
{
	static const struct dns_name a = {.octets = 5, .wire = "\1A\1b"};
	static const struct dns_name b = {.octets = 5, .wire = "\1a\1B"};
	static const struct dns_name c = {.octets = 5, .wire = "\3a\1B"};
	static const struct dns_name d = {.octets = 3, .wire = "\1a"};

	assert_true(dns_name_equal(&a, &b));
	assert_false(dns_name_equal(&a, &c));
	assert_false(dns_name_equal(&a, &d));
}

static void parse(const uint8_t *octets, size_t n)
{
	struct dns_answer answer;
	char text[256];

	if (dns_answer_read(octets, n, &answer) == STATUS_OK) {
		assert_true(answer.count <= DNS_ADDRESSES_MAX);
		(void)dns_name_text(&answer.question, text);
	}
}

static void damaged_messages_do_no_harm(void **state)
{
	struct fixture_message m;

	fixture_dns_begin(&m, RESPONSE, "cam.vendor.example", 3);
	fixture_octets(&m, "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\7\4edge\xc0\x10", 19);
	fixture_octets(&m, "\xc0\x30\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1", 16);
	fixture_dns_address(&m, "edge.vendor.example", "2001:db8::1");
	fixture_damage(m.octets, m.n, parse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_has_the_addresses_of_its_question),
		cmocka_unit_test(aliases_lead_from_the_question_to_addresses),
		cmocka_unit_test(aliases_may_stand_in_the_wrong_order),
		cmocka_unit_test(a_ring_of_aliases_has_no_end_but_is_left),
		cmocka_unit_test(chains_end_after_as_many_aliases_as_are_kept),
		cmocka_unit_test(addresses_beyond_the_bound_are_counted),
		cmocka_unit_test(what_is_no_good_response_says_nothing),
		cmocka_unit_test(records_of_other_classes_and_sizes_are_passed_over),
		cmocka_unit_test(an_alias_must_fill_its_record),
		cmocka_unit_test(pointers_lead_backwards_only),
		cmocka_unit_test(a_name_has_255_octets_and_as_many_jumps_as_are_followed),
		cmocka_unit_test(names_that_read_otherwise_as_text_are_refused),
		cmocka_unit_test(names_compare_without_case_but_with_lengths),
		cmocka_unit_test(damaged_messages_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
