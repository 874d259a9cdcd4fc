#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "probe/meter_fast.h"
#include "probe/network.h"
#include "tests/unit/meter_fixture.h"

#define V6_ADDRESSES "20010db8000000000000000000000001 20010db8000000000000000000000002"

struct parsed {
	enum network_result result;
	struct flow_packet packet;
	struct network_fragment fragment;
};

/* Parse the first @octets of @o as an IP packet of a frame that was @wire long. */
static struct parsed parse_part(
	const struct octets *o, uint32_t octets, uint8_t version, uint32_t wire)
{
	uint8_t *copy = malloc(octets > 0 ? octets : 1);
	struct frame frame = {.data = copy, .end = octets};
	struct parsed p;

	assert_non_null(copy);
	memcpy(copy, o->at, octets);
	p.result = network_parse(&frame, version, wire, &p.packet, &p.fragment);
	if (p.packet.payload != NULL) { /* readable to its end */
		for (uint32_t i = 0; i < p.packet.payload_octets; i++) {
			assert_true(p.packet.payload[i] <= UINT8_MAX);
		}
	}
	free(copy);
	return p;
}

static struct parsed parse(const char *hex, uint8_t version, uint32_t wire)
{
	struct octets o = {.n = 0};

	octets_hex(&o, hex);
	return parse_part(&o, o.n, version, wire);
}

static void ipv4_headers_are_read(void **state)
{
	static const uint8_t source[16] = {10, 0, 0, 1};
	static const uint8_t destination[16] = {10, 0, 0, 2};
	struct parsed p = parse("45b80024 00014000 40110000 0a000001 0a000002"
				"03e8 07d0 0010 0000 6162636465666768",
		4, 36);

	assert_int_equal(p.result, NETWORK_OK);
	assert_memory_equal(p.packet.key.address[0], source, 16);
	assert_memory_equal(p.packet.key.address[1], destination, 16);
	assert_int_equal(p.packet.key.port[0], 1000);
	assert_int_equal(p.packet.key.port[1], 2000);
	assert_int_equal(p.packet.key.protocol, 17);
	assert_int_equal(p.packet.key.tos, 0xb8);
	assert_int_equal(p.packet.ttl, 64);
	assert_int_equal(p.packet.octets, 36);
	assert_int_equal(p.packet.payload_octets, 8);
	assert_int_equal(p.fragment.offset, 0);
	assert_false(p.fragment.more);
}

static void ipv4_options_are_stepped_over(void **state)
{
	struct parsed p =
		parse("4600001c 00000000 40110000 0a000001 0a000002 01010101 0001 0002", 4, 28);

	assert_int_equal(p.packet.key.port[0], 1);
	assert_int_equal(p.packet.key.port[1], 2);
	p = parse("4f000040 00000000 40110000 0a000001 0a000002 01010101 0001 0002", 4, 64);
	assert_int_equal(p.result, NETWORK_OK);
	assert_int_equal(p.packet.key.port[0], 0);
	assert_int_equal(p.packet.octets, 64);
}

static void headers_that_cannot_be_are_told_apart(void **state)
{
	static const struct {
		const char *hex;
		uint8_t version;
		enum network_result result;
	} cases[] = {
		{"45000014 00000000 40110000 0a000001 0a0000", 4, NETWORK_TRUNCATED},
		{"65000014 00000000 40110000 0a000001 0a000002", 4, NETWORK_BAD_VERSION},
		{"44000014 00000000 40110000 0a000001 0a000002", 4, NETWORK_BAD_IHL},
		{"45000013 00000000 40110000 0a000001 0a000002", 4, NETWORK_BAD_LENGTH},
		{"46000014 00000000 40110000 0a000001 0a000002 01010101", 4, NETWORK_BAD_LENGTH},
		{"60000000 00001140 20010db8", 6, NETWORK_TRUNCATED},
		{"40000000 00001140" V6_ADDRESSES, 6, NETWORK_BAD_VERSION},
		{"60000000 00003b40" V6_ADDRESSES, 6, NETWORK_OK},
		{"45000014 00000000 40110000 0a000001 0a000002", 4, NETWORK_OK},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].hex, cases[i].version, 60).result, cases[i].result);
	}
}

