#include "tests/unit/unit.h"

#include <string.h>

#include "probe/identity.h"
#include "probe/oui.h"
#include "tests/unit/identity_fixture.h"

#define SECOND   INT64_C(1000000)
#define RESPONSE 0x8400

static void mdns_names_who_sends_it(void **state)
{
	struct identity *identity = fixture_identity();

	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_seen(identity, MAC_CAMERA, "fe80::20");
	fixture_seen(identity, MAC_PHONE, "192.168.1.21");
	fixture_mdns_host(
		identity, MAC_CAMERA, "192.168.1.20", "Kitchen-Cam.local", "192.168.1.20");
	fixture_assert_name(identity, MAC_CAMERA, "Kitchen-Cam", RECORD_NAME_MDNS);
	/* By another of its addresses, in letters of its own. */
	fixture_mdns_host(identity, MAC_CAMERA, "192.168.1.20", "M\xc3\xbcll.LOCAL", "fe80::20");
	fixture_assert_name(identity, MAC_CAMERA, "M\xc3\xbcll", RECORD_NAME_MDNS);
	/* Nobody names another, nor out of the link's domain. */
	fixture_mdns_host(identity, MAC_PHONE, "192.168.1.21", "evil.local", "192.168.1.20");
	fixture_mdns_host(identity, MAC_PHONE, "192.168.1.21", "evil.example", "192.168.1.21");
	fixture_mdns_host(identity, MAC_PHONE, "192.168.1.21", "local", "192.168.1.21");
	fixture_assert_name(identity, MAC_PHONE, "", RECORD_NAME_NONE);
	identity_free(identity);
}

static void a_farewell_takes_a_name_away(void **state)
{
	struct identity *identity = fixture_identity();
	struct fixture_message m;

	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_dhcp_request(identity, MAC_CAMERA, "dhcp-name");
	fixture_mdns_host(identity, MAC_CAMERA, "192.168.1.20", "cam.local", "192.168.1.20");
	fixture_dns_begin(&m, RESPONSE, NULL, 1);
	fixture_dns_address(&m, "other.local", "192.168.1.20");
	memset(m.octets + m.n - 10, 0, 4);
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m);
	fixture_assert_name(identity, MAC_CAMERA, "cam", RECORD_NAME_MDNS);
	fixture_dns_begin(&m, RESPONSE, NULL, 1);
	fixture_dns_address(&m, "cam.local", "192.168.1.20");
	memset(m.octets + m.n - 10, 0, 4);
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m);
	fixture_assert_name(identity, MAC_CAMERA, "dhcp-name", RECORD_NAME_DHCP);
	identity_free(identity);
}

static void service_add(struct fixture_message *m, const char *instance, const char *service,
	const char *host, const char *text)
{
	struct fixture_message target = {.n = 0};
	struct fixture_message owner = {.n = 0};
	uint8_t length = (uint8_t)strlen(instance);
	uint8_t text_length = (uint8_t)strlen(text);

	fixture_octets(&owner, &length, 1);
	fixture_octets(&owner, instance, length);
	fixture_dns_name(&owner, service);
	fixture_octets(&target, "\0\0\0\0\1\1", 6);
	fixture_dns_name(&target, host);

	fixture_octets(m, owner.octets, owner.n);
	fixture_octets(m, "\0\x21\x80\1\0\0\0\x78", 8);
	fixture_be16(m, (unsigned)target.n);
	fixture_octets(m, target.octets, target.n);
	fixture_octets(m, owner.octets, owner.n);
	fixture_octets(m, "\0\x10\x80\1\0\0\0\x78", 8);
	fixture_be16(m, text_length + 5u);
	fixture_octets(m, "\3a=b", 4);
	fixture_octets(m, &text_length, 1);
	fixture_octets(m, text, text_length);
}

static void services_have_the_names_that_people_give(void **state)
{
	struct identity *identity = fixture_identity();
	struct fixture_message m;

	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_dns_begin(&m, RESPONSE, NULL, 5);
	service_add(&m, "Office Printer 2.0", "_ipp._tcp.local", "EPSON01.local", "rp=ipp");
	service_add(&m, "0123456789", "_spotify-connect._tcp.local", "EPSON01.local", "");
	fixture_dns_address(&m, "EPSON01.local", "192.168.1.20");
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m);
	fixture_assert_name(identity, MAC_CAMERA, "Office Printer 2.0", RECORD_NAME_MDNS);
	/* Neither the host's name nor a lesser service's replaces it. */
	fixture_mdns_host(identity, MAC_CAMERA, "192.168.1.20", "EPSON01.local", "192.168.1.20");
	fixture_dns_begin(&m, RESPONSE, NULL, 3);
	service_add(&m, "Scanner", "_uscan._tcp.local", "EPSON01.local", "");
	fixture_dns_address(&m, "EPSON01.local", "192.168.1.20");
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m);
	fixture_assert_name(identity, MAC_CAMERA, "Office Printer 2.0", RECORD_NAME_MDNS);
	/* A better one does, by its text. */
	fixture_dns_begin(&m, RESPONSE, NULL, 3);
	service_add(&m, "Cast-0123", "_googlecast._tcp.local", "epson01.local", "fn=Living room");
	fixture_dns_address(&m, "EPSON01.local", "192.168.1.20");
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m);
	fixture_assert_name(identity, MAC_CAMERA, "Living room", RECORD_NAME_MDNS);
	identity_free(identity);
}

