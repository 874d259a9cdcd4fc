#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "probe/tls_hello.h"
#include "tests/unit/hello.h"

static uint8_t message[HELLO_OCTETS_MAX];
static uint8_t records[6 * HELLO_OCTETS_MAX];
static char name[256];

/* In memory of exactly @n octets, so that a read past it is seen. */
static enum status name_of(const uint8_t *octets, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	enum status status;

	assert_non_null(copy);
	memcpy(copy, octets, n);
	status = tls_hello_name(copy, n, name);
	free(copy);
	return status;
}

static enum status bare_name_of(const struct hello_options *options)
{
	return tls_hello_name_bare(message, hello_message(options, message), name);
}

static void the_name_is_found_in_all_shapes_of_hello(void **state)
{
	const struct hello_options shapes[] = {
		{.name = "www.example.com"},
		{.name = "WWW.Example.COM", .grease = true},
		{.name = "www.example.com", .encrypted_hello = true},
		{.name = "www.example.com", .other_name_first = true},
		{.name = "www.example.com", .key_share_octets = 1216, .grease = true},
		{.name = "www.example.com", .key_share_octets = 15000},
		{.name = "www.example.com", .key_share_octets = 30000},
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		size_t n = hello_message(&shapes[i], message);

		assert_int_equal(tls_hello_name_bare(message, n, name), STATUS_OK);
		assert_string_equal(name, "www.example.com");
		n = hello_records(message, n, 16384, records);
		assert_true(tls_hello_begins(records, n));
		assert_false(tls_hello_is_server(records, n));
		assert_int_equal(name_of(records, n), STATUS_OK);
		assert_string_equal(name, "www.example.com");
	}
}

static void records_of_any_size_are_joined(void **state)
{
	struct hello_options options = {.name = "www.example.com", .grease = true};
	size_t octets = hello_message(&options, message);

	for (size_t size = 1; size <= octets; size++) {
		size_t n = hello_records(message, octets, size, records);

		assert_int_equal(name_of(records, n), STATUS_OK);
		assert_string_equal(name, "www.example.com");
	}
}

static void each_prefix_is_undecided_until_the_name_is_there(void **state)
{
	struct hello_options options = {.name = "www.example.com"};
	size_t octets = hello_message(&options, message);

	for (size_t size = 1; size <= octets; size += 13) {
		size_t n = hello_records(message, octets, size, records);
		enum status last = STATUS_AGAIN;

		for (size_t i = 0; i <= n; i++) {
			enum status status = name_of(records, i);

			assert_true(tls_hello_begins(records, i));
			assert_true(status == last || status == STATUS_OK);
			assert_string_equal(name, status == STATUS_OK ? "www.example.com" : "");
			last = status;
		}
		assert_int_equal(last, STATUS_OK);
	}
}

static void no_flipped_octet_gives_more_than_a_checked_name(void **state)
{
	struct hello_options options = {.name = "www.example.com", .grease = true};
	size_t octets = hello_message(&options, message);
	size_t n = hello_records(message, octets, 40, records);
	unsigned malformed = 0;

	for (size_t i = 0; i < n; i++) {
		for (unsigned change = 1; change < 256; change++) {
			records[i] ^= (uint8_t)change;
			if (name_of(records, n) == STATUS_OK) {
				assert_true(strlen(name) >= 1 && strlen(name) <= 253);
				assert_int_equal(
					strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_"),
					strlen(name));
			} else {
				assert_string_equal(name, "");
				malformed++;
			}
			records[i] ^= (uint8_t)change;
		}
	}
	assert_true(malformed > 255 * 10);
}

static void a_hello_without_a_usable_name_has_none(void **state)
{
	static const char *const names[] = {"192.0.2.1", "2001:db8::1", "[2001:db8::1]", "", ".",
		"a b", "a\xc3\xbc.example", "-a.example", "a..example"};
	struct hello_options none = {.grease = true};
	struct hello_options oldest = {.without_extensions = true};
	uint8_t longest[300];
	struct hello_options options = {.name_octets = longest};

	assert_int_equal(bare_name_of(&none), STATUS_NOT_FOUND);
	assert_int_equal(bare_name_of(&oldest), STATUS_NOT_FOUND);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct hello_options refused = {.name = names[i]};

		assert_int_equal(bare_name_of(&refused), STATUS_NOT_FOUND);
		assert_string_equal(name, "");
	}
	memset(longest, 'a', sizeof(longest));
	for (size_t i = 50; i < sizeof(longest); i += 50) {
		longest[i] = '.';
	}
	for (size_t n = 252; n <= 300; n++) {
		options.name_octet_count = n;
		assert_int_equal(bare_name_of(&options), n <= 253 ? STATUS_OK : STATUS_NOT_FOUND);
	}
	options.name_octet_count = 3;
	longest[1] = '\0';
	assert_int_equal(bare_name_of(&options), STATUS_NOT_FOUND);
}

