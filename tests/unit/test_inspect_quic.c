#include "tests/unit/inspect_flow.h"

#include <glib.h>
#include <string.h>

#include "base/wire.h"
#include "tests/unit/hello.h"
#include "tests/unit/seal_crypto.h"

#define ID "client-1"

static uint8_t hello[HELLO_OCTETS_MAX];
static size_t hello_octets;
static uint8_t frames[2048];
static uint8_t datagram[2 * SEAL_OCTETS_MAX];

static int set_up_quic(void **state)
{
	struct hello_options options = {.name = "quic.example.com", .grease = true};

	(void)set_up(state);
	seen.key.protocol = 17;
	hello_octets = hello_message(&options, hello);
	return 0;
}

/* A packet with the hello's octets [from, to), after what is in the datagram already. */
static size_t add_piece(size_t used, struct seal seal, size_t from, size_t to)
{
	seal.destination = seal.destination ? seal.destination : ID;
	seal.frames = frames;
	seal.frame_octets = seal_crypto_frame(frames, from, hello + from, to - from);
	memset(frames + seal.frame_octets, 0, 20);
	seal.frame_octets += 20;
	return used + seal_packet(&seal, datagram + used);
}

static enum status send_datagram(enum inspect_sender sender, size_t n)
{
	return packet(sender, 0, 0, datagram, n);
}

static enum status send_piece(enum inspect_sender sender, struct seal seal, size_t from, size_t to)
{
	return send_datagram(sender, add_piece(0, seal, from, to));
}

#define WHOLE 0, hello_octets
#define assert_quic_named(status)                                                                  \
	do {                                                                                       \
		assert_named(status, "quic.example.com", RECORD_NAME_QUIC);                        \
		next_flow();                                                                       \
	} while (0)

static void a_hello_in_one_packet_decides_at_once(void **state)
{
	static const uint32_t versions[] = {1, 0x6b3343cf, 0xff00001d, 0xff000020};

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct seal seal = {
			.version = versions[i], .source = "src", .token_octets = i * 20};

		assert_quic_named(send_piece(CLIENT, seal, WHOLE));
		/* Who began may be told wrong. */
		assert_quic_named(send_piece(SERVER, seal, WHOLE));
	}
	assert_int_equal(counters().quic_initials, 8);
	assert_int_equal(counters().quic_malformed, 0);
	assert_int_equal(counters().evicted, 0);
}

static void a_hello_over_two_datagrams_is_put_together_in_both_orders(void **state)
{
	struct seal first = {.number = 0};
	struct seal second = {.number = 1};

	for (size_t cut = 1; cut < hello_octets; cut++) {
		enum status status = send_piece(CLIENT, first, 0, cut);

		if (status == STATUS_AGAIN) {
			status = send_piece(CLIENT, second, cut, hello_octets);
		}
		assert_quic_named(status);
		assert_int_equal(send_piece(CLIENT, second, cut, hello_octets), STATUS_AGAIN);
		assert_quic_named(send_piece(CLIENT, first, 0, cut));
	}
	assert_int_equal(counters().quic_malformed, 0);
	assert_int_equal(counters().evicted, 0);
}

static void pieces_in_any_order_within_a_packet_are_joined(void **state)
{
	GRand *random = g_rand_new_with_seed(3);

	for (int run = 0; run < 200; run++) {
		struct seal seal = {.destination = ID, .frames = frames};
		size_t cuts[] = {0, (size_t)g_rand_int_range(random, 1, 60),
			(size_t)g_rand_int_range(random, 60, 100),
			(size_t)g_rand_int_range(random, 100, (int)hello_octets), hello_octets};
		unsigned order[] = {0, 1, 2, 3};
		size_t n = 0;

		for (unsigned i = 3; i > 0; i--) {
			unsigned k = (unsigned)g_rand_int_range(random, 0, (int)i + 1);
			unsigned moved = order[i];

			order[i] = order[k];
			order[k] = moved;
		}
		for (unsigned i = 0; i < 4; i++) {
			size_t from = cuts[order[i]];
			/* Overlapping the next piece by some octets, now and then. */
			size_t to = MIN(cuts[order[i] + 1] + (size_t)(run % 5), hello_octets);

			n += seal_crypto_frame(frames + n, from, hello + from, to - from);
			frames[n++] = 1; /* PING */
			memset(frames + n, 0, (size_t)run % 7);
			n += (size_t)run % 7;
		}
		seal.frame_octets = n;
		assert_quic_named(send_datagram(CLIENT, seal_packet(&seal, datagram)));
	}
	g_rand_free(random);
}

