/* Applications of flows, as the meter's records name them. In a build without the library: that it
 * says so. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "probe/application.h"
#include "tests/unit/hello.h"
#include "tests/unit/meter_fixture.h"
#include "tests/unit/seal_crypto.h"

#define SEEN_MAX 64

/* Records as they come, with the names in them. */
struct seen {
	char names[SEEN_MAX][APPLICATION_NAME_MAX + 1];
	uint8_t caches[SEEN_MAX];
	unsigned count;
};

static struct applications *applications;
static struct meter_config config;
static struct meter *meter;
static struct seen seen;
static uint8_t hello[HELLO_OCTETS_MAX];
static int64_t now_ms;

static void see(void *context, const struct record_batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		const struct record_text *name = &batch->records[i].application;

		assert_true(seen.count < SEEN_MAX && name->octets <= APPLICATION_NAME_MAX);
		memcpy(seen.names[seen.count], batch->text + name->offset, name->octets);
		seen.names[seen.count][name->octets] = '\0';
		seen.caches[seen.count++] = batch->records[i].cache_id;
	}
}

static void open_meter(void)
{
	meter = meter_new(&config, NULL, see, NULL, NULL);
	assert_non_null(meter);
}

static int set_up(void **state)
{
	applications = applications_new(8, NULL);
	config = (struct meter_config){.cache_count = 2, .hash_seed = 42};
	config.applications = applications;
	for (unsigned i = 0; i < 2; i++) {
		config.caches[i].idle_timeout_ms = 60000;
		config.caches[i].active_timeout_ms = 300000;
		config.caches[i].flows_max = 100;
	}
	config.cache_count = 1;
	memset(&seen, 0, sizeof(seen));
	now_ms = 0;
	return applications == NULL;
}

static int tear_down(void **state)
{
	meter_free(meter);
	meter = NULL;
	applications_free(applications);
	return 0;
}

/* A frame with @payload behind the headers of @talk, of which @cut octets were not captured. */
static void send_cut(struct talk talk, const void *payload, size_t octets, uint32_t cut)
{
	struct octets o = {.n = 0};
	uint8_t *copy;
	struct packet packet = {.link_type = 1};

	talk.payload = octets > 0 ? (uint32_t)octets : TALK_NO_PAYLOAD;
	octets_ethernet(&o, talk.from, talk.version == 6 ? 0x86dd : 0x0800);
	octets_talk(&o, &talk);
	if (octets > 0) {
		memcpy(o.at + o.n - octets, payload, octets);
	}
	assert_true(cut <= o.n);
	copy = g_memdup2(o.at, o.n - cut);
	packet.data = copy;
	packet.captured = o.n - cut;
	packet.wire = o.n;
	packet.time_ns = (TALK_START_US + ++now_ms * 1000) * 1000;
	meter_packets(meter, &packet, 1);
	g_free(copy);
}

static void send_payload(struct talk talk, const void *payload, size_t octets)
{
	send_cut(talk, payload, octets, 0);
}

/* The name in the only record of what was sent. */
static const char *name_of_all(void)
{
	meter_finish(meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 1);
	seen.count = 0;
	return seen.names[0];
}

static void send_text(struct talk talk, const char *text)
{
	send_payload(talk, text, strlen(text));
}

static struct talk tcp(unsigned from, uint16_t port, uint32_t sequence)
{
	struct talk talk = {.from = from, .protocol = 6, .flags = 0x18, .sequence = sequence};

	talk.port[0] = 40000;
	talk.port[1] = port;
	return talk;
}

static struct talk udp(uint16_t port)
{
	struct talk talk = {.protocol = 17};

	talk.port[0] = 40000;
	talk.port[1] = port;
	return talk;
}

static size_t seal_hello(const char *name, uint8_t *ret)
{
	struct hello_options options = {.name = name};
	size_t octets = hello_message(&options, hello);
	uint8_t frames[1300] = {0};
	struct seal seal = {.destination = "client-1", .frames = frames};

	(void)seal_crypto_frame(frames, 0, hello, octets);
	seal.frame_octets = 1200; /* padded, as RFC 9000 14.1 wants it */
	return seal_packet(&seal, ret);
}

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

static void each_record_of_a_long_flow_has_the_name(void **state)
{
	config.caches[0].active_timeout_ms = 1000;
	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	now_ms += 1500;
	send_text(tcp(0, 443, 400), "more");
	now_ms += 1500;
	send_text(tcp(0, 443, 404), "more");
	meter_finish(meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 3);
	for (unsigned i = 0; i < seen.count; i++) {
		assert_string_equal(seen.names[i], "TLS.NetFlix");
	}
}

