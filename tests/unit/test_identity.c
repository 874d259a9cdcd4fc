#include "tests/unit/unit.h"

#include <string.h>

#include "probe/identity.h"
#include "tests/unit/identity_fixture.h"

#define SECOND INT64_C(1000000)

static void prefixes_are_read_and_refused(void **state)
{
	static const struct {
		const char *text;
		int length; /* -1: refused */
	} rows[] = {{"192.168.0.0/16", 16}, {"192.168.1.7", 32}, {"10.0.0.0/8", 8},
		{"0.0.0.0/0", 0}, {"fd00::/8", 8}, {"2001:db8::1", 128}, {"2001:db8::/127", 127},
		{"::/0", 0}, {"192.168.1.1/16", -1}, {"192.168.0.0/33", -1}, {"fd00::/129", -1},
		{"fd00::1/64", -1}, {"192.168.0.0/", -1}, {"192.168.0.0/-1", -1},
		{"192.168.0.0/1x", -1}, {"/8", -1}, {"", -1}, {"eth0", -1}, {"192.168", -1},
		{"192.168.0.0/16/16", -1},
		{"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", -1}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct identity_prefix prefix;
		GError *error = NULL;
		bool read = identity_prefix_parse(rows[i].text, &prefix, &error);

		assert_int_equal(read, rows[i].length >= 0);
		if (read) {
			assert_null(error);
			assert_int_equal(prefix.length, rows[i].length);
			assert_int_equal(prefix.ip_version, strchr(rows[i].text, ':') ? 6 : 4);
		} else {
			assert_non_null(strstr(error->message, rows[i].text));
			g_clear_error(&error);
		}
	}
}

static void configured_prefixes_replace_the_private_ones(void **state)
{
	struct identity_config config = {.hash_seed = 1, .home_count = 1};
	struct identity *identity;
	struct identity_device device;
	struct flow_key inside = fixture_key(MAC_CAMERA, "203.0.113.9", MAC_ROUTER, "9.9.9.9");
	struct flow_key outside = fixture_key(MAC_PHONE, "192.168.1.9", MAC_ROUTER, "9.9.9.9");

	assert_true(identity_prefix_parse("203.0.113.0/24", &config.home[0], NULL));
	identity = identity_new(&config, NULL);
	identity_sighting(identity, &inside, SECOND);
	identity_sighting(identity, &outside, SECOND);
	assert_true(fixture_device(identity, MAC_CAMERA, &device));
	assert_false(fixture_device(identity, MAC_PHONE, &device));
	identity_free(identity);
}

static void bounds_beyond_their_limits_are_refused(void **state)
{
	static const struct identity_config configs[] = {{.devices_max = 65537},
		{.names_max = (1 << 20) + 1}, {.home_count = IDENTITY_PREFIXES_MAX + 1},
		{.home_interface_count = 9}};

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		GError *error = NULL;

		assert_null(identity_new(&configs[i], &error));
		assert_non_null(error);
		g_clear_error(&error);
	}
	identity_free(NULL);
}

static void kinds_are_told_by_protocol_and_ports(void **state)
{
	static const uint16_t ports[] = {53, 67, 68, 546, 547, 1900, 5353, 5355};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		assert_int_equal(inspect_kind_of(4, 17, ports[i], 40000), INSPECT_DATAGRAM);
		assert_int_equal(inspect_kind_of(6, 17, 40000, ports[i]), INSPECT_DATAGRAM);
		assert_int_equal(inspect_kind_of(4, 6, ports[i], 40000), INSPECT_STREAM);
	}
	assert_int_equal(inspect_kind_of(4, 17, 40000, 443), INSPECT_STREAM);
	assert_int_equal(inspect_kind_of(6, 58, 132, 0), INSPECT_NONE);
	assert_int_equal(inspect_kind_of(6, 58, 133, 0), INSPECT_DATAGRAM);
	assert_int_equal(inspect_kind_of(6, 58, 136, 0), INSPECT_DATAGRAM);
	assert_int_equal(inspect_kind_of(6, 58, 137, 0), INSPECT_NONE);
	assert_int_equal(inspect_kind_of(4, 58, 135, 0), INSPECT_NONE);
	assert_int_equal(inspect_kind_of(4, 1, 8, 0), INSPECT_NONE);
	assert_int_equal(inspect_kind_of(4, 47, 0, 0), INSPECT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_are_read_and_refused),
		cmocka_unit_test(configured_prefixes_replace_the_private_ones),
		cmocka_unit_test(bounds_beyond_their_limits_are_refused),
		cmocka_unit_test(kinds_are_told_by_protocol_and_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