static void lengths_that_the_header_does_not_tell_are_those_of_the_frame(void **state)
{
	/* segmentation offload: total length 0, payload length 0 */
	assert_int_equal(
		parse("45000000 00000000 40060000 0a000001 0a000002", 4, 4000).packet.octets, 4000);
	assert_int_equal(
		parse("60000000 00000640" V6_ADDRESSES "00010002", 6, 4000).packet.octets, 4000);
	assert_int_equal(
		parse("60000000 00001140" V6_ADDRESSES "00010002", 6, 4000).packet.key.port[1], 2);
	/* not for what has no ports */
	assert_int_equal(parse("60000000 00003b40" V6_ADDRESSES, 6, 4000).packet.octets, 40);
	/* longer than the frame counts as it claims */
	assert_int_equal(
		parse("45000100 00000000 40060000 0a000001 0a000002", 4, 20).packet.octets, 256);
}

static void the_jumbo_option_is_honoured_where_it_can_be_true(void **state)
{
#define JUMBO(option) "60000000 00000040" V6_ADDRESSES "1100 " option " 0001 0002"
	static const struct {
		const char *hex;
		uint32_t wire;
		uint32_t octets;
	} cases[] = {
		{JUMBO("c20400011170"), 70040, 70040},
		{JUMBO("c20400011170"), 70039, 70039}, /* larger than the frame: as with 0 */
		{JUMBO("c2040000ffff"), 70000, 70000}, /* not over 65,535 */
		{"60000000 00000040" V6_ADDRESSES "1101 0000 0100 c20400011170 00000000 0001 0002",
			70040, 70040},
		{"60000000 00000040" V6_ADDRESSES "0000 c20400000000 1100 c20400011170 00010002",
			70040, 70040}, /* the first one counts, and is 0 */
		{"60000000 00100040" V6_ADDRESSES "1100 c20400011170 00010002", 70040, 56},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			parse(cases[i].hex, 6, cases[i].wire).packet.octets, cases[i].octets);
	}
	assert_int_equal(parse(JUMBO("c20400011170"), 6, 70040).packet.key.port[0], 1);
}