static void another_flow_in_the_same_place_is_looked_into_anew(void **state)
{
	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	now_ms += 100000; /* idle: the packet begins another flow */
	send_text(tcp(0, 443, 1), "SSH-2.0-OpenSSH_9.2\r\n");
	send_text(tcp(1, 443, 1), "SSH-2.0-OpenSSH_9.2\r\n");
	meter_finish(meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.names[0], "TLS.NetFlix");
	assert_string_equal(seen.names[1], "SSH");
}

static void directions_of_uniflows_are_looked_into_each(void **state)
{
	config.caches[0].uniflow = true;
	open_meter();
	send_text(tcp(0, 2222, 1), "SSH-2.0-OpenSSH_9.2\r\n");
	send_text(tcp(1, 2222, 1), "SSH-2.0-dropbear_2022\r\n");
	meter_finish(meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.names[0], "SSH");
	assert_string_equal(seen.names[1], "SSH");
}

static void evicted_flows_keep_what_was_found(void **state)
{
	struct application_counters c;

	config.caches[0].flows_max = 4;
	open_meter();
	for (uint16_t i = 0; i < 20; i++) {
		struct talk talk = tcp(0, 443, 1);

		talk.port[0] = (uint16_t)(40000 + i);
		send_payload(talk, hello, hello_simple("www.netflix.com", hello));
	}
	meter_finish(meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 20);
	for (unsigned i = 0; i < seen.count; i++) {
		assert_string_equal(seen.names[i], "TLS.NetFlix");
	}
	applications_counters(applications, &c);
	assert_int_equal(c.flows, 20);
	assert_int_equal(c.recognised, 20);
}

static void more_flows_than_states_are_counted(void **state)
{
	struct application_counters c;

	open_meter();
	for (uint16_t i = 0; i < 50; i++) {
		struct talk talk = tcp(0, 7000, 1);

		talk.port[0] = (uint16_t)(40000 + i);
		send_text(talk, "\x81\x93 nobody knows");
	}
	applications_counters(applications, &c);
	assert_int_equal(c.flows, 50);
	assert_int_equal(c.evicted, 42);
	meter_finish(meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 50);
	applications_counters(applications, &c);
	assert_int_equal(c.unknown, 50);
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

static void only_the_cache_of_connections_has_names(void **state)
{
	config.cache_count = 2;
	config.caches[0].key_fields = FLOW_KEY_SRC_ADDRESS;
	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	meter_finish(meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_string_equal(seen.names[i], seen.caches[i] == 1 ? "TLS.NetFlix" : "");
	}
}

static void a_key_without_connections_is_refused(void **state)
{
	g_autoptr(GError) error = NULL;

	config.caches[0].key_fields = FLOW_KEY_SRC_ADDRESS;
	assert_null(meter_new(&config, NULL, see, NULL, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
}

static void a_meter_that_does_not_finish_gives_its_states_back(void **state)
{
	struct application_counters c;

	for (unsigned i = 0; i < 3; i++) {
		open_meter();
		for (uint16_t k = 0; k < 8; k++) {
			send_text(udp((uint16_t)(7000 + k)), "\x81\x93 nobody knows");
		}
		meter_free(meter);
		meter = NULL;
	}
	applications_counters(applications, &c);
	assert_int_equal(c.flows, 24);
	assert_int_equal(c.evicted, 0);
}

static void nothing_is_recognised_when_nobody_asks(void **state)
{
	struct application_counters c;

	config.applications = NULL;
	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	assert_string_equal(name_of_all(), "");
	applications_counters(applications, &c);
	assert_int_equal(c.flows, 0);
}

static void a_build_without_the_library_says_so(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(applications_new(0, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_non_null(strstr(error->message, "built without nDPI"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

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
		CASE(each_record_of_a_long_flow_has_the_name),
		CASE(another_flow_in_the_same_place_is_looked_into_anew),
		CASE(directions_of_uniflows_are_looked_into_each),
		CASE(evicted_flows_keep_what_was_found),
		CASE(more_flows_than_states_are_counted),
		CASE(fragments_are_looked_at_as_far_as_they_have_ports),
		CASE(cut_packets_are_looked_at_as_far_as_they_go),
		CASE(only_the_cache_of_connections_has_names),
		CASE(a_key_without_connections_is_refused),
		CASE(a_meter_that_does_not_finish_gives_its_states_back),
		CASE(nothing_is_recognised_when_nobody_asks),
	};

	if (!applications_available()) {
		return cmocka_run_group_tests(without, NULL, NULL);
	}
	return cmocka_run_group_tests(with, NULL, NULL);
}
