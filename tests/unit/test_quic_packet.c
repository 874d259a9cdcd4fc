#include "tests/unit/unit.h"

#include <string.h>

#include "probe/quic_packet.h"

static struct quic_packet packet;

static enum status next_of(const void *octets, size_t n)
{
	struct wire w = wire_of(octets, n);

	return quic_packet_next(&w, &packet);
}

static void headers_of_both_versions_are_read(void **state)
{
	static const uint8_t first[] = {
		0xc0, 0, 0, 0, 1, 2, 'a', 'b', 1, 'c', 3, 't', 't', 't', 0x40, 5, 1, 2, 3, 4, 5, 9};
	static const struct {
		const char *what;
		uint8_t octets[16];
		size_t count;
		enum quic_kind kind;
	} table[] = {
		{"0-RTT", {0xd0, 0, 0, 0, 1, 0, 0, 0}, 8, QUIC_OTHER},
		{"Handshake", {0xe0, 0, 0, 0, 1, 0, 0, 1, 7}, 9, QUIC_OTHER},
		{"Retry", {0xf0, 0, 0, 0, 1, 0, 0, 1, 7}, 9, QUIC_RETRY},
		{"v2 Initial", {0xd0, 0x6b, 0x33, 0x43, 0xcf, 0, 0, 0, 0}, 9, QUIC_INITIAL},
		{"v2 0-RTT", {0xe0, 0x6b, 0x33, 0x43, 0xcf, 0, 0, 0}, 8, QUIC_OTHER},
		{"v2 Handshake", {0xf0, 0x6b, 0x33, 0x43, 0xcf, 0, 0, 0}, 8, QUIC_OTHER},
		{"v2 Retry", {0xc0, 0x6b, 0x33, 0x43, 0xcf, 0, 0, 0}, 8, QUIC_RETRY},
		{"draft 29", {0xc0, 0xff, 0, 0, 0x1d, 0, 0, 0, 0}, 9, QUIC_INITIAL},
		{"Version Negotiation", {0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 11, QUIC_NEGOTIATION},
		{"reserved version", {0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 0, 0, 9}, 8, QUIC_NEGOTIATION},
	};

	assert_int_equal(next_of(first, sizeof(first)), STATUS_OK);
	assert_int_equal(packet.kind, QUIC_INITIAL);
	assert_int_equal(packet.version, QUIC_VERSION_1);
	assert_ptr_equal(packet.octets, first);
	assert_int_equal(packet.number_offset, 16);
	assert_int_equal(packet.count, 21);
	assert_int_equal(packet.destination_octets, 2);
	assert_memory_equal(packet.destination, "ab", 2);
	assert_true(packet.has_token);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(next_of(table[i].octets, table[i].count), STATUS_OK);
		assert_int_equal(packet.kind, table[i].kind);
		assert_int_equal(packet.count, table[i].count);
		assert_false(packet.has_token);
	}
}

static void what_is_cut_or_something_else_is_told(void **state)
{
	uint8_t whole[] = {
		0xc0, 0, 0, 0, 1, 2, 'a', 'b', 1, 'c', 3, 't', 't', 't', 0x40, 5, 1, 2, 3, 4, 5};
	static const uint8_t others[][9] = {
		{0x40, 0, 0, 0, 1},       /* short header */
		{0x80, 0, 0, 0, 1},       /* fixed bit missing */
		{0xc0, 0, 0, 0, 2},       /* versions */
		{0xc0, 0xff, 0, 0, 0x1c}, /* that nobody speaks any more */
		{0xc0, 'Q', '0', '4', '6'},
	};

	for (size_t n = 0; n < sizeof(whole); n++) {
		assert_int_equal(next_of(whole, n), n < 5 ? STATUS_NOT_FOUND : STATUS_SHORT);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(next_of(others[i], sizeof(others[i])), STATUS_NOT_FOUND);
	}
	whole[5] = 21;
	assert_int_equal(next_of(whole, sizeof(whole)), STATUS_MALFORMED);
	whole[5] = 2;
	whole[8] = 21;
	assert_int_equal(next_of(whole, sizeof(whole)), STATUS_MALFORMED);
	whole[8] = 1;
	whole[10] = 0xff; /* a token of 2^61 octets */
	assert_int_equal(next_of(whole, sizeof(whole)), STATUS_SHORT);
}

static const uint8_t frames[] = {0x00, 0x01, 0x02, 0x05, 0x40, 0x01, 0x01, 0x00, 0x03, 0x04, 0x03,
	0x05, 0x00, 0x00, 0x00, 0x07, 0x08, 0x80, 0, 0, 9, 0x06, 0x80, 0x01, 0x00, 0x02, 0x03, 'a',
	'b', 'c', 0x1c, 0x0a, 0x06, 0x02, 'x', 'y', 0x06, 0xc0, 0, 0, 0, 0, 0, 0, 1, 0x01, 'd',
	0x00};

static void handshake_pieces_are_found_among_other_frames(void **state)
{
	struct wire w = wire_of(frames, sizeof(frames));
	struct quic_chunk chunk;

	assert_int_equal(quic_chunk_next(&w, &chunk), STATUS_OK);
	assert_int_equal(chunk.offset, 0x10002);
	assert_int_equal(chunk.count, 3);
	assert_memory_equal(chunk.octets, "abc", 3);
	assert_int_equal(quic_chunk_next(&w, &chunk), STATUS_OK);
	assert_int_equal(chunk.offset, 1);
	assert_int_equal(chunk.count, 1);
	assert_int_equal(chunk.octets[0], 'd');
	assert_int_equal(quic_chunk_next(&w, &chunk), STATUS_NOT_FOUND);
}

static void each_prefix_of_the_frames_ends_between_two_or_is_malformed(void **state)
{
	static const uint8_t begins[] = {0, 1, 2, 10, 21, 30, 36, 47, 48};

	for (size_t n = 0; n <= sizeof(frames); n++) {
		struct wire w = wire_of(frames, n);
		struct quic_chunk chunk;
		enum status status;

		while ((status = quic_chunk_next(&w, &chunk)) == STATUS_OK) {
		}
		assert_int_equal(status, memchr(begins, (int)n, sizeof(begins)) ? STATUS_NOT_FOUND
										: STATUS_MALFORMED);
	}
}

static void frames_that_no_initial_has_are_malformed(void **state)
{
	for (unsigned type = 0; type < 256; type++) {
		uint8_t payload[20] = {(uint8_t)type};
		struct wire w = wire_of(payload, sizeof(payload));
		struct quic_chunk chunk;
		bool known = type <= 3 || type == 6 || type == 0x1c;
		enum status status;

		do {
			status = quic_chunk_next(&w, &chunk);
		} while (status == STATUS_OK);
		assert_int_equal(status, known ? STATUS_NOT_FOUND : STATUS_MALFORMED);
	}
}

static void more_ranges_than_octets_end_at_once(void **state)
{
	static const uint8_t ack[] = {
		0x02, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0};
	struct wire w = wire_of(ack, sizeof(ack));
	struct quic_chunk chunk;

	assert_int_equal(quic_chunk_next(&w, &chunk), STATUS_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_of_both_versions_are_read),
		cmocka_unit_test(what_is_cut_or_something_else_is_told),
		cmocka_unit_test(handshake_pieces_are_found_among_other_frames),
		cmocka_unit_test(each_prefix_of_the_frames_ends_between_two_or_is_malformed),
		cmocka_unit_test(frames_that_no_initial_has_are_malformed),
		cmocka_unit_test(more_ranges_than_octets_end_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
