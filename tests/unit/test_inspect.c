#include "tests/unit/inspect_flow.h"

#include <glib.h>
#include <string.h>

#include "tests/unit/hello.h"

static void a_hello_in_one_segment_decides_at_once(void **state)
{
	uint8_t hello[2048];
	size_t n = hello_simple(NULL, hello);

	shake_hands(1000);
	assert_named(packet(CLIENT, 1000, ACK, hello, n), "www.example.com", RECORD_NAME_SNI);
	next_flow();
	assert_named(packet(CLIENT, 5, ACK, hello, n), "www.example.com", RECORD_NAME_SNI);
	next_flow(); /* fast open: data in the SYN */
	assert_named(packet(CLIENT, 5, SYN, hello, n), "www.example.com", RECORD_NAME_SNI);
	next_flow(); /* flow begun with the server's packet: the client is not the initiator */
	assert_int_equal(packet(CLIENT, 7, SYN | ACK, NULL, 0), STATUS_AGAIN);
	assert_named(packet(SERVER, 5, ACK, hello, n), "www.example.com", RECORD_NAME_SNI);
	assert_int_equal(counters().tls_hellos, 4);
	assert_int_equal(counters().evicted, 0);
}

static void a_hello_split_anywhere_is_put_together_in_both_orders(void **state)
{
	uint8_t hello[2048];
	size_t n = hello_simple(NULL, hello);

	/* The sequence numbers wrap within the hello, sooner or later. */
	for (size_t cut = 1; cut < n; cut++) {
		uint32_t base = (uint32_t) - (int64_t)(n / 2);
		enum status status = packet(CLIENT, base, ACK, hello, cut);

		if (status == STATUS_AGAIN) {
			status = packet(CLIENT, base + (uint32_t)cut, ACK, hello + cut, n - cut);
		}
		assert_named(status, "www.example.com", RECORD_NAME_SNI);
		next_flow();
		shake_hands(base);
		assert_int_equal(packet(CLIENT, base + (uint32_t)cut, ACK, hello + cut, n - cut),
			STATUS_AGAIN);
		assert_named(
			packet(CLIENT, base, ACK, hello, cut), "www.example.com", RECORD_NAME_SNI);
		next_flow();
	}
	assert_int_equal(counters().tls_hellos, 2 * (n - 1));
	assert_int_equal(counters().evicted, 0);
}

static void repeated_and_overlapping_segments_change_nothing(void **state)
{
	uint8_t hello[2048];
	uint8_t other[2048];
	size_t n = hello_simple("first.example", hello);

	assert_int_equal(n, hello_simple("other.example", other));
	shake_hands(0);
	assert_int_equal(packet(CLIENT, 0, ACK, hello, 60), STATUS_AGAIN);
	assert_int_equal(packet(CLIENT, 0, ACK, hello, 60), STATUS_AGAIN);
	assert_int_equal(packet(CLIENT, UINT32_MAX, ACK, "", 1), STATUS_AGAIN);
	assert_int_equal(packet(CLIENT, 80, ACK, hello + 80, n - 80), STATUS_AGAIN);
	assert_named(packet(CLIENT, 20, ACK, other + 20, n - 20), "first.example", RECORD_NAME_SNI);
	next_flow();
	shake_hands(0);
	assert_int_equal(packet(CLIENT, UINT32_MAX, ACK, "", 1), STATUS_AGAIN);
	memmove(hello + 3, hello, n);
	assert_named(
		packet(CLIENT, (uint32_t)-3, ACK, hello, n + 3), "first.example", RECORD_NAME_SNI);
}

static void a_large_hello_over_many_segments_is_read(void **state)
{
	static uint8_t message[HELLO_OCTETS_MAX];
	static uint8_t records[6 * HELLO_OCTETS_MAX];
	struct hello_options options = {.name = "pq.example.com", .grease = true};
	static const size_t segment = 1460;

	for (size_t share = 1216; share < 16000; share += 1216) {
		size_t n;
		enum status status = STATUS_AGAIN;

		options.key_share_octets = share;
		n = hello_records(message, hello_message(&options, message), 16384, records);
		for (size_t i = 0; i < n && status == STATUS_AGAIN; i += segment) {
			status = packet(CLIENT, (uint32_t)(i - 5000), ACK, records + i,
				n - i < segment ? n - i : segment);
		}
		assert_named(status, "pq.example.com", RECORD_NAME_SNI);
		next_flow();
		shake_hands(9);
		for (size_t i = (n - 1) / segment; i > 0; i--) {
			size_t from = i * segment;

			assert_int_equal(packet(CLIENT, (uint32_t)from + 9, ACK, records + from,
						 n - from < segment ? n - from : segment),
				STATUS_AGAIN);
		}
		assert_named(packet(CLIENT, 9, ACK, records, segment), "pq.example.com",
			RECORD_NAME_SNI);
		next_flow();
	}
}

