#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "base/key.h"
#include "exporter/json_record.h"
#include "exporter/json_text.h"

static void check_string(const char *text, size_t octets, const char *want)
{
	GString *out = g_string_new(NULL);

	json_text_string(out, (const uint8_t *)text, octets);
	assert_string_equal(out->str, want);
	(void)g_string_free(out, TRUE);
}

static void strings_are_escaped(void **state)
{
	check_string("", 0, "\"\"");
	check_string("plain text", 10, "\"plain text\"");
	check_string("a\"b\\c/", 6, "\"a\\\"b\\\\c/\"");
	check_string("\n\r\t\0\x1f\x7f", 6, "\"\\n\\r\\t\\u0000\\u001f\\u007f\"");
	check_string("K\xc3\xbc"
		     "che \xe2\x82\xac \xf0\x9f\x8f\xa0",
		15,
		"\"K\xc3\xbc"
		"che \xe2\x82\xac \xf0\x9f\x8f\xa0\"");
	check_string("\xe2\x80\xa8\xe2\x80\xa9\xc2\x85", 8, "\"\\u2028\\u2029\\u0085\"");
}

static void what_is_not_utf8_is_replaced(void **state)
{
	check_string("a\xff"
		     "b",
		3,
		"\"a\xef\xbf\xbd"
		"b\"");
	check_string("\xc3", 1, "\"\xef\xbf\xbd\"");
	check_string("\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	check_string("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	check_string("\xc0\x80", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void numbers_addresses_and_octets_have_one_spelling(void **state)
{
	GString *out = g_string_new(NULL);
	uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

	json_text_u64(out, UINT64_MAX);
	(void)g_string_append_c(out, ' ');
	json_text_u64(out, 0);
	(void)g_string_append_c(out, ' ');
	json_text_i64(out, INT64_MIN);
	(void)g_string_append_c(out, ' ');
	json_text_i64(out, 5);
	(void)g_string_append_c(out, ' ');
	json_text_address(out, (const uint8_t *)"\xc0\xa8\x00\x01", 4);
	json_text_address(out, six, 16);
	json_text_hex(out, six, 4, ':');
	json_text_hex(out, six, 4, '\0');
	json_text_hex(out, six, 0, ':');
	assert_string_equal(out->str,
		"18446744073709551615 0 -9223372036854775808 5 "
		"\"192.168.0.1\"\"2001:db8::1\"\"20:01:0d:b8\"\"20010db8\"\"\"");
	(void)g_string_free(out, TRUE);
}

static const struct stream_cache plain;

static void check_record(const struct flow_record *r, const char *text, const char *want)
{
	GString *out = g_string_new("before ");

	json_record(r, (const uint8_t *)text, &plain, out);
	assert_string_equal(out->str + strlen("before "), want);
	(void)g_string_free(out, TRUE);
}

static void a_record_leaves_out_what_it_does_not_know(void **state)
{
	struct flow_record r = {.ip_version = 4, .protocol = 17, .packets = 1, .octets = 28};

	check_record(&r, "",
		"{\"octetDeltaCount\":28,\"packetDeltaCount\":1,\"sourceIPv4Address\":\"0.0.0.0\","
		"\"destinationIPv4Address\":\"0.0.0.0\",\"sourceTransportPort\":0,"
		"\"destinationTransportPort\":0,\"protocolIdentifier\":17,\"ipVersion\":4,"
		"\"ipClassOfService\":0,\"flowEndReason\":0,\"flowDirection\":0}");
}

static void a_record_with_everything_says_everything(void **state)
{
	struct flow_record r = {.ip_version = 6,
		.protocol = 6,
		.start_us = 1700000000123456,
		.end_us = 1700000000999999,
		.rev_start_us = 1700000000124000,
		.rev_end_us = 1700000000998000,
		.octets = 1000,
		.packets = 10,
		.rev_octets = 2000,
		.rev_packets = 20,
		.flow_id = 9,
		.has_reverse = 1,
		.tcp_flags = 0x11b,
		.src_port = 1,
		.dst_port = 2,
		.device_id = 3,
		.device_mac = {2, 0, 0, 0, 0, 1},
		.device_mac_random = 1,
		.far_name = {.offset = 2, .octets = 3},
		.far_name_source = RECORD_NAME_SNI,
		.biflow_direction = 1};

	check_record(&r, "xxa\"b",
		"{\"reverseFlowStartMilliseconds\":1700000000124,"
		"\"reverseFlowEndMilliseconds\":1700000000998,"
		"\"flowStartMilliseconds\":1700000000123,\"flowEndMilliseconds\":1700000000999,"
		"\"octetDeltaCount\":1000,"
		"\"packetDeltaCount\":10,\"reverseOctetDeltaCount\":2000,"
		"\"reversePacketDeltaCount\":20,\"flowId\":9,\"farEndName\":\"a\\\"b\","
		"\"sourceIPv6Address\":\"::\",\"destinationIPv6Address\":\"::\","
		"\"tcpSequenceNumber\":0,\"reverseTcpSequenceNumber\":0,\"deviceId\":3,"
		"\"farEndNameAge\":0,\"sourceTransportPort\":1,\"destinationTransportPort\":2,"
		"\"reverseTcpControlBits\":0,\"tcpControlBits\":27,"
		"\"deviceMacAddress\":\"02:00:00:00:00:01\",\"protocolIdentifier\":6,"
		"\"ipVersion\":6,\"ipClassOfService\":0,\"reverseIpClassOfService\":0,"
		"\"flowEndReason\":0,\"flowDirection\":0,\"biflowDirection\":1,"
		"\"farEndNameSource\":2,\"deviceMacRandomised\":true}");
}

static void icmp_has_a_type_instead_of_ports(void **state)
{
	struct flow_record r = {.ip_version = 6, .protocol = 58, .icmp_type_code = 128 << 8};
	GString *out = g_string_new(NULL);

	json_record(&r, NULL, &plain, out);
	assert_non_null(strstr(out->str, "\"icmpTypeCodeIPv6\":32768"));
	assert_null(strstr(out->str, "Port"));
	(void)g_string_free(out, TRUE);
}

static void check_key(uint32_t key_fields, const char *want)
{
	struct flow_record r = {.ip_version = 4, .packets = 1, .octets = 28, .tos = 1};
	struct stream_cache cache = {.key_fields = key_fields, .name = "sums"};
	GString *out = g_string_new(NULL);

	json_record(&r, NULL, &cache, out);
	assert_string_equal(out->str, want);
	(void)g_string_free(out, TRUE);
}

static void what_is_no_part_of_the_key_is_left_out(void **state)
{
	check_key(FLOW_KEY_SRC_ADDRESS,
		"{\"octetDeltaCount\":28,\"packetDeltaCount\":1,\"sourceIPv4Address\":\"0.0.0.0\","
		"\"ipVersion\":4,\"ipClassOfService\":1,\"flowEndReason\":0,\"flowDirection\":0,"
		"\"cache\":\"sums\"}");
	check_key(FLOW_KEY_DST_ADDRESS | FLOW_KEY_DST_PORT | FLOW_KEY_PROTOCOL,
		"{\"octetDeltaCount\":28,\"packetDeltaCount\":1,\"destinationIPv4Address\":\"0.0.0."
		"0\","
		"\"destinationTransportPort\":0,\"protocolIdentifier\":0,"
		"\"ipVersion\":4,\"ipClassOfService\":1,\"flowEndReason\":0,\"flowDirection\":0,"
		"\"cache\":\"sums\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(what_is_not_utf8_is_replaced),
		cmocka_unit_test(numbers_addresses_and_octets_have_one_spelling),
		cmocka_unit_test(a_record_leaves_out_what_it_does_not_know),
		cmocka_unit_test(a_record_with_everything_says_everything),
		cmocka_unit_test(icmp_has_a_type_instead_of_ports),
		cmocka_unit_test(what_is_no_part_of_the_key_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
