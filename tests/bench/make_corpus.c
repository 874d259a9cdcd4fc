#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "tests/bench/corpus.h"

/*
 * make_corpus KIND FILE SEED SCALE: write one benchmark capture and print, as one JSON line, what a
 * perfect exporter finds in it.
 *   home      50 devices, ten minutes
 *   many      a million flows, packets spread over them by Zipf's law
 *   scan      every packet a new flow
 *   elephant  ten flows of full-sized packets
 */

#define START_US 1700000000000000u

static void flow_packet(struct corpus_packet *p, uint64_t flow, bool six)
{
	static const uint8_t mac[6] = {0x00, 0x1c, 0xb3, 0, 0, 9};
	struct corpus_random r;
	uint64_t x;

	corpus_seed(&r, flow);
	x = corpus_next(&r);
	memset(p, 0, sizeof(*p));
	memcpy(p->src_mac, mac, 6);
	p->src_mac[5] = 8;
	memcpy(p->dst_mac, mac, 6);
	p->ip_version = six ? 6 : 4;
	p->protocol = x % 4 == 0 ? 6 : 17;
	p->tcp_flags = 0x10;
	p->src_port = (uint16_t)(1024 + (x >> 8) % 30000);
	p->dst_port = (uint16_t)(1 + (x >> 32) % 16000);
	store_be32(p->src + (six ? 12 : 0), 0x0a000000u | (uint32_t)(x >> 40));
	store_be32(p->dst + (six ? 12 : 0), 0x2c000000u + (uint32_t)flow);
	if (six) {
		store_be32(p->src, 0x20010db8);
		store_be32(p->dst, 0x20010db9);
	}
}

static void many(struct corpus_file *file, struct corpus_random *random, double scale)
{
	uint32_t flows = (uint32_t)(1000000 * scale);
	uint32_t packets = flows * 5;
	uint32_t *order = calloc(packets, sizeof(*order));
	double log_flows = log((double)flows + 1);

	for (uint32_t i = 0; i < packets; i++) {
		order[i] = i < flows ? i
				     : (uint32_t)(exp(corpus_unit(random) * log_flows) - 1) % flows;
	}
	for (uint32_t i = packets - 1; i > 0; i--) {
		uint32_t j = corpus_below(random, i + 1);
		uint32_t t = order[i];

		order[i] = order[j];
		order[j] = t;
	}
	for (uint32_t i = 0; i < packets; i++) {
		struct corpus_packet p;

		flow_packet(&p, order[i], order[i] % 5 == 4);
		p.time_us = START_US + i * 2u;
		p.payload_octets = p.protocol == 17 ? 20 + order[i] % 4 * 10 : 0;
		corpus_put(file, &p);
	}
	free(order);
}

static void scan(struct corpus_file *file, double scale)
{
	uint32_t packets = (uint32_t)(2000000 * scale);
	struct corpus_packet p;

	flow_packet(&p, 1, false);
	p.protocol = 6;
	p.tcp_flags = 0x02;
	for (uint32_t i = 0; i < packets; i++) {
		p.time_us = START_US + i * 10u;
		store_be32(p.dst, 0x0a000000u + (i * 2654435761u & 0xffffff));
		p.src_port = (uint16_t)(40000 + (i >> 14));
		p.dst_port = (uint16_t)(i % 1024 + 1);
		p.tcp_sequence = i * 99991u;
		corpus_put(file, &p);
	}
}

static void elephant(struct corpus_file *file, struct corpus_random *random, double scale)
{
	uint32_t packets = (uint32_t)(2000000 * scale);

	for (uint32_t i = 0; i < packets; i++) {
		struct corpus_packet p;

		flow_packet(&p, corpus_below(random, 10), false);
		p.time_us = START_US + i * 8u;
		p.payload_octets = 1386 - 20 - (p.protocol == 6 ? 20 : 8);
		corpus_put(file, &p);
	}
}

int main(int argc, char **argv)
{
	struct corpus_random random;
	struct corpus_file file;
	double scale;
	bool home;

	if (argc != 5) {
		fprintf(stderr, "usage: make_corpus home|many|scan|elephant FILE SEED SCALE\n");
		return 2;
	}
	home = strcmp(argv[1], "home") == 0;
	corpus_seed(&random, strtoull(argv[3], NULL, 10));
	scale = strtod(argv[4], NULL);
	corpus_open(&file, argv[2], home ? 384 : 128);
	if (home) {
		corpus_home(&file, &random, scale);
	} else if (strcmp(argv[1], "many") == 0) {
		many(&file, &random, scale);
	} else if (strcmp(argv[1], "scan") == 0) {
		scan(&file, scale);
	} else {
		elephant(&file, &random, scale);
	}
	corpus_close(&file);
	printf("{\"packets\": %" PRIu64 ", \"ip_packets\": %" PRIu64 ", \"ip_octets\": %" PRIu64
	       "}\n",
		file.packets, file.ip_packets, file.ip_octets);
	return 0;
}