static void a_gap_that_is_never_filled_ends_in_a_bound(void **state)
{
	uint8_t hello[2048];
	unsigned packets = 1;
	enum status status;

	(void)hello_simple(NULL, hello);
	assert_int_equal(packet(CLIENT, 0, ACK, hello, 20), STATUS_AGAIN);
	do {
		status = packet(SERVER, packets, ACK, "....", 4);
		packets++;
	} while (status == STATUS_AGAIN && packets < 1000);
	assert_int_equal(status, STATUS_NOT_FOUND);
	assert_int_equal(packets, 65);
	next_flow();
	shake_hands(0);
	packets = 0;
	do {
		status = packet(CLIENT, 100 + packets, ACK, "x", 1);
		packets++;
	} while (status == STATUS_AGAIN && packets < 1000);
	assert_int_equal(status, STATUS_NOT_FOUND);
	assert_int_equal(packets, 65);
	next_flow();
	shake_hands(0);
	assert_int_equal(packet(CLIENT, 20000, ACK, "x", 1), STATUS_NOT_FOUND);
}

static void hellos_without_names_and_broken_ones_are_told_apart(void **state)
{
	uint8_t message[2048];
	uint8_t records[4096];
	struct hello_options options = {.name = "192.0.2.1"};
	size_t n = hello_records(message, hello_message(&options, message), 16384, records);

	assert_int_equal(packet(CLIENT, 0, ACK, records, n), STATUS_NOT_FOUND);
	assert_int_equal(counters().tls_hellos, 1);
	next_flow();
	options.name = NULL;
	n = hello_records(message, hello_message(&options, message), 16384, records);
	assert_int_equal(packet(CLIENT, 0, ACK, records, n), STATUS_NOT_FOUND);
	assert_int_equal(counters().tls_hellos, 2);
	next_flow();
	records[9] = 2;
	assert_int_equal(packet(CLIENT, 0, ACK, records, n), STATUS_MALFORMED);
	assert_int_equal(counters().tls_hellos, 2);
	assert_int_equal(counters().tls_malformed, 1);
}

static void other_protocols_are_given_up_at_once(void **state)
{
	static const char *const banners[] = {"220 mail.example ESMTP\r\n", "SSH-2.0-x\r\n",
		"* OK\r\n", "RFB 003.008\n", "\x05\x01\x00"};

	for (size_t i = 0; i < sizeof(banners) / sizeof(banners[0]); i++) {
		shake_hands(0);
		assert_int_equal(packet(i % 2 ? CLIENT : SERVER, i % 2 ? 0 : 8, ACK, banners[i],
					 strlen(banners[i])),
			STATUS_NOT_FOUND);
		next_flow();
	}
	shake_hands(0); /* only a client's first segment is waited for */
	assert_int_equal(packet(SERVER, 100, ACK, "220", 3), STATUS_NOT_FOUND);
	next_flow();
	shake_hands(0);
	assert_int_equal(packet(CLIENT, 0, RST, NULL, 0), STATUS_NOT_FOUND);
	next_flow();
	seen.key.protocol = 132;
	assert_int_equal(packet(CLIENT, 0, 0, "GET / HTTP/1.1\r\n", 16), STATUS_NOT_FOUND);
	assert_int_equal(counters().http_requests, 0);
	assert_int_equal(counters().tls_malformed, 0);
}

