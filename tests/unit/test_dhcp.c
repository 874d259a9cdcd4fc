#include "tests/unit/unit.h"

#include <string.h>

#include "probe/dhcp.h"
#include "probe/dhcp6.h"
#include "tests/unit/identity_fixture.h"

static enum status read_of(const struct fixture_message *m, struct dhcp_message *ret)
{
	return dhcp_read(m->octets, m->n, ret);
}

static void a_request_tells_who_asks_and_how(void **state)
{
	struct fixture_message m;
	struct dhcp_message message;
	char text[256];

	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_REQUEST, "192.168.1.20", "0.0.0.0");
	fixture_dhcp_option(&m, 12, "kitchen-cam", 11);
	fixture_dhcp_option(&m, 55, "\1\3\6", 3);
	fixture_dhcp_option(&m, 60, "udhcp 1.33", 10);
	fixture_octets(&m, "\xff", 1);
	assert_int_equal(read_of(&m, &message), STATUS_OK);
	assert_true(message.from_client);
	assert_int_equal(message.type, DHCP_REQUEST);
	assert_memory_equal(message.mac, MAC_CAMERA, 6);
	assert_memory_equal(message.has, "\xc0\xa8\1\x14", 4);
	assert_true(dhcp_value_text(&message.host_name, text));
	assert_string_equal(text, "kitchen-cam");
	assert_true(dhcp_value_text(&message.vendor_class, text));
	assert_string_equal(text, "udhcp 1.33");
	assert_int_equal(message.parameters.n, 3);
	assert_memory_equal(message.parameters.octets, "\1\3\6", 3);
	assert_false(message.routers.present);
	assert_false(dhcp_value_text(&message.routers, text));
}

static void an_answer_tells_what_is_given(void **state)
{
	struct fixture_message m;
	struct dhcp_message message;

	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_ACK, "0.0.0.0", "192.168.1.20");
	fixture_dhcp_option(&m, 3, "\xc0\xa8\1\1\xc0\xa8\1\2", 8);
	fixture_dhcp_option(&m, 54, "\xc0\xa8\1\1", 4);
	assert_int_equal(read_of(&m, &message), STATUS_OK); /* an end is not insisted on */
	assert_false(message.from_client);
	assert_memory_equal(message.gets, "\xc0\xa8\1\x14", 4);
	assert_int_equal(message.routers.n, 8);
	assert_int_equal(message.server.n, 4);
}

static void the_pieces_of_an_option_are_joined(void **state)
{
	struct fixture_message m;
	struct dhcp_message message;
	char long_piece[200];
	char text[256];

	memset(long_piece, 'a', sizeof(long_piece));
	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_REQUEST, "0.0.0.0", "0.0.0.0");
	fixture_dhcp_option(&m, 12, "kit", 3);
	fixture_dhcp_option(&m, 0, NULL, 0);
	fixture_dhcp_option(&m, 12, "chen", 4);
	fixture_dhcp_option(&m, 60, long_piece, 200);
	fixture_dhcp_option(&m, 60, long_piece, 55);
	assert_int_equal(read_of(&m, &message), STATUS_OK);
	assert_true(dhcp_value_text(&message.host_name, text));
	assert_string_equal(text, "kitchen");
	assert_true(dhcp_value_text(&message.vendor_class, text));
	assert_int_equal(strlen(text), 255);

	fixture_dhcp_option(&m, 60, "b", 1);
	assert_int_equal(read_of(&m, &message), STATUS_OK);
	assert_false(dhcp_value_text(&message.vendor_class, text));
	assert_string_equal(text, "");
}

static void options_go_on_in_the_fields_of_file_and_server(void **state)
{
	struct fixture_message m;
	struct dhcp_message message;
	char text[256];

	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_REQUEST, "0.0.0.0", "0.0.0.0");
	fixture_dhcp_option(&m, 52, "\3", 1);
	fixture_octets(&m, "\xff", 1);
	memcpy(m.octets + 108, "\x0c\3kit\xff", 6); /* file */
	memcpy(m.octets + 44, "\x0c\4chen\xff", 7); /* server name */
	assert_int_equal(read_of(&m, &message), STATUS_OK);
	assert_true(dhcp_value_text(&message.host_name, text));
	assert_string_equal(text, "kitchen");

	m.octets[m.n - 2] = 1;
	assert_int_equal(read_of(&m, &message), STATUS_OK);
	assert_true(dhcp_value_text(&message.host_name, text));
	assert_string_equal(text, "kit");

	memset(m.octets + 108, 12, 128); /* its last option ends beyond the field */
	assert_int_equal(read_of(&m, &message), STATUS_SHORT);
}