static void services_of_others_name_nobody(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_counters counters;
	struct fixture_message m;

	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_seen(identity, MAC_PHONE, "192.168.1.21");
	fixture_dns_begin(&m, RESPONSE, NULL, 6);
	service_add(&m, "Their printer", "_ipp._tcp.local", "printer.local", "");
	service_add(&m, "Cast-0123", "_googlecast._tcp.local", "cam.local", "x=y");
	fixture_dns_address(&m, "printer.local", "192.168.1.21");
	fixture_dns_address(&m, "cam.local", "192.168.1.20");
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m);
	fixture_assert_name(identity, MAC_CAMERA, "cam", RECORD_NAME_MDNS);
	fixture_assert_name(identity, MAC_PHONE, "", RECORD_NAME_NONE);
	fixture_dns_begin(&m, RESPONSE, NULL, 3);
	service_add(&m, "a\nb", "_ipp._tcp.local", "cam.local", "");
	fixture_dns_address(&m, "cam.local", "192.168.1.20");
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m);
	identity_counters(identity, &counters);
	assert_int_equal(counters.names_invalid, 1);
	fixture_assert_name(identity, MAC_CAMERA, "cam", RECORD_NAME_MDNS);
	identity_free(identity);
}

static void questions_and_damaged_messages_name_nobody(void **state)
{
	struct identity *identity = fixture_identity();
	struct identity_counters counters;
	struct fixture_message m;

	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_dns_begin(&m, 0, "cam.local", 1);
	fixture_dns_address(&m, "cam.local", "192.168.1.20"); /* proposed, RFC 6762 8.1 */
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m);
	assert_int_equal(m.octets[5], 1);
	fixture_dns_begin(&m, RESPONSE, "cam.local", 2);
	fixture_dns_address(&m, "other.local", "192.168.1.99");
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m); /* one record short */
	m.n = 11;
	fixture_mdns_send(identity, MAC_CAMERA, "192.168.1.20", &m);
	identity_counters(identity, &counters);
	assert_int_equal(counters.dns_messages, 3);
	assert_int_equal(counters.dns_malformed, 2);
	fixture_assert_name(
		identity, MAC_CAMERA, oui_vendor((const uint8_t *)MAC_CAMERA), RECORD_NAME_VENDOR);
	identity_free(identity);
}

static void llmnr_answers_name_the_sender_to_who_asked(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key key = fixture_key(MAC_CAMERA, "192.168.1.20", MAC_PHONE, "192.168.1.21");
	struct flow_key udp = fixture_udp(&key, 5355, 50000);
	struct flow_key flow = fixture_reverse(&key);
	struct fixture_message m;
	struct fixture_record r;

	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_seen(identity, MAC_PHONE, "192.168.1.21");
	fixture_dns_begin(&m, 0x8000, "CAM-PC", 1);
	fixture_dns_address(&m, "CAM-PC", "192.168.1.20");
	fixture_datagram(identity, &udp, m.octets, m.n, SECOND);
	fixture_assert_name(identity, MAC_CAMERA, "CAM-PC", RECORD_NAME_LLMNR);
	fixture_annotate(identity, &flow, identity_name(identity, &flow, SECOND), SECOND, &r);
	assert_string_equal(r.far_name, "cam-pc");
	assert_int_equal(r.record.far_name_source, RECORD_NAME_LLMNR);
	memset(m.octets + m.n - 10, 0, 4);
	fixture_datagram(identity, &udp, m.octets, m.n, SECOND);
	assert_int_equal(identity_name(identity, &flow, SECOND), 0);
	identity_free(identity);
}

static void a_local_peer_goes_by_its_own_name(void **state)
{
	struct identity *identity = fixture_identity();
	struct flow_key flow = fixture_key(MAC_PHONE, "192.168.1.21", MAC_CAMERA, "192.168.1.20");
	struct flow_key router = fixture_key(MAC_PHONE, "192.168.1.21", MAC_ROUTER, "192.168.1.1");
	struct flow_key routed = fixture_key(MAC_ROUTER, "9.9.9.9", MAC_PHONE, "192.168.1.21");
	struct fixture_record r;

	fixture_seen(identity, MAC_PHONE, "192.168.1.21");
	fixture_seen(identity, MAC_CAMERA, "192.168.1.20");
	fixture_seen(identity, MAC_ROUTER, "192.168.1.1");
	identity_sighting(identity, &routed, SECOND);
	fixture_annotate(identity, &flow, 0, SECOND, &r);
	assert_string_equal(r.far_name, ""); /* its maker's name is not its own */
	fixture_mdns_host(identity, MAC_CAMERA, "192.168.1.20", "cam.local", "192.168.1.20");
	fixture_annotate(identity, &flow, 0, SECOND, &r);
	assert_string_equal(r.far_name, "cam");
	assert_int_equal(r.record.far_name_source, RECORD_NAME_MDNS);
	assert_int_equal(r.record.far_name_age_s, 0);
	assert_string_equal(r.node_name, "");
	fixture_mdns_host(identity, MAC_ROUTER, "192.168.1.1", "gate.local", "192.168.1.1");
	fixture_annotate(identity, &router, 0, SECOND, &r);
	assert_string_equal(r.far_name, "gate");
	assert_int_equal(r.record.peer_device_id, 0);
	identity_free(identity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mdns_names_who_sends_it),
		cmocka_unit_test(a_farewell_takes_a_name_away),
		cmocka_unit_test(services_have_the_names_that_people_give),
		cmocka_unit_test(services_of_others_name_nobody),
		cmocka_unit_test(questions_and_damaged_messages_name_nobody),
		cmocka_unit_test(llmnr_answers_name_the_sender_to_who_asked),
		cmocka_unit_test(a_local_peer_goes_by_its_own_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