static void an_answer_seen_before_its_hello_spoils_nothing(void **state)
{
	static const uint8_t answer[] = {22, 3, 3, 0, 90, 2, 0, 0, 86};
	uint8_t hello[2048];
	size_t n = hello_simple(NULL, hello);
	unsigned packets = 0;

	for (int known = 0; known <= 1; known++) {
		if (known) {
			shake_hands(0);
		}
		assert_int_equal(packet(SERVER, 8, ACK, answer, sizeof(answer)), STATUS_AGAIN);
		assert_int_equal(packet(SERVER, 17, ACK, "\x99\x98\x97", 3), STATUS_AGAIN);
		assert_named(packet(CLIENT, 0, ACK, hello, n), "www.example.com", RECORD_NAME_SNI);
		next_flow();
	}
	assert_int_equal(packet(SERVER, 0, ACK, "HTTP/1.1 200 OK\r\n", 17), STATUS_AGAIN);
	while (packet(SERVER, 17, ACK, "\x99\x98\x97", 3) == STATUS_AGAIN) {
		packets++;
		assert_true(packets < 100);
	}
	assert_int_equal(packets, 7);
	next_flow();
	assert_int_equal(packet(CLIENT, 0, ACK, hello, 30), STATUS_AGAIN);
	assert_int_equal(packet(SERVER, 8, ACK, "\x99\x98\x97", 3), STATUS_AGAIN);
	assert_named(
		packet(CLIENT, 30, ACK, hello + 30, n - 30), "www.example.com", RECORD_NAME_SNI);
}

static void hosts_of_requests_are_found_over_segments(void **state)
{
	static const char request[] =
		"GET /a HTTP/1.1\r\nX: y\r\nHost: www.example.com:8080\r\n\r\n";
	size_t n = sizeof(request) - 1;

	for (size_t cut = 1; cut < n; cut++) {
		enum status status = packet(CLIENT, 0, ACK, request, cut);

		if (status == STATUS_AGAIN) {
			status = packet(CLIENT, (uint32_t)cut, ACK, request + cut, n - cut);
		}
		assert_named(status, "www.example.com", RECORD_NAME_HTTP);
		next_flow();
		shake_hands(0);
		assert_int_equal(
			packet(CLIENT, (uint32_t)cut, ACK, request + cut, n - cut), STATUS_AGAIN);
		assert_named(
			packet(CLIENT, 0, ACK, request, cut), "www.example.com", RECORD_NAME_HTTP);
		next_flow();
	}
	assert_int_equal(counters().http_requests, 2 * (n - 1));
	assert_int_equal(packet(CLIENT, 0, ACK, "GET / HTTP/1.0\r\n\r\n", 18), STATUS_NOT_FOUND);
	assert_int_equal(counters().http_requests, 2 * n - 1);
}

static void streams_that_lose_their_place_are_counted(void **state)
{
	uint8_t hello[2048];
	size_t n = hello_simple(NULL, hello);

	for (seen.flow = 0; seen.flow < 6; seen.flow++) {
		assert_int_equal(packet(CLIENT, 0, ACK, hello, 70), STATUS_AGAIN);
	}
	assert_int_equal(counters().evicted, 2);
	for (seen.flow = 2; seen.flow < 6; seen.flow++) {
		assert_named(packet(CLIENT, 70, ACK, hello + 70, n - 70), "www.example.com",
			RECORD_NAME_SNI);
	}
	seen.flow = 0;
	assert_int_equal(packet(CLIENT, 70, ACK, hello + 70, n - 70), STATUS_NOT_FOUND);
	assert_int_equal(counters().evicted, 2);
}

static void a_reset_frees_the_place_of_its_flow(void **state)
{
	uint8_t hello[2048];

	(void)hello_simple(NULL, hello);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(packet(CLIENT, 0, ACK, hello, 70), STATUS_AGAIN);
		assert_int_equal(
			packet(i % 2 ? CLIENT : SERVER, 70, RST | ACK, NULL, 0), STATUS_NOT_FOUND);
		next_flow();
	}
	assert_int_equal(counters().evicted, 0);
}

static void too_many_streams_are_refused(void **state)
{
	GError *error = NULL;

	assert_null(inspect_new(65537, 1, NULL, NULL, &error));
	assert_non_null(error);
	g_error_free(error);
	inspect_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSPECT_TEST(a_hello_in_one_segment_decides_at_once),
		INSPECT_TEST(a_hello_split_anywhere_is_put_together_in_both_orders),
		INSPECT_TEST(repeated_and_overlapping_segments_change_nothing),
		INSPECT_TEST(a_large_hello_over_many_segments_is_read),
		INSPECT_TEST(a_gap_that_is_never_filled_ends_in_a_bound),
		INSPECT_TEST(hellos_without_names_and_broken_ones_are_told_apart),
		INSPECT_TEST(other_protocols_are_given_up_at_once),
		INSPECT_TEST(an_answer_seen_before_its_hello_spoils_nothing),
		INSPECT_TEST(hosts_of_requests_are_found_over_segments),
		INSPECT_TEST(streams_that_lose_their_place_are_counted),
		INSPECT_TEST(a_reset_frees_the_place_of_its_flow),
		cmocka_unit_test(too_many_streams_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