static void what_is_not_dhcp_is_told_apart(void **state)
{
	struct fixture_message m;
	struct dhcp_message message;

	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_REQUEST, "0.0.0.0", "0.0.0.0");
	m.octets[0] = 3;
	assert_int_equal(read_of(&m, &message), STATUS_MALFORMED);
	m.octets[0] = 1;
	m.octets[236] = 0;
	assert_int_equal(read_of(&m, &message), STATUS_NOT_FOUND);
	assert_int_equal(dhcp_read(m.octets, 236, &message), STATUS_NOT_FOUND);
	assert_int_equal(dhcp_read(m.octets, 235, &message), STATUS_SHORT);
	m.octets[236] = 0x63;
	m.octets[1] = 6; /* other hardware: no MAC */
	assert_int_equal(read_of(&m, &message), STATUS_OK);
	assert_memory_equal(message.mac, MAC_NONE, 6);
}

static bool host_name(const char *octets, uint8_t n, char ret_text[256])
{
	struct dhcp_value value = {.present = true, .n = n};

	memcpy(value.octets, octets, n);
	return dhcp_value_text(&value, ret_text);
}

static void host_names_may_have_one_zero_at_their_end(void **state)
{
	char text[256];

	assert_true(host_name("cam\0", 4, text));
	assert_string_equal(text, "cam");
	assert_false(host_name("cam\0\0", 5, text));
	assert_false(host_name("c\0am", 4, text));
	assert_false(host_name("\0", 1, text));
	assert_false(host_name("", 0, text));
	assert_false(host_name("a\nb", 3, text));
	assert_false(host_name("\xff\xfe\xfd", 3, text));
	assert_false(host_name("\xed\xa0\x80", 3, text));
	assert_true(host_name("<script>", 8, text));
	assert_string_equal(text, "<script>");
}

static bool domain_name(const char *octets, uint8_t n, char ret_text[256])
{
	struct dhcp_value value = {.present = true, .n = n};

	memcpy(value.octets, octets, n);
	return dhcp_domain_name_text(&value, ret_text);
}

static void domain_names_come_in_two_encodings(void **state)
{
	char text[256];

	assert_true(domain_name("\x05\0\0\3cam\4home\0", 13, text));
	assert_string_equal(text, "cam.home");
	assert_true(domain_name("\x04\0\0\3cam", 7, text));
	assert_string_equal(text, "cam");
	assert_true(domain_name("\x01\0\0cam.home", 11, text));
	assert_string_equal(text, "cam.home");
	assert_true(domain_name("\x01\0\0cam\0", 7, text));
	assert_string_equal(text, "cam");
	assert_false(domain_name("\x04\0\0\3ca", 6, text));     /* label cut */
	assert_false(domain_name("\x04\0\0\3a.b", 7, text));    /* dot in a label */
	assert_false(domain_name("\x04\0\0\3cam\0x", 9, text)); /* more behind the root */
	assert_false(domain_name("\x04\0\0\0", 4, text));
	assert_false(domain_name("\x04\0\0", 3, text));
	assert_false(domain_name("\x04", 1, text));
	assert_false(domain_name("", 0, text));
}

static void parse(const uint8_t *octets, size_t n)
{
	struct dhcp_message message;
	char text[256];

	if (dhcp_read(octets, n, &message) == STATUS_OK) {
		(void)dhcp_value_text(&message.host_name, text);
		(void)dhcp_value_text(&message.vendor_class, text);
		(void)dhcp_domain_name_text(&message.domain_name, text);
	}
}

static void damaged_messages_do_no_harm(void **state)
{
	struct fixture_message m;

	fixture_dhcp_begin(&m, MAC_CAMERA, DHCP_REQUEST, "0.0.0.0", "0.0.0.0");
	fixture_dhcp_option(&m, 52, "\3", 1);
	fixture_dhcp_option(&m, 12, "kitchen-cam", 11);
	fixture_dhcp_option(&m, 81, "\x05\0\0\3cam\4home\0", 13);
	fixture_dhcp_option(&m, 55, "\1\3\6", 3);
	fixture_dhcp_option(&m, 60, "udhcp 1.33", 10);
	memcpy(m.octets + 108, "\x0c\3kit\xff", 6);
	fixture_damage(m.octets, m.n, parse);
}

static const char solicit[] = "\1abc"
			      "\0\x27\0\x0a\1\3cam\4home"
			      "\0\x10\0\x0c\0\0\x7e\xd9\0\6tv-2.1";