static void ipv6_extension_headers_are_walked_to_the_upper_layer(void **state)
{
#define V6(next) "60000000 0040" next "40" V6_ADDRESSES
	static const struct {
		const char *hex;
		uint8_t protocol;
		uint16_t port;
	} cases[] = {
		{V6("00") "3c00 010400000000 2b00 010400000000 1100 010400000000 0001 0002", 17, 1},
		{V6("33") "1101 00000000000000000000 0001 0002", 17, 1}, /* AH counts in 4 octets */
		{V6("87") "8b00 000000000000 8c00 000000000000 0600 000000000000 0003 0002", 6, 3},
		{V6("3c") "1102 00000000000000000000000000000000000000000000 0005 0002", 17, 5},
		{V6("32") "00010002", 50, 0}, /* ESP */
		{V6("3b") "00010002", 59, 0}, /* no next header */
		{V6("01") "08000000", 1, 0},  /* ICMP has no place in IPv6 */
		{V6("3a") "8000 0000", 58, 128},
		{V6("2c") "1100 0000 00000001 0001 0002", 17, 1}, /* a fragment that is whole */
		{V6("2c") "1100 0001 00000001 0001 0002", 17, 1},
		{V6("2c") "1100 0008 00000001 0001 0002", 17, 0},
		{V6("2c") "3c00 0008 00000001 1100 000000000000", 60, 0},
		/* chains that the snap length cut */
		{V6("00"), 0, 0},
		{V6("00") "11", 0, 0},
		{V6("00") "1101 00000000 00010002", 17, 0},
		{V6("2c") "1100 0000 000000", 44, 0},
		{V6("00") "2c00 010400000000 11", 44, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct parsed p = parse(cases[i].hex, 6, 1000);

		assert_int_equal(p.result, NETWORK_OK);
		if (p.packet.key.protocol != cases[i].protocol ||
			p.packet.key.port[0] != cases[i].port) {
			fail_msg("%s: protocol %u port %u", cases[i].hex, p.packet.key.protocol,
				p.packet.key.port[0]);
		}
		assert_int_equal(p.packet.octets, 104);
	}
}

static void fragments_are_told_from_whole_packets(void **state)
{
	struct parsed p = parse("45000020 12342000 40110000 0a000001 0a000002 00010002", 4, 32);

	assert_true(p.fragment.more);
	assert_int_equal(p.fragment.offset, 0);
	assert_int_equal(p.fragment.identification, 0x1234);
	assert_int_equal(p.packet.key.port[0], 1);
	p = parse("45000020 12340005 40110000 0a000001 0a000002 00010002", 4, 32);
	assert_false(p.fragment.more);
	assert_int_equal(p.fragment.offset, 5);
	assert_int_equal(p.packet.key.port[0], 0);
	assert_null(p.packet.payload);
	p = parse(V6("2c") "1100 0029 89abcdef 0001 0002", 6, 1000);
	assert_true(p.fragment.more);
	assert_int_equal(p.fragment.offset, 5);
	assert_int_equal(p.fragment.identification, 0x89abcdef);
}

static void what_lies_behind_the_ip_length_is_not_read(void **state)
{
	/* Ethernet padding must not become ports, flags or payload. */
	struct parsed p = parse("45000014 00000000 40110000 0a000001 0a000002 00010002", 4, 46);

	assert_int_equal(p.packet.key.port[0], 0);
	p = parse("4500001c 00000000 40110000 0a000001 0a000002 00010002 00080000 ffffffff", 4, 46);
	assert_int_equal(p.packet.payload_octets, 0);
	p = parse("45000021 00000000 40060000 0a000001 0a000002"
		  "00010002 00000000 00000000 5002 ffff",
		4, 46);
	assert_int_equal(p.packet.tcp_flags, 0);
	assert_int_equal(p.packet.key.port[1], 2);
	p = parse("45000022 00000000 40060000 0a000001 0a000002"
		  "00010002 00000007 00000000 5fff ffff",
		4, 46);
	assert_int_equal(p.packet.tcp_flags, 0xfff);
	assert_int_equal(p.packet.tcp_sequence, 7);
	assert_null(p.packet.payload);
}

static void transports_have_ports_or_types_or_neither(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t port[2];
	} cases[] = {{6, {259, 1027}}, {17, {259, 1027}}, {33, {259, 1027}}, {132, {259, 1027}},
		{136, {259, 1027}}, {1, {1, 3}}, {58, {0, 0}}, {47, {0, 0}}, {51, {0, 0}},
		{50, {0, 0}}, {4, {0, 0}}, {41, {0, 0}}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct octets o = {.n = 0};
		struct parsed p;

		octets_hex(&o, "4500001c 00000000 40000000 0a000001 0a000002 01030403 00000000");
		o.at[9] = cases[i].protocol;
		p = parse_part(&o, o.n, 4, o.n);
		assert_int_equal(p.packet.key.port[0], cases[i].port[0]);
		assert_int_equal(p.packet.key.port[1], cases[i].port[1]);
	}
}

static void every_prefix_and_every_changed_octet_is_survived(void **state)
{
	static const char *const packets[] = {
		"45000028 00000000 40060000 0a000001 0a000002 0001000200000000000000005002ffff0000",
		"4f00004c 00002000 40110000 0a000001 0a000002"
		"01010101010101010101010101010101010101010101010101010101010101010101010101010101"
		"0001000200080000",
		V6("00") "3c00 c20400011170 2b00 010400000000 2c00 010400000000 3300 0001 00000001"
			 "8700 0000 0000 0000 0000 0600 000000000000 0001000200000000000000005002",
	};

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		struct octets o = {.n = 0};
		uint8_t version = i < 2 ? 4 : 6;

		octets_hex(&o, packets[i]);
		for (uint32_t n = 0; n <= o.n; n++) {
			(void)parse_part(&o, n, version, o.n);
		}
		for (uint32_t at = 0; at < o.n; at++) {
			for (unsigned value = 0; value < 256; value++) {
				uint8_t was = o.at[at];

				o.at[at] = (uint8_t)value;
				(void)parse_part(&o, o.n, version, 70000);
				o.at[at] = was;
			}
		}
	}
}

