#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "probe/packet.h"

/** What a source tells of one of its interfaces. */
struct source_interface {
	char name[64];  /* "" when the file does not say */
	uint32_t index; /* kernel's ifIndex when live, position + 1 in a file */
	uint16_t link_type;
	uint8_t mac[6]; /* of the interface itself, zero when unknown */
};

struct source_counters {
	uint64_t packets;        /* handed to the sink */
	uint64_t octets;         /* captured octets of these */
	uint64_t kernel_dropped; /* live: ring full */
	uint64_t if_dropped;     /* live: dropped by the interface */
	uint64_t position;       /* files: octets read so far */
	uint64_t size;           /* files: octets in all; 0 when unknown (pipe) */
};

enum source_result {
	SOURCE_MORE, /* call again */
	SOURCE_IDLE, /* live or @polled: nothing waiting; poll the descriptor */
	SOURCE_END,  /* end of the file */
	SOURCE_FAULT /* file cut or corrupt: all before the fault was given; see source_fault() */
};

struct source;

/** A kind of source. Everything else in the probe sees only this. */
struct source_ops {
	enum source_result (*dispatch)(struct source *source, packet_sink sink, void *context);
	int (*fd)(const struct source *source); /* to poll; -1 for files, unless @polled */
	void (*counters)(struct source *source, struct source_counters *ret_counters);
	void (*free)(struct source *source);
	bool live;
};

/** Embedded first in each kind's own struct. */
struct source {
	const struct source_ops *ops;
	char *name;                          /* owned: path or interface */
	struct source_interface *interfaces; /* owned; may move and grow during a dispatch */
	unsigned interface_count;
	char fault[160]; /* why it ended with SOURCE_FAULT; "" otherwise */
	bool polled;     /* set by the owner of a file's source: say SOURCE_IDLE, never wait */
};

/** Hand over up to some thousand packets (files) or what the ring holds (live). */
static inline enum source_result source_dispatch(
	struct source *source, packet_sink sink, void *context)
{
	return source->ops->dispatch(source, sink, context);
}

void source_free(struct source *source); /* NULL is fine */

struct source_live_config {
	const char *interface;
	const char *filter;   /* pcap-filter(7) expression or NULL */
	uint32_t snap_octets; /* 0: 2048, a whole ClientHello; 262144 at most */
	uint32_t ring_octets; /* 0: 4 MiB; 1 GiB at most */
	bool promiscuous;
};

/**
 * Open a capture file, pcap or pcapng told apart by its first octets, "-" for standard input.
 * Fails with WEIR_ERROR_IO or WEIR_ERROR_FORMAT naming @path.
 *
 * A dispatch gives all whole packets that were read, then reads once. On a pipe it waits; a signal
 * whose handler is set without SA_RESTART ends the wait with SOURCE_MORE. Interfaces of a pcapng
 * file join the table, which may move, when the reader comes to them, before their first packet.
 */
struct source *source_file_new(const char *path, GError **error);

/**
 * Open an interface through libpcap (TPACKET_V3, non-blocking); "any" is all of them. Needs
 * CAP_NET_RAW at this moment only. Fails with WEIR_ERROR_USAGE naming what of @config is wrong,
 * WEIR_ERROR_IO naming interface and reason, WEIR_ERROR_SYSTEM.
 *
 * An interface that goes down stays open, silent, and goes on when it comes up again: no right is
 * needed for that. One that vanishes is SOURCE_FAULT, noticed by the next dispatch: if it was down
 * already the descriptor says nothing, so dispatch every few seconds even when it is not ready.
 *
 * Once open, a source makes the system calls poll, getsockopt, getsockname, ioctl (SIOCGIFFLAGS),
 * sendto and recvfrom, and to be freed setsockopt, munmap and close.
 */
struct source *source_live_new(const struct source_live_config *config, GError **error);