static void the_first_copy_of_an_octet_stays(void **state)
{
	struct seal seal = {.number = 0};
	uint8_t *name = memmem(hello, hello_octets, "quic", 4);

	assert_non_null(name);
	assert_int_equal(send_piece(CLIENT, seal, 50, hello_octets), STATUS_AGAIN);
	memcpy(name, "evil", 4);
	seal.number = 1;
	assert_quic_named(send_piece(CLIENT, seal, WHOLE));
}

static void packets_share_a_datagram(void **state)
{
	struct seal seal = {.number = 0};
	struct seal early = {.type = 1};
	struct seal stranger = {.destination = "stranger"};
	size_t n = add_piece(0, seal, 70, hello_octets);

	seal.number = 1;
	n = add_piece(n, seal, 0, 70);
	assert_quic_named(send_datagram(CLIENT, n));

	n = add_piece(0, early, 0, 40);
	n = add_piece(n, seal, WHOLE);
	assert_quic_named(send_datagram(CLIENT, n));

	n = add_piece(0, seal, 0, 40);
	n = add_piece(n, stranger, WHOLE); /* is left alone */
	assert_int_equal(send_datagram(CLIENT, n), STATUS_AGAIN);
	seal.number = 2;
	n = add_piece(0, seal, 40, hello_octets);
	memset(datagram + n, 0, 100); /* padding outside of packets */
	assert_quic_named(send_datagram(CLIENT, n + 100));
	assert_int_equal(counters().quic_malformed, 0);
}

static void the_keys_stay_when_the_server_has_chosen_another_id(void **state)
{
	struct seal first = {.source = "c"};
	struct seal answer = {.destination = "c",
		.source = "server-1",
		.key_destination = ID,
		.from_server = true};
	struct seal later = {.destination = "server-1", .key_destination = ID, .number = 1};

	assert_int_equal(send_piece(CLIENT, first, 0, 60), STATUS_AGAIN);
	assert_int_equal(send_piece(SERVER, answer, 0, 30), STATUS_AGAIN);
	assert_quic_named(send_piece(CLIENT, later, 60, hello_octets));
	/* The same with the sides mistaken. */
	answer.destination = "client-3";
	assert_int_equal(send_piece(SERVER, first, 0, 60), STATUS_AGAIN);
	assert_int_equal(send_piece(CLIENT, answer, 0, 30), STATUS_AGAIN);
	assert_quic_named(send_piece(SERVER, later, 60, hello_octets));
	assert_int_equal(send_piece(CLIENT, first, 0, 0), STATUS_AGAIN);
	next_flow();
	answer.destination = "c";
	assert_int_equal(send_piece(CLIENT, answer, 0, 30), STATUS_AGAIN);
	assert_quic_named(send_piece(SERVER, first, WHOLE));
	assert_int_equal(counters().quic_malformed, 0);
}

