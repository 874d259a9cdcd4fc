/* Applications of flows, as the meter's records name them. In a build without the library: that it
 * says so. */
#include "tests/unit/application_flow.h"

#include <string.h>

#include "base/error.h"
#include "tests/unit/hello.h"
#include "tests/unit/seal_crypto.h"
#include "tests/unit/unit.h"

static uint8_t hello[HELLO_OCTETS_MAX];

static void dns_is_recognised_and_whose_name_is_asked(void **state)
{
	struct octets o = {.n = 0};

	open_meter();
	octets_hex(&o, "1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001");
	send_payload(udp(53), o.at, o.n);
	assert_string_equal(name_of_all(), "DNS");
	o.n = 0;
	octets_hex(&o, "1234 0100 0001 0000 0000 0000 03 777777 07 6e6574666c6978 03 636f6d 00");
	octets_hex(&o, "0001 0001");
	send_payload(udp(53), o.at, o.n);
	assert_string_equal(name_of_all(), "DNS.NetFlix");
}

static void tls_is_recognised_and_whose_server_it_is(void **state)
{
	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.example.com", hello));
	assert_string_equal(name_of_all(), "TLS");
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	assert_string_equal(name_of_all(), "TLS.NetFlix");
	/* Whatever the port, after a handshake, over IPv6. */
	for (unsigned from = 0; from < 2; from++) {
		struct talk talk = tcp(from, 8553, from);

		talk.version = 6;
		talk.flags = from ? 0x12 : 0x02;
		send_payload(talk, NULL, 0);
	}
	struct talk talk = tcp(0, 8553, 1);

	talk.version = 6;
	send_payload(talk, hello, hello_simple("www.netflix.com", hello));
	assert_string_equal(name_of_all(), "TLS.NetFlix");
}

static void a_hello_over_several_segments_is_put_together(void **state)
{
	size_t octets = hello_simple("www.netflix.com", hello);

	open_meter();
	send_payload(tcp(0, 443, 1), hello, octets / 2);
	send_payload(tcp(1, 443, 1), NULL, 0);
	send_payload(
		tcp(0, 443, 1 + (uint32_t)octets / 2), hello + octets / 2, octets - octets / 2);
	assert_string_equal(name_of_all(), "TLS.NetFlix");
}

static void quic_is_recognised_and_whose_server_it_is(void **state)
{
	uint8_t datagram[SEAL_OCTETS_MAX];
	size_t octets = seal_hello("www.youtube.com", datagram);

	open_meter();
	send_payload(udp(443), datagram, octets);
	assert_string_equal(name_of_all(), "QUIC.YouTube");
}

static void other_protocols_are_recognised_by_what_they_say(void **state)
{
	static const struct {
		uint16_t port;
		const char *asked;
		const char *answered;
		const char *name;
	} said[] = {
		{8081, "GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: x\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP"},
		{2222, "SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-dropbear_2022\r\n", "SSH"},
		{4000, "DESCRIBE rtsp://cam/1 RTSP/1.0\r\nCSeq: 1\r\n\r\n",
			"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", "RTSP"},
	};

	open_meter();
	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		uint16_t port = said[i].port;

		send_text(tcp(0, port, 1), said[i].asked);
		send_text(tcp(1, port, 1), said[i].answered);
		assert_string_equal(name_of_all(), said[i].name);
	}
}

static void protocols_without_ports_have_their_own_name(void **state)
{
	static const struct {
		uint8_t version;
		uint8_t protocol;
		const char *name;
	} protocols[] = {{4, 1, "ICMP"}, {6, 58, "ICMPV6"}, {4, 2, "IGMP"}, {4, 47, "GRE"},
		{4, 50, "IPsec"}, {4, 132, "SCTP"}, {4, 253, ""}};

	open_meter();
	for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++) {
		struct talk talk = {
			.version = protocols[i].version, .protocol = protocols[i].protocol};

		talk.port[0] = protocols[i].protocol == 1 ? 8 : 128;
		send_text(talk, "0123456789abcdef");
		assert_string_equal(name_of_all(), protocols[i].name);
	}
}

static void ports_and_addresses_alone_name_nothing(void **state)
{
	static const uint16_t ports[] = {22, 25, 80, 123, 443, 445, 1883, 3389, 5060, 6881};
	uint8_t noise[64];

	open_meter();
	for (size_t i = 0; i < G_N_ELEMENTS(ports); i++) {
		for (size_t k = 0; k < sizeof(noise); k++) {
			noise[k] = (uint8_t)(k * 167 + i * 59 + 101);
		}
		send_payload(tcp(0, ports[i], 1), noise, sizeof(noise));
		assert_string_equal(name_of_all(), "");
		send_payload(tcp(0, ports[i], 1), NULL, 0);
		assert_string_equal(name_of_all(), "");
	}
}

static void fragments_are_looked_at_as_far_as_they_have_ports(void **state)
{
	struct talk talk = {.protocol = 17, .fragment = 0x2000, .identification = 7};
	struct octets o = {.n = 0};

	talk.port[0] = 40000;
	talk.port[1] = 53;
	open_meter();
	octets_hex(&o, "1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001");
	send_payload(talk, o.at, o.n);
	talk.fragment = 5;
	send_text(talk, "the rest of it");
	assert_string_equal(name_of_all(), "DNS");
	/* The rest first: it waits, and points to nothing any more. */
	talk.identification = 8;
	send_text(talk, "the rest of it");
	talk.fragment = 0x2000;
	send_payload(talk, o.at, o.n);
	assert_string_equal(name_of_all(), "DNS");
}

static bool is_part_of(const char *part, const char *name)
{
	return strncmp(name, part, strlen(part)) == 0;
}

/* Whatever the snap length leaves: a part of the name or none. */
static void cut_packets_are_looked_at_as_far_as_they_go(void **state)
{
	uint8_t datagram[SEAL_OCTETS_MAX];
	size_t sealed = seal_hello("www.youtube.com", datagram);
	size_t octets = hello_simple("www.netflix.com", hello);

	open_meter();
	for (uint32_t cut = 0; cut <= octets; cut++) {
		send_cut(tcp(0, 443, 1), hello, octets, cut);
		assert_true(is_part_of(name_of_all(), "TLS.NetFlix"));
	}
	for (uint32_t cut = 0; cut <= sealed; cut += 7) {
		send_cut(udp(443), datagram, sealed, cut);
		assert_true(is_part_of(name_of_all(), "QUIC.YouTube"));
	}
}

static void a_build_without_the_library_says_so(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(applications_new(0, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_non_null(strstr(error->message, "built without nDPI"));
}

int main(void)
{
	const struct CMUnitTest without[] = {
		cmocka_unit_test(a_build_without_the_library_says_so),
	};
	const struct CMUnitTest with[] = {
		CASE(dns_is_recognised_and_whose_name_is_asked),
		CASE(tls_is_recognised_and_whose_server_it_is),
		CASE(a_hello_over_several_segments_is_put_together),
		CASE(quic_is_recognised_and_whose_server_it_is),
		CASE(other_protocols_are_recognised_by_what_they_say),
		CASE(protocols_without_ports_have_their_own_name),
		CASE(ports_and_addresses_alone_name_nothing),
		CASE(fragments_are_looked_at_as_far_as_they_have_ports),
		CASE(cut_packets_are_looked_at_as_far_as_they_go),
	};

	if (!applications_available()) {
		return cmocka_run_group_tests(without, NULL, NULL);
	}
	return cmocka_run_group_tests(with, NULL, NULL);
}
