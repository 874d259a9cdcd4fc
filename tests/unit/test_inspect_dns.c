#include "tests/unit/inspect_flow.h"

#include <string.h>

#include "base/wire.h"

/* Three messages of @octets, told apart by their content; gives the length of all. */
static size_t dns_stream(uint8_t *ret, const uint16_t octets[3])
{
	size_t n = 0;

	for (int i = 0; i < 3; i++) {
		store_be16(ret + n, octets[i]);
		for (size_t k = 0; k < octets[i]; k++) {
			ret[n + 2 + k] = (uint8_t)(k * 5 + (size_t)i);
		}
		n += 2U + octets[i];
	}
	return n;
}

static void assert_messages(const uint8_t *stream, size_t n)
{
	size_t taken = 0;

	for (size_t i = 0; i < n; i += 2U + load_be16(stream + i)) {
		assert_memory_equal(seen.messages + taken, stream + i + 2, load_be16(stream + i));
		taken += load_be16(stream + i);
	}
	assert_int_equal(seen.message_octets, taken);
}

static void dns_messages_are_framed_however_they_are_cut(void **state)
{
	static const uint16_t octets[] = {12, 300, 40};
	uint8_t stream[1000];
	size_t n = dns_stream(stream, octets);

	seen.key.port[1] = 53;
	for (size_t cut = 0; cut <= n; cut++) {
		/* In order, without the handshake. */
		assert_int_equal(packet(SERVER, 9, ACK, stream, cut), STATUS_AGAIN);
		assert_int_equal(packet(SERVER, 9 + (uint32_t)cut, ACK, stream + cut, n - cut),
			STATUS_AGAIN);
		assert_messages(stream, n);
		next_flow();
		/* In the wrong order, over the wrap, and both again. */
		shake_hands((uint32_t)-100);
		for (int again = 0; again <= 1; again++) {
			assert_int_equal(
				packet(CLIENT, (uint32_t)cut - 100, ACK, stream + cut, n - cut),
				STATUS_AGAIN);
			assert_int_equal(
				packet(CLIENT, (uint32_t)-100, ACK, stream, cut), STATUS_AGAIN);
		}
		assert_messages(stream, n);
		next_flow();
	}
	assert_int_equal(counters().dns_messages, 6 * (n + 1));
	assert_int_equal(counters().evicted, 0);
}

static void both_directions_of_dns_are_framed_apart(void **state)
{
	static const uint16_t octets[] = {30, 30, 30};
	uint8_t stream[100];
	size_t n = dns_stream(stream, octets);

	seen.key.port[1] = 53;
	shake_hands(50);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(
			packet(CLIENT, 50 + (uint32_t)i, ACK, stream + i, 1), STATUS_AGAIN);
		assert_int_equal(packet(SERVER, 8 + (uint32_t)i, ACK, stream + i, 1), STATUS_AGAIN);
		/* A handshake packet seen again does not put the stream back. */
		assert_int_equal(packet(CLIENT, 49, SYN, NULL, 0), STATUS_AGAIN);
	}
	assert_int_equal(seen.message_count, 6);
	assert_int_equal(seen.message_octets, 180);
}

static void dns_messages_too_long_to_keep_are_skipped(void **state)
{
	static const uint16_t octets[] = {20, 40000, 33};
	static uint8_t stream[50000];
	size_t n = dns_stream(stream, octets);

	seen.key.port[1] = 53;
	for (size_t segment = 1000; segment < 20000; segment += 777) {
		seen.message_count = 0;
		seen.message_octets = 0;
		for (size_t i = 0; i < n; i += segment) {
			assert_int_equal(packet(SERVER, (uint32_t)i - 7, ACK, stream + i,
						 n - i < segment ? n - i : segment),
				STATUS_AGAIN);
		}
		assert_int_equal(seen.message_count, 2);
		assert_int_equal(seen.last_octets, 33);
		seen.flow++;
	}
	seen.message_octets = 0; /* whole within one packet, it need not be kept */
	seen.message_count = 0;
	assert_int_equal(packet(SERVER, 0, ACK, stream, n), STATUS_AGAIN);
	assert_int_equal(seen.message_count, 3);
}

