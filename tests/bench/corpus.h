#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** Deterministic captures for the benchmark: the same seed gives the same octets everywhere. */

/** xoshiro256** state; seeded through splitmix64. */
struct corpus_random {
	uint64_t s[4];
};

void corpus_seed(struct corpus_random *random, uint64_t seed);
uint64_t corpus_next(struct corpus_random *random);
/** A number from 0 to @n - 1. */
uint32_t corpus_below(struct corpus_random *random, uint32_t n);
/** A number in [0, 1). */
double corpus_unit(struct corpus_random *random);

/** A capture being written, with what a perfect exporter must find in it. */
struct corpus_file {
	FILE *out;
	uint32_t snap_octets;
	uint64_t packets;
	uint64_t ip_packets;
	uint64_t ip_octets;
};

/** One direction of a conversation as it is put into frames. */
struct corpus_packet {
	uint64_t time_us;
	uint8_t src_mac[6];
	uint8_t dst_mac[6];
	uint8_t ip_version;
	uint8_t protocol;
	uint8_t tcp_flags;
	uint8_t src[16];
	uint8_t dst[16];
	uint16_t src_port; /* ICMP: type */
	uint16_t dst_port; /* ICMP: code */
	uint32_t tcp_sequence;
	uint32_t payload_octets;
	const uint8_t *payload; /* the first @content_octets of it; the rest is zero */
	uint32_t content_octets;
};

void corpus_open(struct corpus_file *file, const char *path, uint32_t snap_octets);
void corpus_put(struct corpus_file *file, const struct corpus_packet *packet);
void corpus_close(struct corpus_file *file);

void corpus_home(struct corpus_file *file, struct corpus_random *random, double scale);