static const char reply[] = "\7abc"
			    "\0\3\0\x44\0\0\0\1\0\0\0\2\0\0\0\3"
			    "\0\5\0\x18\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\7\0\0\0\7"
			    "\0\5\0\x18\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\7\0\0\0\0"
			    "\0\4\0\x20\0\0\0\1"
			    "\0\5\0\x18\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\3\0\0\0\7\0\0\0\7";

static void a_client_of_ipv6_tells_its_name_and_class(void **state)
{
	struct dhcp6_message m;

	assert_int_equal(dhcp6_read((const uint8_t *)solicit, sizeof(solicit) - 1, &m), STATUS_OK);
	assert_true(m.from_client);
	assert_int_equal(m.type, DHCP6_SOLICIT);
	assert_int_equal(m.domain_name.n, 9);
	assert_memory_equal(m.domain_name.octets, "\3cam\4home", 9);
	assert_int_equal(m.vendor_class.n, 6);
	assert_memory_equal(m.vendor_class.octets, "tv-2.1", 6);
	assert_int_equal(m.address_count, 0);
}

static void a_server_of_ipv6_gives_addresses_that_are_valid(void **state)
{
	struct dhcp6_message m;

	assert_int_equal(dhcp6_read((const uint8_t *)reply, sizeof(reply) - 1, &m), STATUS_OK);
	assert_false(m.from_client);
	assert_int_equal(m.address_count, 2);
	assert_int_equal(m.addresses[0][15], 1);
	assert_int_equal(m.addresses[1][15], 3);
}

static void messages_of_ipv6_are_told_apart(void **state)
{
	struct dhcp6_message m;

	assert_int_equal(dhcp6_read((const uint8_t *)"\1ab", 3, &m), STATUS_SHORT);
	assert_int_equal(dhcp6_read((const uint8_t *)"\x0c\0\0\0", 4, &m), STATUS_NOT_FOUND);
	assert_int_equal(dhcp6_read((const uint8_t *)"\0\0\0\0", 4, &m), STATUS_NOT_FOUND);
	for (uint8_t type = 1; type <= 11; type++) {
		uint8_t octets[4] = {type};

		assert_int_equal(dhcp6_read(octets, 4, &m), STATUS_OK);
		assert_int_equal(m.from_client, type != 2 && type != 7 && type != 10);
	}
	/* An association with an option that is cut, an address that is too short. */
	assert_int_equal(
		dhcp6_read((const uint8_t *)"\7abc\0\4\0\6\0\0\0\1\0\5", 14, &m), STATUS_MALFORMED);
	assert_int_equal(dhcp6_read((const uint8_t *)"\7abc\0\4\0\x09\0\0\0\1\0\5\0\1x", 17, &m),
		STATUS_MALFORMED);
	assert_int_equal(dhcp6_read((const uint8_t *)"\1abc\0\x27\0\0", 8, &m), STATUS_MALFORMED);
	assert_int_equal(
		dhcp6_read((const uint8_t *)"\1abc\0\x10\0\3abc", 11, &m), STATUS_MALFORMED);
	assert_int_equal(dhcp6_read((const uint8_t *)"\1abc\0\x10\0\4abcd", 12, &m), STATUS_OK);
	assert_int_equal(m.vendor_class.n, 0);
	assert_int_equal(dhcp6_read((const uint8_t *)"\1abc\0", 5, &m), STATUS_SHORT);
}

static void parse6(const uint8_t *octets, size_t n)
{
	struct dhcp6_message m;

	if (dhcp6_read(octets, n, &m) == STATUS_OK) {
		assert_true(m.address_count <= DHCP6_ADDRESSES_MAX);
	}
}

static void damaged_messages_of_ipv6_do_no_harm(void **state)
{
	fixture_damage(solicit, sizeof(solicit) - 1, parse6);
	fixture_damage(reply, sizeof(reply) - 1, parse6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_tells_who_asks_and_how),
		cmocka_unit_test(an_answer_tells_what_is_given),
		cmocka_unit_test(the_pieces_of_an_option_are_joined),
		cmocka_unit_test(options_go_on_in_the_fields_of_file_and_server),
		cmocka_unit_test(what_is_not_dhcp_is_told_apart),
		cmocka_unit_test(host_names_may_have_one_zero_at_their_end),
		cmocka_unit_test(domain_names_come_in_two_encodings),
		cmocka_unit_test(damaged_messages_do_no_harm),
		cmocka_unit_test(a_client_of_ipv6_tells_its_name_and_class),
		cmocka_unit_test(a_server_of_ipv6_gives_addresses_that_are_valid),
		cmocka_unit_test(messages_of_ipv6_are_told_apart),
		cmocka_unit_test(damaged_messages_of_ipv6_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
