#pragma once

#include <stdbool.h>
#include <stdint.h>

/** One captured frame, borrowed from its source. */
struct packet {
	const uint8_t *data; /* @captured octets */
	uint32_t captured;
	uint32_t wire;      /* length of the frame before the snap length cut it */
	int64_t time_ns;    /* since the epoch, capture clock */
	uint16_t link_type; /* LINKTYPE_* of the pcap format */
	uint16_t interface; /* index in the source's interface table */
};

/**
 * Takes packets from a source, at most PACKET_BURST at once. @stable: the data stays where it is
 * until the sink returns *and* all packets of the call share that promise; a live ring gives one
 * packet a call.
 */
#define PACKET_BURST 32
typedef void (*packet_sink)(void *context, const struct packet *packets, unsigned count);
