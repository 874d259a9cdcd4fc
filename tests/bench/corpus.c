#include "tests/bench/corpus.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"

#define PCAP_MAGIC_US  0xa1b2c3d4u
#define LINK_ETHERNET  1
#define FRAME_MAX      2048
#define FRAME_SHORTEST 60

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

void corpus_seed(struct corpus_random *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = (seed += 0x9e3779b97f4a7c15u);

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		random->s[i] = z ^ z >> 31;
	}
}

uint64_t corpus_next(struct corpus_random *random)
{
	uint64_t *s = random->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint32_t corpus_below(struct corpus_random *random, uint32_t n)
{
	return (uint32_t)((corpus_next(random) >> 32) * n >> 32);
}

double corpus_unit(struct corpus_random *random)
{
	return (double)(corpus_next(random) >> 11) * 0x1p-53;
}

static void put_host_order(struct corpus_file *file, uint32_t a, uint32_t b)
{
	uint32_t words[2] = {a, b};

	fwrite(words, sizeof(words), 1, file->out);
}

void corpus_open(struct corpus_file *file, const char *path, uint32_t snap_octets)
{
	*file = (struct corpus_file){.out = fopen(path, "wb"), .snap_octets = snap_octets};
	if (file->out == NULL) {
		perror(path);
		abort();
	}
	put_host_order(file, PCAP_MAGIC_US, 4u << 16 | 2);
	put_host_order(file, 0, 0);
	put_host_order(file, snap_octets, LINK_ETHERNET);
}

void corpus_close(struct corpus_file *file)
{
	if (fclose(file->out) != 0) {
		perror("corpus");
		abort();
	}
}

/* IP header at @p for @octets behind it; gives its length. */
static uint32_t put_ip(uint8_t *p, const struct corpus_packet *packet, uint32_t octets)
{
	if (packet->ip_version == 4) {
		p[0] = 0x45;
		store_be16(p + 2, (uint16_t)(20 + octets));
		p[6] = 0x40;
		p[8] = 64;
		p[9] = packet->protocol;
		memcpy(p + 12, packet->src, 4);
		memcpy(p + 16, packet->dst, 4);
		return 20;
	}
	p[0] = 0x60;
	store_be16(p + 4, (uint16_t)octets);
	p[6] = packet->protocol;
	p[7] = 64;
	memcpy(p + 8, packet->src, 16);
	memcpy(p + 24, packet->dst, 16);
	return 40;
}

/* Upper-layer header at @p; gives its length. */
static uint32_t put_transport(uint8_t *p, const struct corpus_packet *packet)
{
	if (packet->protocol == 6) {
		store_be16(p, packet->src_port);
		store_be16(p + 2, packet->dst_port);
		store_be32(p + 4, packet->tcp_sequence);
		p[12] = 5 << 4;
		p[13] = packet->tcp_flags;
		return 20;
	}
	if (packet->protocol == 17) {
		store_be16(p, packet->src_port);
		store_be16(p + 2, packet->dst_port);
		store_be16(p + 4, (uint16_t)(8 + packet->payload_octets));
		return 8;
	}
	p[0] = (uint8_t)packet->src_port;
	p[1] = (uint8_t)packet->dst_port;
	return 8;
}

void corpus_put(struct corpus_file *file, const struct corpus_packet *packet)
{
	uint8_t frame[FRAME_MAX] = {0};
	uint32_t l4_octets = packet->protocol == 6 ? 20 : 8;
	uint32_t ip_octets =
		(packet->ip_version == 4 ? 20 : 40) + l4_octets + packet->payload_octets;
	uint32_t wire = 14 + ip_octets < FRAME_SHORTEST ? FRAME_SHORTEST : 14 + ip_octets;
	uint32_t captured = wire < file->snap_octets ? wire : file->snap_octets;
	uint8_t *at = frame + 14;

	memcpy(frame, packet->dst_mac, 6);
	memcpy(frame + 6, packet->src_mac, 6);
	store_be16(frame + 12, packet->ip_version == 4 ? 0x0800 : 0x86dd);
	at += put_ip(at, packet, l4_octets + packet->payload_octets);
	at += put_transport(at, packet);
	if (packet->content_octets > 0) {
		memcpy(at, packet->payload, packet->content_octets);
	}
	put_host_order(
		file, (uint32_t)(packet->time_us / 1000000), (uint32_t)(packet->time_us % 1000000));
	put_host_order(file, captured, wire);
	fwrite(frame, captured, 1, file->out);
	file->packets++;
	file->ip_packets++;
	file->ip_octets += ip_octets;
}
