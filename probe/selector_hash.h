#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/selection.h"

/**
 * Hash functions of hash-based selection (RFC 5475 6.2.4 and appendix A), and what of a packet goes
 * into them: nothing that changes on its way, so that each observation point makes the same choice.
 */

/** Bob Jenkins' function of 1996 over @n octets (appendix A.2). */
uint32_t selector_hash_bob(const uint8_t *octets, size_t n, uint32_t initialiser);

/** IPSX (appendix A.1) over an IPv4 header without options, and the first 8 octets behind it. */
uint16_t selector_hash_ipsx(const uint8_t header[20], const uint8_t payload[8]);

/** CRC-32 of IEEE 802.3 over @n octets, as a continuation of @initialiser; 0: the plain CRC. */
uint32_t selector_hash_crc(const uint8_t *octets, size_t n, uint32_t initialiser);

/** Octets that selector_hash_input() may write. */
#define SELECTOR_HASH_INPUT_MAX (12 + SELECTION_HASH_SIZE_MAX)

/**
 * The input of BOB and CRC (RFC 5475 6.2.4.1). IPv4: identification, flags and fragment offset,
 * addresses; IPv6: payload length and octets 10, 11, 14, 15 and 16 of each address; then @size
 * octets of the IP payload from @offset on, or as many as there are.
 * @ip: a header of a whole IPv4 or IPv6 packet of which @n octets are there, at least the fixed
 * header. The payload begins behind the options of IPv4 and behind the fixed header of IPv6.
 * Returns the number of octets.
 */
size_t selector_hash_input(const uint8_t *ip, size_t n, uint32_t offset, uint32_t size,
	uint8_t ret_input[static SELECTOR_HASH_INPUT_MAX]);

/**
 * The value of the hash selector @spec for the packet at @ip, as above. False where there is none:
 * IPSX of IPv6, and payload that is encrypted by ESP beyond its sequence number (RFC 5476 6.5.2.6).
 * @protocol: of the packet, behind extension headers.
 */
bool selector_hash_packet(const struct selection_spec_selector *spec, const uint8_t *ip, size_t n,
	uint8_t protocol, uint32_t *ret_value);