static void after_a_retry_the_keys_are_derived_again(void **state)
{
	static const uint8_t retry[] = {0xf0, 0, 0, 0, 1, 0, 4, 'r', 't', 'r', 'y', 1, 2, 3, 4, 5,
		6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
	struct seal first = {.number = 0};
	struct seal again = {.destination = "rtry", .token_octets = 60, .number = 1};

	for (int answered = 0; answered <= 1; answered++) {
		assert_int_equal(send_piece(CLIENT, first, 0, 60), STATUS_AGAIN);
		if (answered) {
			assert_int_equal(packet(SERVER, 0, 0, retry, sizeof(retry)), STATUS_AGAIN);
		}
		assert_int_equal(send_piece(CLIENT, again, 60, hello_octets), STATUS_AGAIN);
		again.number++;
		assert_quic_named(send_piece(CLIENT, again, 0, 60));
	}
	assert_int_equal(packet(SERVER, 0, 0, retry, sizeof(retry)), STATUS_AGAIN);
	assert_quic_named(send_piece(CLIENT, again, WHOLE));
	assert_int_equal(counters().quic_malformed, 0);
}

static void another_version_begins_anew(void **state)
{
	static const uint8_t negotiation[] = {0x80, 0, 0, 0, 0, 0, 1, 'x', 0x6b, 0x33, 0x43, 0xcf};
	struct seal first = {.number = 0};
	struct seal other = {.version = 0x6b3343cf, .destination = "client-2"};

	assert_int_equal(send_piece(CLIENT, first, 0, 60), STATUS_AGAIN);
	assert_int_equal(packet(SERVER, 0, 0, negotiation, sizeof(negotiation)), STATUS_AGAIN);
	assert_quic_named(send_piece(CLIENT, other, WHOLE));
	assert_int_equal(packet(SERVER, 0, 0, negotiation, sizeof(negotiation)), STATUS_AGAIN);
	assert_quic_named(send_piece(CLIENT, other, WHOLE));
}

static void packets_that_are_not_authentic_change_nothing(void **state)
{
	struct seal seal = {.number = 0};
	struct seal stranger = {.destination = "stranger"};
	size_t n;

	n = add_piece(0, seal, WHOLE);
	datagram[n - 1] ^= 1;
	assert_int_equal(send_datagram(CLIENT, n), STATUS_MALFORMED);
	assert_int_equal(counters().quic_malformed, 1);
	next_flow();
	assert_int_equal(send_piece(CLIENT, seal, 0, 60), STATUS_AGAIN);
	seal.number = 1;
	n = add_piece(0, seal, WHOLE);
	datagram[n - 1] ^= 1;
	assert_int_equal(send_datagram(CLIENT, n), STATUS_AGAIN);
	assert_int_equal(counters().quic_malformed, 2);
	seal.token_octets = 10;
	n = add_piece(0, seal, WHOLE);
	datagram[n - 1] ^= 1;
	assert_int_equal(send_datagram(CLIENT, n), STATUS_AGAIN);
	assert_int_equal(counters().quic_malformed, 3);
	/* Authentic by itself, but nothing made the client begin anew. */
	assert_int_equal(send_piece(CLIENT, stranger, 0, 50), STATUS_AGAIN);
	assert_int_equal(counters().quic_malformed, 4);
	seal.token_octets = 0;
	assert_quic_named(send_piece(CLIENT, seal, 60, hello_octets));
}

static void authentic_nonsense_is_malformed(void **state)
{
	struct seal seal = {.destination = ID, .frames = frames, .frame_octets = 40};
	uint8_t header[] = {0xc0, 0, 0, 0, 1, 21};

	memset(frames, 0, sizeof(frames));
	frames[5] = 0x08; /* a STREAM frame */
	assert_int_equal(send_datagram(CLIENT, seal_packet(&seal, datagram)), STATUS_MALFORMED);
	next_flow();
	hello[0] = 2; /* a server's message */
	assert_int_equal(send_piece(CLIENT, seal, WHOLE), STATUS_MALFORMED);
	next_flow();
	assert_int_equal(packet(CLIENT, 0, 0, header, sizeof(header)), STATUS_MALFORMED);
	assert_int_equal(counters().quic_malformed, 3);
	assert_int_equal(counters().quic_initials, 2);
}

static void server_packets_before_the_clients_are_waited_out(void **state)
{
	struct seal answer = {
		.destination = "client-x", .key_destination = ID, .from_server = true};
	struct seal short_id = {.destination = "c", .key_destination = ID, .from_server = true};
	struct seal seal = {.number = 0};
	unsigned packets = 0;

	assert_int_equal(send_piece(SERVER, answer, 0, 30), STATUS_AGAIN);
	assert_int_equal(send_piece(SERVER, short_id, 0, 30), STATUS_AGAIN);
	assert_quic_named(send_piece(CLIENT, seal, WHOLE));
	while (send_piece(SERVER, answer, 0, 30) == STATUS_AGAIN) {
		packets++;
		assert_true(packets < 100);
	}
	assert_int_equal(packets, 7);
	assert_int_equal(counters().quic_malformed, 0);
}

static void what_is_no_quic_is_given_up_at_once(void **state)
{
	struct seal seal = {.number = 0};
	size_t n;

	assert_int_equal(packet(CLIENT, 0, 0, "\x40zzzzzz", 7), STATUS_NOT_FOUND);
	next_flow();
	assert_int_equal(packet(CLIENT, 0, 0, "\x80\0\0\0\1zz", 7), STATUS_NOT_FOUND);
	next_flow();
	assert_int_equal(packet(CLIENT, 0, 0, "", 0), STATUS_AGAIN);
	n = add_piece(0, seal, WHOLE);
	assert_int_equal(send_datagram(CLIENT, n - 1), STATUS_NOT_FOUND); /* by the snap length */
	next_flow();
	assert_int_equal(send_piece(CLIENT, seal, 0, 60), STATUS_AGAIN);
	n = add_piece(0, seal, WHOLE);
	assert_int_equal(send_datagram(CLIENT, n - 1), STATUS_AGAIN);
	assert_int_equal(packet(SERVER, 0, 0, "\x40zzzzzz", 7), STATUS_NOT_FOUND);
	for (int i = 0; i < 10; i++) { /* and its place is free again */
		next_flow();
		assert_int_equal(send_piece(CLIENT, seal, 0, 60), STATUS_AGAIN);
		assert_int_equal(packet(SERVER, 0, 0, "\x40zzzzzz", 7), STATUS_NOT_FOUND);
	}
	assert_int_equal(counters().evicted, 0);
}

static void hellos_that_do_not_end_are_given_up(void **state)
{
	struct hello_options options = {.key_share_octets = 20000, .name = "quic.example.com"};
	struct seal seal = {.number = 0};
	unsigned packets = 0;
	enum status status = STATUS_AGAIN;

	do {
		seal.number = packets++;
		status = send_piece(CLIENT, seal, 0, 60);
	} while (status == STATUS_AGAIN && packets < 1000);
	assert_int_equal(status, STATUS_NOT_FOUND);
	assert_int_equal(packets, 64);
	next_flow();
	hello_octets = hello_message(&options, hello);
	status = STATUS_AGAIN;
	for (packets = 0; status == STATUS_AGAIN && packets < 60; packets++) {
		seal.number = packets;
		/* Its two-octet numbers reach as far as the bound. */
		status = send_piece(CLIENT, seal, MIN(packets * 1000, 16383),
			MIN(packets * 1000 + 1000, 16384));
	}
	assert_int_equal(status, STATUS_NOT_FOUND);
	assert_int_equal(packets, 17);
}

static void large_hellos_over_many_datagrams_are_read(void **state)
{
	for (size_t share = 1216; share < 16000; share += 1216) {
		struct hello_options options = {
			.key_share_octets = share, .name = "quic.example.com"};
		struct seal seal = {.number = 0};
		enum status status = STATUS_AGAIN;

		hello_octets = hello_message(&options, hello);
		/* Backwards, so that the last one decides. */
		for (size_t at = (hello_octets - 1) / 1100 * 1100;; at -= 1100) {
			assert_int_equal(status, STATUS_AGAIN);
			status = send_piece(CLIENT, seal, at, MIN(at + 1100, hello_octets));
			seal.number++;
			if (at == 0) {
				break;
			}
		}
		assert_quic_named(status);
	}
}

#define QUIC_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_quic, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUIC_TEST(a_hello_in_one_packet_decides_at_once),
		QUIC_TEST(a_hello_over_two_datagrams_is_put_together_in_both_orders),
		QUIC_TEST(pieces_in_any_order_within_a_packet_are_joined),
		QUIC_TEST(the_first_copy_of_an_octet_stays),
		QUIC_TEST(packets_share_a_datagram),
		QUIC_TEST(the_keys_stay_when_the_server_has_chosen_another_id),
		QUIC_TEST(after_a_retry_the_keys_are_derived_again),
		QUIC_TEST(another_version_begins_anew),
		QUIC_TEST(packets_that_are_not_authentic_change_nothing),
		QUIC_TEST(authentic_nonsense_is_malformed),
		QUIC_TEST(server_packets_before_the_clients_are_waited_out),
		QUIC_TEST(what_is_no_quic_is_given_up_at_once),
		QUIC_TEST(hellos_that_do_not_end_are_given_up),
		QUIC_TEST(large_hellos_over_many_datagrams_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