static void the_longest_message_that_is_kept_has_a_bound(void **state)
{
	static uint8_t stream[50000];

	seen.key.port[1] = 53;
	for (uint16_t longest = 16381; longest <= 16384; longest++) {
		const uint16_t octets[] = {12, longest, 12};
		size_t n = dns_stream(stream, octets);

		assert_int_equal(packet(SERVER, 0, ACK, stream, 1000), STATUS_AGAIN);
		assert_int_equal(packet(SERVER, 1000, ACK, stream + 1000, n - 1000), STATUS_AGAIN);
		/* With its length, it fills the 16 KiB of a stream. */
		assert_int_equal(seen.message_count, longest <= 16382 ? 3 : 2);
		next_flow();
	}
}

static void a_stream_that_goes_on_has_no_bound_of_packets(void **state)
{
	uint8_t stream[60 * 32];

	seen.key.port[1] = 53;
	for (size_t i = 0; i < sizeof(stream); i += 32) {
		memset(stream + i, 0, 32);
		stream[i + 1] = 30;
	}
	/* No segment ends where a message does, so that something always waits. */
	assert_int_equal(packet(SERVER, 0, ACK, stream, 3), STATUS_AGAIN);
	for (size_t i = 3; i < sizeof(stream); i += 8) {
		size_t n = sizeof(stream) - i < 8 ? sizeof(stream) - i : 8;

		assert_int_equal(packet(SERVER, (uint32_t)i, ACK, stream + i, n), STATUS_AGAIN);
	}
	assert_int_equal(seen.message_count, 60);
}

static void dns_streams_end_in_their_bounds(void **state)
{
	static const uint16_t octets[] = {12, 12, 12};
	uint8_t stream[100];
	size_t n = dns_stream(stream, octets);
	unsigned packets = 0;
	enum status status;

	seen.key.port[1] = 53;
	do {
		status = packet(SERVER, (uint32_t)(packets * n), ACK, stream, n);
		packets++;
	} while (status == STATUS_AGAIN && packets < 1000);
	assert_int_equal(status, STATUS_NOT_FOUND);
	assert_int_equal(packets, 22); /* 64 messages */
	next_flow();
	packets = 0;
	shake_hands(0);
	do {
		status = packet(CLIENT, 10 + packets, ACK, "x", 1);
		packets++;
	} while (status == STATUS_AGAIN && packets < 1000);
	assert_int_equal(status, STATUS_NOT_FOUND);
	assert_int_equal(packets, 65);
	next_flow();
	shake_hands(0);
	assert_int_equal(packet(CLIENT, 20000, ACK, "x", 1), STATUS_NOT_FOUND);
	next_flow();
	assert_int_equal(packet(CLIENT, 0, ACK, "\x00\x0b", 2), STATUS_MALFORMED);
	next_flow();
	assert_int_equal(packet(CLIENT, 0, ACK, "\x00", 1), STATUS_AGAIN);
	assert_int_equal(packet(CLIENT, 1, ACK, "\x00", 1), STATUS_MALFORMED);
}

static void without_a_sink_dns_is_given_up(void **state)
{
	inspect_free(seen.inspect);
	seen.inspect = inspect_new(0, 0, NULL, NULL, NULL);
	seen.key.port[0] = 53;
	assert_int_equal(packet(CLIENT, 0, ACK, "\x00\x0c", 2), STATUS_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSPECT_TEST(dns_messages_are_framed_however_they_are_cut),
		INSPECT_TEST(both_directions_of_dns_are_framed_apart),
		INSPECT_TEST(dns_messages_too_long_to_keep_are_skipped),
		INSPECT_TEST(the_longest_message_that_is_kept_has_a_bound),
		INSPECT_TEST(a_stream_that_goes_on_has_no_bound_of_packets),
		INSPECT_TEST(dns_streams_end_in_their_bounds),
		INSPECT_TEST(without_a_sink_dns_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