static void lengths_that_contradict_each_other_are_malformed(void **state)
{
	/* Offsets in the message made by hello_message() with nothing optional but the name. */
	static const struct {
		const char *what;
		size_t offset;
		uint8_t value;
	} edits[] = {
		{"message is no ClientHello", 0, 2},
		{"message of more than 64 KiB", 1, 1},
		{"legacy version 2", 4, 2},
		{"session id of 33", 38, 33},
		{"odd list of cipher suites", 72, 3},
		{"no cipher suites", 72, 0},
		{"no compression methods", 77, 0},
		{"extensions end before the message", 80, 0},
		{"extensions go on after the message", 79, 1},
		{"extension longer than the extensions", 83, 200},
		{"list of names longer than its extension", 95, 200},
		{"list of names shorter than its extension", 95, 17},
		{"name longer than its list", 98, 200},
	};
	struct hello_options options = {.name = "www.example.com"};
	size_t n = hello_message(&options, message);

	assert_int_equal(load_be16(message + 71), 4);
	assert_int_equal(load_be16(message + 79), n - 81);
	assert_int_equal(load_be16(message + 97), 15);
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		(void)hello_message(&options, message);
		message[edits[i].offset] = edits[i].value;
		assert_int_equal(tls_hello_name_bare(message, n, name), STATUS_MALFORMED);
	}
}

static void a_session_id_has_32_octets_at_most(void **state)
{
	struct hello_options options = {.name = "www.example.com"};
	size_t n = hello_message(&options, message);

	memmove(message + 40, message + 39, n - 39);
	store_be16(message + 2, (uint16_t)(n - 3));
	assert_int_equal(message[38], 32);
	message[38] = 33;
	assert_int_equal(tls_hello_name_bare(message, n + 1, name), STATUS_MALFORMED);
}

static void other_octets_are_no_hello(void **state)
{
	static const struct {
		const char *what;
		uint8_t octets[6];
		bool is_server;
	} table[] = {
		{"ServerHello", {22, 3, 3, 0, 90, 2}, true},
		{"HelloRequest", {22, 3, 3, 0, 4, 0}, false},
		{"alert", {21, 3, 3, 0, 2, 1}, false},
		{"application data", {23, 3, 3, 0, 90, 1}, false},
		{"major version 2", {22, 2, 0, 0, 90, 1}, false},
		{"major version 254: DTLS", {22, 254, 253, 0, 0, 1}, false},
		{"minor version 5", {22, 3, 5, 0, 90, 1}, false},
		{"empty record", {22, 3, 1, 0, 0, 1}, false},
		{"record of more than 16 KiB", {22, 3, 1, 0x40, 1, 1}, false},
		{"HTTP", {'G', 'E', 'T', ' ', '/', ' '}, false},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_false(tls_hello_begins(table[i].octets, 6));
		assert_int_equal(tls_hello_is_server(table[i].octets, 6), table[i].is_server);
		assert_int_equal(name_of(table[i].octets, 6), STATUS_MALFORMED);
	}
	assert_true(tls_hello_begins((const uint8_t[]){22, 3, 1, 0x40, 0, 1}, 6));
	assert_false(tls_hello_is_server(table[0].octets, 5));
}

static void a_record_of_another_type_inside_the_hello_is_malformed(void **state)
{
	struct hello_options options = {.name = "www.example.com"};
	size_t octets = hello_message(&options, message);
	size_t n = hello_records(message, octets, 50, records);

	records[55] = 23;
	assert_int_equal(name_of(records, n), STATUS_MALFORMED);
	for (size_t i = 55; i < 60; i++) {
		assert_int_equal(name_of(records, i), i == 55 ? STATUS_AGAIN : STATUS_MALFORMED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_found_in_all_shapes_of_hello),
		cmocka_unit_test(records_of_any_size_are_joined),
		cmocka_unit_test(each_prefix_is_undecided_until_the_name_is_there),
		cmocka_unit_test(no_flipped_octet_gives_more_than_a_checked_name),
		cmocka_unit_test(a_hello_without_a_usable_name_has_none),
		cmocka_unit_test(lengths_that_contradict_each_other_are_malformed),
		cmocka_unit_test(a_session_id_has_32_octets_at_most),
		cmocka_unit_test(other_octets_are_no_hello),
		cmocka_unit_test(a_record_of_another_type_inside_the_hello_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
