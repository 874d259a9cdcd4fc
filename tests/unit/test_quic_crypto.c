#include "tests/unit/unit.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "probe/inspect.h"
#include "probe/quic_crypto.h"
#include "tests/unit/seal_crypto.h"

/* Destination connection ID and CRYPTO frame of RFC 9001 Appendix A, which RFC 9369 Appendix A
 * shares: a ClientHello for example.com. */
static const char destination[] = "\x83\x94\xc8\xf0\x3e\x51\x57\x08";
static const char crypto_frame[] =
	"060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a"
	"2b69484c00000413011302010000c000000010000e00000b6578616d706c652e636f6dff0100"
	"0100000a00080006001d0017001800100007000504616c706e00050005010000000000330026"
	"0024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748"
	"002b0003020304000d0010000e0403050306030203080408050806002d00020101001c000240"
	"01003900320408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901"
	"100f088394c8f03e51570806048000ffff";

static size_t allocations;

static void *counted_malloc(size_t n, const char *file, int line)
{
	allocations++;
	return malloc(n);
}

static void *counted_realloc(void *old, size_t n, const char *file, int line)
{
	allocations++;
	return realloc(old, n);
}

static void counted_free(void *old, const char *file, int line)
{
	free(old);
}

static size_t from_hex(const char *text, uint8_t *ret)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		ret[i] = (uint8_t)((strchr(digits, text[2 * i]) - digits) << 4 |
				   (strchr(digits, text[2 * i + 1]) - digits));
	}
	return n;
}

static void assert_hex(const uint8_t *octets, const char *text)
{
	uint8_t expected[64];
	size_t n = from_hex(text, expected);

	assert_memory_equal(octets, expected, n);
}

/* The client's Initial of the appendices: 1,162 octets of frames, packet number 2. */
static size_t example_packet(uint32_t version, uint8_t *ret)
{
	static uint8_t frames[1162];
	struct seal seal = {.version = version,
		.destination = destination,
		.number = 2,
		.frames = frames,
		.frame_octets = sizeof(frames)};

	memset(frames, 0, sizeof(frames));
	assert_int_equal(from_hex(crypto_frame, frames), 245);
	return seal_packet(&seal, ret);
}

static struct quic_crypto *crypto;

static int make_contexts(void **state)
{
	crypto = quic_crypto_new(NULL);
	return crypto == NULL;
}

static int free_contexts(void **state)
{
	quic_crypto_free(crypto);
	return 0;
}

static enum status open_packet(const uint8_t *octets, size_t n, uint8_t *ret, size_t *ret_octets)
{
	struct wire w = wire_of(octets, n);
	struct quic_packet packet;
	struct quic_keys keys;
	enum status status = quic_packet_next(&w, &packet);

	*ret_octets = 0;
	if (status == STATUS_OK && packet.kind == QUIC_INITIAL) {
		assert_int_equal(quic_crypto_client_keys(crypto, &packet, &keys), STATUS_OK);
		return quic_crypto_open(crypto, &keys, &packet, ret, ret_octets);
	}
	return status == STATUS_OK ? STATUS_NOT_FOUND : status;
}

static void the_keys_are_those_of_the_appendices(void **state)
{
	static const struct {
		uint32_t version;
		const char *key, *iv, *header_key;
	} table[] = {
		{QUIC_VERSION_1, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c",
			"9f50449e04a0e810283a1e9933adedd2"},
		{QUIC_VERSION_2, "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f",
			"45b95e15235d6f45a6b19cbcb0294ba9"},
	};
	struct quic_packet packet = {
		.destination = (const uint8_t *)destination, .destination_octets = 8};
	struct quic_keys keys;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		packet.version = table[i].version;
		assert_int_equal(quic_crypto_client_keys(crypto, &packet, &keys), STATUS_OK);
		assert_hex(keys.key, table[i].key);
		assert_hex(keys.iv, table[i].iv);
		assert_hex(keys.header_key, table[i].header_key);
	}
	packet.version = 3;
	assert_int_equal(quic_crypto_client_keys(crypto, &packet, &keys), STATUS_NOT_FOUND);
	quic_crypto_free(NULL);
}

static void the_packets_of_the_appendices_are_opened(void **state)
{
	uint8_t packet[SEAL_OCTETS_MAX];
	uint8_t payload[SEAL_OCTETS_MAX];
	uint8_t expected[256];
	size_t octets;

	assert_int_equal(example_packet(QUIC_VERSION_1, packet), 1200);
	assert_hex(packet, "c000000001088394c8f03e5157080000449e7b9aec34");
	assert_hex(packet + 1184, "e221af44860018ab0856972e194cd934");
	assert_int_equal(open_packet(packet, 1200, payload, &octets), STATUS_OK);
	assert_int_equal(octets, 1162);
	assert_memory_equal(payload, expected, from_hex(crypto_frame, expected));

	assert_int_equal(example_packet(QUIC_VERSION_2, packet), 1200);
	assert_hex(packet, "d76b3343cf088394c8f03e5157080000449ea0c95e82");
	assert_int_equal(open_packet(packet, 1200, payload, &octets), STATUS_OK);
	assert_int_equal(octets, 1162);
	assert_memory_equal(payload, expected, from_hex(crypto_frame, expected));
}

