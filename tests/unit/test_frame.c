#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "probe/frame.h"
#include "tests/unit/meter_fixture.h"

/* Link headers by hand. IP is what follows; what it is does not matter but for its first nibble. */
#define IP4  "45000014 00000000 40110000 0a000001 0a000002"
#define IP6  "60000000 00003b40 20010db8000000000000000000000001 20010db8000000000000000000000002"
#define MACS "020000000002 020000000001"

struct frame_case {
	uint16_t link_type;
	const char *header;
	const char *payload;
	enum frame_result result;
	uint16_t vlans[2];
	bool macs; /* source ..01, destination ..02 are told */
};

static const struct frame_case cases[] = {
	/* Ethernet II and tags */
	{1, MACS "0800", IP4, FRAME_IPV4, .macs = true},
	{1, MACS "86dd", IP6, FRAME_IPV6, .macs = true},
	{1, MACS "8100 2007 0800", IP4, FRAME_IPV4, {7}, true},
	{1, MACS "88a8 0064 8100 0007 86dd", IP6, FRAME_IPV6, {100, 7}, true},
	{1, MACS "9100 0001 9200 0002 9300 0003 0800", IP4, FRAME_IPV4, {1, 2}, true},
	{1, MACS "0806", IP4, FRAME_NON_IP, .macs = true},
	{1, MACS "8100 0007 0806", IP4, FRAME_NON_IP, {7}, true},
	/* 802.3 with LLC and SNAP */
	{1, MACS "001c aaaa03 000000 0800", IP4, FRAME_IPV4, .macs = true},
	{1, MACS "001c aaaa03 0000f8 86dd", IP6, FRAME_IPV6, .macs = true},
	{1, MACS "05dc aaaa03 000000 8100 0005 0800", IP4, FRAME_IPV4, {5}, true},
	{1, MACS "001c aaaa03 00000c 0800", IP4, FRAME_NON_IP, .macs = true},
	{1, MACS "001c aaaa03 000000 0005", IP4, FRAME_NON_IP, .macs = true},
	{1, MACS "001c 060603", IP4, FRAME_IPV4, .macs = true},
	{1, MACS "001c fefe03", IP4, FRAME_NON_IP, .macs = true},
	{1, MACS "05dd", IP4, FRAME_NON_IP, .macs = true},
	/* PPPoE */
	{1, MACS "8864 1100 0001 0016 0021", IP4, FRAME_IPV4, .macs = true},
	{1, MACS "8864 1100 0001 0016 0057", IP6, FRAME_IPV6, .macs = true},
	{1, MACS "8864 1100 0001 0016 21", IP4, FRAME_IPV4, .macs = true},
	{1, MACS "8864 1107 0001 0016 0021", IP4, FRAME_NON_IP, .macs = true},
	{1, MACS "8864 1100 0001 0016 c021", IP4, FRAME_NON_IP, .macs = true},
	{1, MACS "8863 1100 0001 0016 0021", IP4, FRAME_NON_IP, .macs = true},
	{51, "1100 0001 0016 0021", IP4, FRAME_IPV4},
	/* MPLS, with labels, and pseudo-wires in one another */
	{1, MACS "8847 00010140", IP4, FRAME_IPV4, .macs = true},
	{1, MACS "8848 00010040 00020140", IP6, FRAME_IPV6, .macs = true},
	{1, MACS "8847 00010140 00000000 0a0000000001 0a0000000002 0800", IP4, FRAME_IPV4,
		.macs = true},
	{1, MACS "8847 00010140 00000000 0a0000000001 0a0000000002 8100 0009 0800", IP4, FRAME_IPV4,
		{9}, true},
	{1,
		MACS "8847 00010140 00000000 0a0000000001 0a0000000002"
		     "8847 00010140 00000000 0a0000000001 0a0000000002"
		     "8847 00010140 00000000 0a0000000001 0a0000000002"
		     "8847 00010140 00000000 0a0000000001 0a0000000002 0800",
		IP4, FRAME_IPV4, .macs = true},
	{1,
		MACS "8847 00010140 00000000 0a0000000001 0a0000000002"
		     "8847 00010140 00000000 0a0000000001 0a0000000002"
		     "8847 00010140 00000000 0a0000000001 0a0000000002"
		     "8847 00010140 00000000 0a0000000001 0a0000000002"
		     "8847 00010140 00000000 0a0000000001 0a0000000002 0800",
		IP4, FRAME_NON_IP, .macs = true},
	{1, MACS "8847 00010140 30", IP4, FRAME_NON_IP, .macs = true},
	{219, "00010140", IP6, FRAME_IPV6},
	/* BSD null in both byte orders, loop */
	{0, "02000000", IP4, FRAME_IPV4},
	{0, "00000002", IP4, FRAME_IPV4},
	{0, "0a000000", IP6, FRAME_IPV6},
	{0, "18000000", IP6, FRAME_IPV6},
	{0, "0000001c", IP6, FRAME_IPV6},
	{108, "0000001e", IP6, FRAME_IPV6},
	{108, "00000800", IP4, FRAME_IPV4},
	{108, "00000007", IP4, FRAME_NON_IP},
	{0, "ffffffff", IP4, FRAME_NON_IP},
	/* raw IP */
	{12, "", IP4, FRAME_IPV4},
	{14, "", IP6, FRAME_IPV6},
	{101, "", IP4, FRAME_IPV4},
	{101, "10", IP4, FRAME_BAD_VERSION},
	{228, "", IP4, FRAME_IPV4},
	{229, "", IP6, FRAME_IPV6},
	/* Linux cooked */
	{113, "0000 0001 0006 020000000001 0000 0800", IP4, FRAME_IPV4, .macs = true},
	{113, "0004 0001 0000 000000000000 0000 86dd", IP6, FRAME_IPV6},
	{113, "0004 0001 0000 000000000000 0000 8100 0003 0800", IP4, FRAME_IPV4, {3}},
	{113, "0000 0001 0000 000000000000 0000 0004 060603", IP4, FRAME_IPV4},
	{113, "0000 0338 0000 000000000000 0000 0800", IP4, FRAME_NON_IP},
	{113, "0000 0323 0000 000000000000 0000 0800", IP4, FRAME_NON_IP},
	{113, "0000 030a 0000 000000000000 0000 0800", IP4, FRAME_NON_IP},
	{113, "0000 0001 0000 000000000000 0000 000c", IP4, FRAME_NON_IP},
	{276, "0800 0000 00000002 0001 00 06 0200000000010000", IP4, FRAME_IPV4, .macs = true},
	{276, "86dd 0000 00000002 0001 00 08 0200000000010000", IP6, FRAME_IPV6},
	/* PPP and Cisco HDLC */
	{9, "ff03 0021", IP4, FRAME_IPV4},
	{9, "0057", IP6, FRAME_IPV6},
	{50, "ff03 57", IP6, FRAME_IPV6},
	{9, "0281 00010140", IP4, FRAME_IPV4},
	{9, "ff03 0283 00010140", IP6, FRAME_IPV6},
	{9, "0f00 0800", IP4, FRAME_IPV4},
	{9, "8f00 86dd", IP6, FRAME_IPV6},
	{9, "ff03 c021", IP4, FRAME_NON_IP},
	{204, "01 ff03 0021", IP4, FRAME_IPV4},
	{104, "0f00 0800", IP4, FRAME_IPV4},
	{104, "8f00 86dd", IP6, FRAME_IPV6},
	{104, "ff03 0021", IP4, FRAME_IPV4},
	{104, "0f00 8035", IP4, FRAME_NON_IP},
	/* frame relay */
	{107, "1841 03 cc", IP4, FRAME_IPV4},
	{107, "1841 03 00 8e", IP6, FRAME_IPV6},
	{107, "18400001 03 80 000000 0800", IP4, FRAME_IPV4},
	{107, "1841 03 00 80 000000 86dd", IP6, FRAME_IPV6},
	{107, "1841 03 80 00000c 0800", IP4, FRAME_NON_IP},
	{107, "1841 03 81", IP4, FRAME_NON_IP},
	{107, "1841 04 cc", IP4, FRAME_NON_IP},
	/* RFC 2684 LLC */
	{100, "aaaa03 000000 0800", IP4, FRAME_IPV4},
	{100, "aaaa03 0080c2 0007", IP4, FRAME_NON_IP},
	/* NFLOG */
	{239, "02000000 0800 0100 00000001 1800 0900", IP4, FRAME_IPV4},
	{239, "0a000000 0500 0280 41000000 2c00 0980", IP6, FRAME_IPV6},
	{239, "07000000 1800 0900", IP4, FRAME_NON_IP},
	{239, "02000000 0300 0900", IP4, FRAME_NON_IP},
	{239, "02000000 1800 0a00", IP4, FRAME_NON_IP},
	/* 802.11: to the access point, from it, between two, ad hoc */
	{105, "0801 0000 0a0000000009 020000000001 020000000002 0000 aaaa03000000 0800", IP4,
		FRAME_IPV4, .macs = true},
	{105, "0802 0000 020000000002 0a0000000009 020000000001 0000 aaaa03000000 86dd", IP6,
		FRAME_IPV6, .macs = true},
	{105,
		"0803 0000 0a0000000008 0a0000000009 020000000002 0000 020000000001"
		"aaaa03000000 0800",
		IP4, FRAME_IPV4, .macs = true},
	{105, "0800 0000 020000000002 020000000001 0a0000000009 0000 aaaa03000000 0800", IP4,
		FRAME_IPV4, .macs = true},
	{105, "8801 0000 0a0000000009 020000000001 020000000002 0000 0000 aaaa03000000 0800", IP4,
		FRAME_IPV4, .macs = true},
	{105,
		"8881 0000 0a0000000009 020000000001 020000000002 0000 0000 00000000"
		"aaaa03000000 0800",
		IP4, FRAME_IPV4, .macs = true},
	{105,
		"8882 0000 020000000002 0a0000000009 020000000001 0000 0000 00000000"
		"aaaa03000000 0800",
		IP4, FRAME_IPV4, .macs = true},
	{105, "8801 0000 0a0000000009 020000000001 020000000002 0000 8000 aaaa03000000 0800", IP4,
		FRAME_NON_IP, .macs = true},
	{105, "0841 0000 0a0000000009 020000000001 020000000002 0000 aaaa03000000 0800", IP4,
		FRAME_NON_IP},
	{105, "8000 0000 ffffffffffff 020000000001 020000000001 0000", IP4, FRAME_NON_IP},
	{105, "4801 0000 0a0000000009 020000000001 020000000002 0000", IP4, FRAME_NON_IP},
	{127,
		"0000 0900 02000000 00"
		"0801 0000 0a0000000009 020000000001 020000000002 0000 aaaa03000000 0800",
		IP4, FRAME_IPV4, .macs = true},
	{127,
		"0000 0900 02000000 20"
		"0801 0000 0a0000000009 020000000001 020000000002 0000 aaaa03000000 0800",
		IP4, FRAME_NON_IP},
	{127,
		"0000 1900 03000080 00000000 00000000 0000000000000000 20"
		"0801 0000 0a0000000009 020000000001 020000000002 0000 aaaa03000000 0800",
		IP4, FRAME_NON_IP},
	{119,
		"80211001 00000010 0000000000000000"
		"0801 0000 0a0000000009 020000000001 020000000002 0000 aaaa03000000 0800",
		IP4, FRAME_IPV4, .macs = true},
	{163,
		"44000000 10000000 0000000000000000"
		"0801 0000 0a0000000009 020000000001 020000000002 0000 aaaa03000000 0800",
		IP4, FRAME_IPV4, .macs = true},
	{192,
		"0000 0800 69000000"
		"0801 0000 0a0000000009 020000000001 020000000002 0000 aaaa03000000 0800",
		IP4, FRAME_IPV4, .macs = true},
	{192, "0000 0c00 01000000 00000000" MACS "0800", IP4, FRAME_IPV4, .macs = true},
	{192, "0000 0800 c0000000", IP4, FRAME_NON_IP},
	{192, "0000 0800 ff000000", IP4, FRAME_NON_IP},
	/* what is not unwrapped */
	{7, "", IP4, FRAME_UNSUPPORTED},
	{65535, "", IP4, FRAME_UNSUPPORTED},
};

