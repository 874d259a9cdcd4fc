#include "probe/selector_hash.h"

#include <string.h>

#include "base/wire.h"

#define GOLDEN_RATIO 0x9e3779b9U
#define IPV4_HEADER  20
#define IPV6_HEADER  40
#define PROTOCOL_ESP 50
#define ESP_CLEAR    8 /* octets: SPI and sequence number */
#define IPSX_PAYLOAD 8

static uint32_t load_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* One word of a round: what the two others leave of it, stirred with a shift of the last. */
static inline uint32_t stir(uint32_t x, uint32_t y, uint32_t z, uint32_t shifted)
{
	return (x - y - z) ^ shifted;
}

static void bob_mix(uint32_t w[3])
{
	static const uint8_t shifts[3][3] = {{13, 8, 13}, {12, 16, 5}, {3, 10, 15}};

#pragma GCC unroll 3
	for (unsigned i = 0; i < 3; i++) {
		w[0] = stir(w[0], w[1], w[2], w[2] >> shifts[i][0]);
		w[1] = stir(w[1], w[2], w[0], w[0] << shifts[i][1]);
		w[2] = stir(w[2], w[0], w[1], w[1] >> shifts[i][2]);
	}
}

uint32_t selector_hash_bob(const uint8_t *octets, size_t n, uint32_t initialiser)
{
	uint32_t w[3] = {GOLDEN_RATIO, GOLDEN_RATIO, initialiser};
	uint8_t rest[12] = {0};
	size_t left = n;

	for (; left >= sizeof(rest); left -= sizeof(rest), octets += sizeof(rest)) {
		for (unsigned i = 0; i < 3; i++) {
			w[i] += load_le32(octets + (size_t)4 * i);
		}
		bob_mix(w);
	}
	if (left > 0) {
		memcpy(rest, octets, left);
	}
	w[0] += load_le32(rest);
	w[1] += load_le32(rest + 4);
	/* At most three octets are left for the last word: its lowest is the length's. */
	w[2] += (uint32_t)n + (load_le32(rest + 8) << 8);
	bob_mix(w);
	return w[2];
}

uint16_t selector_hash_ipsx(const uint8_t header[20], const uint8_t payload[8])
{
	uint32_t v1 = load_be32(header + 4) ^ load_be32(header + 12);
	uint32_t v2 = load_be32(header + 16) ^ load_be32(payload + 4);

	return (uint16_t)(v1 << 8 ^ v1 >> 4 ^ v1 >> 12 ^ v1 >> 16 ^ v2 << 6 ^ v2 << 10 ^ v2 << 14 ^
			  v2 >> 7);
}

uint32_t selector_hash_crc(const uint8_t *octets, size_t n, uint32_t initialiser)
{
	/* The remainders of four bits; the polynomial reflected is 0xedb88320. */
	static const uint32_t nibbles[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8,
		0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t crc = ~initialiser;

	for (size_t i = 0; i < n; i++) {
		crc ^= octets[i];
		crc = crc >> 4 ^ nibbles[crc & 15];
		crc = crc >> 4 ^ nibbles[crc & 15];
	}
	return ~crc;
}

static size_t header_octets(const uint8_t *ip)
{
	return ip[0] >> 4 == 4 ? (size_t)(ip[0] & 15) * 4 : IPV6_HEADER;
}

static size_t put_header(const uint8_t *ip, uint8_t *out)
{
	static const uint8_t from_address[] = {9, 10, 13, 14, 15};
	size_t at = 2;

	if (ip[0] >> 4 == 4) {
		memcpy(out, ip + 4, 4);
		memcpy(out + 4, ip + 12, 8);
		return 12;
	}
	memcpy(out, ip + 4, 2);
	for (unsigned end = 0; end < 2; end++) {
		for (unsigned i = 0; i < sizeof(from_address); i++) {
			out[at++] = ip[8 + 16 * end + from_address[i]];
		}
	}
	return at;
}

size_t selector_hash_input(const uint8_t *ip, size_t n, uint32_t offset, uint32_t size,
	uint8_t ret_input[static SELECTOR_HASH_INPUT_MAX])
{
	size_t at = put_header(ip, ret_input);
	size_t from = header_octets(ip) + offset;
	size_t more = from < n ? n - from : 0;

	more = more < size ? more : size;
	if (more > 0) {
		memcpy(ret_input + at, ip + from, more);
	}
	return at + more;
}

bool selector_hash_packet(const struct selection_spec_selector *spec, const uint8_t *ip, size_t n,
	uint8_t protocol, uint32_t *ret_value)
{
	uint8_t input[SELECTOR_HASH_INPUT_MAX];
	size_t octets;

	if (spec->algorithm == SELECTION_IPSX) {
		uint8_t payload[IPSX_PAYLOAD] = {0}; /* fixed size: 0 for what is missing */
		size_t from = header_octets(ip);

		if (ip[0] >> 4 != 4) {
			return false;
		}
		if (from < n) {
			memcpy(payload, ip + from,
				n - from < sizeof(payload) ? n - from : sizeof(payload));
		}
		*ret_value = selector_hash_ipsx(ip, payload);
		return true;
	}
	if (protocol == PROTOCOL_ESP && spec->payload_offset + spec->payload_size > ESP_CLEAR) {
		return false;
	}
	octets = selector_hash_input(ip, n, spec->payload_offset, spec->payload_size, input);
	*ret_value = spec->algorithm == SELECTION_BOB
			     ? selector_hash_bob(input, octets, (uint32_t)spec->initialiser)
			     : selector_hash_crc(input, octets, (uint32_t)spec->initialiser);
	return true;
}