static void packet_numbers_of_all_lengths_are_unprotected(void **state)
{
	static const uint8_t frames[40] = {1};
	static const uint32_t versions[] = {QUIC_VERSION_1, QUIC_VERSION_2, QUIC_VERSION_DRAFT_29};

	for (unsigned i = 0; i < 3; i++) {
		for (unsigned length = 1; length <= 4; length++) {
			for (uint32_t number = 1; number < 1U << (8 * length - 1); number *= 7) {
				uint8_t packet[SEAL_OCTETS_MAX];
				uint8_t payload[SEAL_OCTETS_MAX];
				size_t octets;
				struct seal seal = {.version = versions[i],
					.destination = "12345678",
					.source = "abc",
					.token_octets = number % 100,
					.number = number,
					.number_octets = length,
					.frames = frames,
					.frame_octets = sizeof(frames)};
				size_t n = seal_packet(&seal, packet);

				assert_int_equal(
					open_packet(packet, n, payload, &octets), STATUS_OK);
				assert_int_equal(octets, sizeof(frames));
				assert_memory_equal(payload, frames, octets);
			}
		}
	}
}

static void any_changed_octet_is_noticed(void **state)
{
	uint8_t packet[SEAL_OCTETS_MAX];
	uint8_t payload[SEAL_OCTETS_MAX];
	size_t n = example_packet(QUIC_VERSION_1, packet);
	size_t octets;

	for (size_t i = 0; i < n; i++) {
		for (unsigned change = 1; change < 256; change = change * 2 + 1) {
			packet[i] ^= (uint8_t)change;
			assert_int_not_equal(open_packet(packet, n, payload, &octets), STATUS_OK);
			packet[i] ^= (uint8_t)change;
		}
		assert_int_equal(open_packet(packet, i, payload, &octets),
			i < 5 ? STATUS_NOT_FOUND : STATUS_SHORT);
	}
	assert_int_equal(open_packet(packet, n, payload, &octets), STATUS_OK);
}

static void packets_too_short_for_their_tag_are_malformed(void **state)
{
	static const uint8_t frames[8] = {0};

	for (size_t n = 0; n < sizeof(frames); n++) {
		uint8_t packet[SEAL_OCTETS_MAX];
		uint8_t *copy;
		uint8_t payload[SEAL_OCTETS_MAX];
		size_t octets;
		struct seal seal = {.destination = "12345678",
			.number_octets = 1,
			.frames = frames,
			.frame_octets = n};
		size_t sealed = seal_packet(&seal, packet);

		copy = malloc(sealed);
		assert_non_null(copy);
		memcpy(copy, packet, sealed);
		/* The sample begins 4 octets after the packet number does (RFC 9001 5.4.2). */
		assert_int_equal(open_packet(copy, sealed, payload, &octets),
			n >= 3 ? STATUS_OK : STATUS_MALFORMED);
		free(copy);
	}
}

static void packets_cost_no_allocation_but_for_their_keys(void **state)
{
	uint8_t packet[SEAL_OCTETS_MAX];
	size_t n = example_packet(QUIC_VERSION_1, packet);
	struct flow_key key = {.protocol = 17, .ip_version = 4, .port = {40000, 443}};
	struct inspect_input input = {
		.key = &key, .payload = packet, .octets = (uint32_t)n, .from_initiator = true};
	char name[256];
	enum record_name_source source;
	struct inspect *inspect;
	size_t before = allocations;

	inspect = inspect_new(4, 1, NULL, NULL, NULL);
	assert_non_null(inspect);
	assert_true(allocations > before);
	before = allocations;
	for (input.flow = 0; input.flow < 100; input.flow++) {
		/* Every other one fails its authentication. */
		packet[n - 1] ^= 1;
		assert_int_equal(inspect_stream(inspect, &input, name, &source),
			input.flow % 2 ? STATUS_OK : STATUS_MALFORMED);
		assert_string_equal(name, input.flow % 2 ? "example.com" : "");
	}
	/* One a hash, and two hashes for each of five HMACs. */
	assert_true(allocations - before <= (size_t)100 * 10);
	inspect_free(inspect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_keys_are_those_of_the_appendices),
		cmocka_unit_test(the_packets_of_the_appendices_are_opened),
		cmocka_unit_test(packet_numbers_of_all_lengths_are_unprotected),
		cmocka_unit_test(any_changed_octet_is_noticed),
		cmocka_unit_test(packets_too_short_for_their_tag_are_malformed),
		cmocka_unit_test(packets_cost_no_allocation_but_for_their_keys),
	};

	/* Before the library's first allocation. */
	if (CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free) != 1) {
		return 1;
	}
	return cmocka_run_group_tests(tests, make_contexts, free_contexts);
}