/* Unwrap the first @octets of @o, in memory of exactly that size. */
static enum frame_result unwrap(
	uint16_t link_type, const struct octets *o, uint32_t octets, struct frame *ret_frame)
{
	uint8_t *copy = malloc(octets > 0 ? octets : 1);
	struct packet packet = {
		.data = copy, .captured = octets, .wire = o->n, .link_type = link_type};
	enum frame_result result;

	assert_non_null(copy);
	memcpy(copy, o->at, octets);
	result = frame_unwrap(&packet, ret_frame);
	free(copy);
	ret_frame->data = NULL;
	return result;
}

static void build(const struct frame_case *c, struct octets *o, uint32_t *ret_header)
{
	o->n = 0;
	octets_hex(o, c->header);
	*ret_header = o->n;
	octets_hex(o, c->payload);
}

static void every_link_layer_is_unwrapped(void **state)
{
	static const uint8_t source[6] = {2, 0, 0, 0, 0, 1};
	static const uint8_t destination[6] = {2, 0, 0, 0, 0, 2};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct frame_case *c = &cases[i];
		struct octets o;
		struct frame frame;
		uint32_t header;
		enum frame_result result;

		build(c, &o, &header);
		result = unwrap(c->link_type, &o, o.n, &frame);
		if (result != c->result) {
			fail_msg("link %u, %s: %d instead of %d", c->link_type, c->header, result,
				c->result);
		}
		if (result == FRAME_IPV4 || result == FRAME_IPV6) {
			assert_int_equal(frame.at, header);
		}
		assert_int_equal(frame.vlan_ids[0], c->vlans[0]);
		assert_int_equal(frame.vlan_ids[1], c->vlans[1]);
		if (c->macs) {
			assert_memory_equal(frame.source_mac, source, 6);
		}
		if (c->macs && c->link_type != 113 && c->link_type != 276) {
			assert_memory_equal(frame.destination_mac, destination, 6);
		}
	}
}

