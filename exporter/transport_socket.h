#pragma once

#include <glib.h>
#include <stdbool.h>

#include "exporter/transport.h"
#include "exporter/transport_lookup.h"

enum {
	/** From a file nothing else slows datagrams down. A collector with the kernel's usual receive
	 * buffer takes so many octets a second without loss even if it pauses for some 20 ms. */
	SOCKET_RATE_LOSSLESS = 8000000,
	/** For the last refusals: longer than the way to most collectors. */
	SOCKET_LINGER_MS = 100,
};

/**
 * A non-blocking socket of @type towards @address with what the URI asks for (source address,
 * interface, DSCP, send buffer), not yet connected. -1 with transport->error set.
 */
int socket_new(struct transport *transport, const struct lookup_address *address, int type);

/**
 * A socket as above for datagrams, connected, with path MTU discovery, so that none is ever
 * fragmented (RFC 7011 10.3.3), and so that the kernel tells of refusals, which are the only sign
 * of a dead collector, each with the start of the datagram it is about (transport_udp_error.h). The kernel's checksum stays on (10.3.2).
 */
int socket_new_datagram(struct transport *transport, const struct lookup_address *address);

/**
 * What a datagram may have, without its IP and UDP headers, on the path as the kernel knows it now;
 * 512 if it does not (RFC 7011 10.3.3).
 */
uint32_t socket_path_octets(int fd);

/**
 * Have a connection's death noticed (keep-alive and the time that data may go unacknowledged, both
 * as the URI says) and its messages leave at once.
 */
void socket_tune_stream(struct transport *transport, int fd);

/** What the peer of a TCP connection offers to buffer now; 0 if the kernel does not tell. */
uint32_t socket_window_octets(int fd);

/** Call @callback (a GUnixFDSourceFunc) with @data on @context when @fd is so. */
GSource *socket_watch(GMainContext *context, int fd, GIOCondition condition,
	gboolean (*callback)(gint fd, GIOCondition condition, gpointer data), gpointer data);

/** Stop a watch, if there is one, and forget it. */
void socket_unwatch(GSource **watch);
