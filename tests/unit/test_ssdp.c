#include "tests/unit/unit.h"

#include <string.h>

#include "probe/ssdp.h"
#include "tests/unit/identity_fixture.h"

#define NOTIFY "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\n"

static void assert_product(const char *message, enum status expected, const char *product)
{
	char text[256];

	assert_int_equal(ssdp_read((const uint8_t *)message, strlen(message), text), expected);
	assert_string_equal(text, product);
}

static void the_product_follows_the_upnp_token(void **state)
{
	assert_product(NOTIFY "SERVER: Linux/4.1 UPnP/1.0 TV/6.0\r\n\r\n", STATUS_OK, "TV/6.0");
	assert_product(
		NOTIFY "server:Linux, UPnP/1.0, Hub/2 (x y)  \r\n\r\n", STATUS_OK, "Hub/2 (x y)");
	assert_product("HTTP/1.1 200 OK\r\nServer:\tLinux UPnP/1.1 Box/1\r\nEXT:\r\n\r\n",
		STATUS_OK, "Box/1");
	assert_product(NOTIFY "SERVER: UPnP/1.0 Lamp\n\n", STATUS_OK, "Lamp");
}

static void a_header_of_another_form_is_taken_whole(void **state)
{
	assert_product(NOTIFY "SERVER: my device\r\n\r\n", STATUS_OK, "my device");
	assert_product(NOTIFY "SERVER: Linux UPnP/1.0\r\n\r\n", STATUS_OK, "Linux UPnP/1.0");
	assert_product(NOTIFY "SERVER: xUPnP/1.0 y\r\n\r\n", STATUS_OK, "xUPnP/1.0 y");
}

static void searches_and_farewells_name_nobody(void **state)
{
	assert_product("M-SEARCH * HTTP/1.1\r\nSERVER: x\r\n\r\n", STATUS_NOT_FOUND, "");
	assert_product(
		"NOTIFY * HTTP/1.1\r\nSERVER: x\r\nNTS: ssdp:byebye\r\n\r\n", STATUS_NOT_FOUND, "");
	assert_product(NOTIFY "\r\nSERVER: beyond the headers\r\n", STATUS_NOT_FOUND, "");
	assert_product(NOTIFY "SERVER:\r\n\r\n", STATUS_NOT_FOUND, "");
	assert_product(NOTIFY "SERVER: without an end", STATUS_NOT_FOUND, "");
	assert_product(NOTIFY "SERVERS: x\r\nSERVER\r\n\r\n", STATUS_NOT_FOUND, "");
}

static void what_is_not_ssdp_or_no_text_is_refused(void **state)
{
	assert_product("", STATUS_MALFORMED, "");
	assert_product("GET / HTTP/1.1\r\n\r\n", STATUS_MALFORMED, "");
	assert_product("HTTP/1.1 404 Not Found\r\n\r\n", STATUS_MALFORMED, "");
	assert_product("NOTIFY * HTTP/1.1", STATUS_MALFORMED, "");
	assert_product(NOTIFY "SERVER: a\x1b[31m\r\n\r\n", STATUS_MALFORMED, "");
	assert_product(NOTIFY "SERVER: a\xff\r\n\r\n", STATUS_MALFORMED, "");
	assert_product(NOTIFY "SERVER: a\rb\r\n\r\n", STATUS_MALFORMED, "");
}

static void parse(const uint8_t *octets, size_t n)
{
	char text[256];

	(void)ssdp_read(octets, n, text);
}

static void damaged_messages_do_no_harm(void **state)
{
	static const char message[] = NOTIFY "SERVER: Linux/4.1 UPnP/1.0 TV/6.0\r\n\r\n";

	fixture_damage(message, sizeof(message) - 1, parse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_product_follows_the_upnp_token),
		cmocka_unit_test(a_header_of_another_form_is_taken_whole),
		cmocka_unit_test(searches_and_farewells_name_nobody),
		cmocka_unit_test(what_is_not_ssdp_or_no_text_is_refused),
		cmocka_unit_test(damaged_messages_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