/* Parse a whole frame both ways; they must agree wherever the fast parser takes it. */
static unsigned compare(const struct octets *o, uint32_t captured)
{
	struct packet packet = {
		.data = o->at, .captured = captured, .wire = o->n, .link_type = 1, .interface = 5};
	struct flow_packet fast;
	struct flow_packet slow;
	struct network_fragment fragment;
	struct frame frame;
	enum frame_result result;

	memset(&fast, 0, sizeof(fast));
	if (!meter_fast(&packet, &fast)) {
		return 0;
	}
	result = frame_unwrap(&packet, &frame);
	assert_true(result == FRAME_IPV4 || result == FRAME_IPV6);
	assert_int_equal(
		network_parse(&frame, result == FRAME_IPV4 ? 4 : 6, packet.wire, &slow, &fragment),
		NETWORK_OK);
	assert_false(fragment.more);
	assert_int_equal(fragment.offset, 0);
	slow.key.interface = 5;
	assert_memory_equal(&fast, &slow, sizeof(fast));
	return 1;
}

/* All prefixes of a frame with some VLAN tags, and all copies with one octet changed. */
static unsigned compare_neighbours(const struct talk *talk, unsigned tags)
{
	struct octets o = {.n = 0};
	uint16_t type = talk->version == 6 ? 0x86dd : 0x0800;
	unsigned agreed = 0;

	octets_ethernet(&o, talk->from, tags > 0 ? 0x8100 : type);
	for (unsigned t = 1; t <= tags; t++) {
		octets_16(&o, (uint16_t)(0x2000 + t));
		octets_16(&o, t < tags ? 0x8100 : type);
	}
	octets_talk(&o, talk);
	for (uint32_t n = 0; n <= o.n; n++) {
		agreed += compare(&o, n);
	}
	for (uint32_t at = 0; at < o.n; at++) {
		for (unsigned value = 0; value < 256; value++) {
			uint8_t was = o.at[at];

			o.at[at] = (uint8_t)value;
			agreed += compare(&o, o.n);
			o.at[at] = was;
		}
	}
	return agreed;
}

static void the_fast_parser_agrees_with_the_thorough_one(void **state)
{
	static const struct talk talks[] = {{.flags = 0}, {.protocol = 6, .flags = 0x12},
		{.version = 6}, {.version = 6, .protocol = 6, .flags = 0xfff, .tos = 0xa5},
		{.protocol = 132}, {.payload = 1}, {.from = 1, .tos = 3}};
	unsigned agreed = 0;

	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		for (unsigned tags = 0; tags < 3; tags++) {
			agreed += compare_neighbours(&talks[i], tags);
		}
	}
	assert_true(agreed > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_headers_are_read),
		cmocka_unit_test(ipv4_options_are_stepped_over),
		cmocka_unit_test(headers_that_cannot_be_are_told_apart),
		cmocka_unit_test(lengths_that_the_header_does_not_tell_are_those_of_the_frame),
		cmocka_unit_test(the_jumbo_option_is_honoured_where_it_can_be_true),
		cmocka_unit_test(ipv6_extension_headers_are_walked_to_the_upper_layer),
		cmocka_unit_test(fragments_are_told_from_whole_packets),
		cmocka_unit_test(what_lies_behind_the_ip_length_is_not_read),
		cmocka_unit_test(transports_have_ports_or_types_or_neither),
		cmocka_unit_test(every_prefix_and_every_changed_octet_is_survived),
		cmocka_unit_test(the_fast_parser_agrees_with_the_thorough_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