static void prefixes_of_frames_are_never_taken_for_ip(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct octets o;
		struct frame frame;
		uint32_t header;

		build(&cases[i], &o, &header);
		for (uint32_t n = 0; n < o.n; n++) {
			enum frame_result result = unwrap(cases[i].link_type, &o, n, &frame);

			if (n < header && (result == FRAME_IPV4 || result == FRAME_IPV6)) {
				assert_true(frame.at >= n); /* and so IP has no header */
			}
		}
	}
}

static void frames_with_any_octet_changed_stay_within_bounds(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct octets o;
		struct frame frame;
		uint32_t header;

		build(&cases[i], &o, &header);
		for (uint32_t at = 0; at < o.n; at++) {
			for (unsigned change = 1; change < 256; change = change * 2 + 1) {
				o.at[at] ^= (uint8_t)change;
				assert_true(unwrap(cases[i].link_type, &o, o.n, &frame) <=
					    FRAME_UNSUPPORTED);
				o.at[at] ^= (uint8_t)change;
			}
		}
	}
}

static void frames_that_end_in_the_link_layer_are_cut(void **state)
{
	static const struct {
		uint16_t link_type;
		const char *octets;
	} cut[] = {{1, MACS "08"}, {1, MACS "8100 00"}, {1, MACS "8864 1100"},
		{1, MACS "8847 0001"}, {1, MACS "8847 00010140"}, {1, MACS "0020 aa"},
		{1, MACS "0020 aaaa03 0000"}, {0, "0200"}, {101, ""}, {113, "0000"}, {276, "0800"},
		{9, ""}, {9, "00"}, {204, ""}, {104, "0f00"}, {51, "1100"}, {219, "00"},
		{239, "02"}, {127, "0000"}, {119, "80"}, {192, "00"}, {100, "aa"}};
	struct frame frame;

	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		struct octets o = {.n = 0};

		octets_hex(&o, cut[i].octets);
		assert_int_equal(unwrap(cut[i].link_type, &o, o.n, &frame), FRAME_CUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_link_layer_is_unwrapped),
		cmocka_unit_test(prefixes_of_frames_are_never_taken_for_ip),
		cmocka_unit_test(frames_with_any_octet_changed_stay_within_bounds),
		cmocka_unit_test(frames_that_end_in_the_link_layer_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
