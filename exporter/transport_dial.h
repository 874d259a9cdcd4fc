#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "exporter/transport.h"
#include "exporter/transport_lookup.h"

/**
 * Connects a stream to the first of a collector's addresses that takes it, without blocking. Part
 * of a transport that has connections.
 */
struct dial {
	struct transport *transport;
	/** Takes the connection, or -1 with transport->error set; may come from within start. */
	void (*done)(struct transport *transport, int fd);
	struct lookup *lookup;
	GArray *addresses;
	guint next; /* address to try */
	int fd;     /* that is being connected; -1: none */
	GSource *writer;
};

/** Nothing is under way yet; @done as in the struct. */
void dial_init(struct dial *dial, struct transport *transport,
	void (*done)(struct transport *transport, int fd));

/** Find the addresses of the transport's URI and try them; uses the transport's deadline. */
void dial_start(struct dial *dial);

/** The transport's deadline has passed: the address at hand does not answer, the next is tried. */
void dial_tick(struct dial *dial);

/**
 * The connection that was made last may turn out to be no good: whether there are addresses left,
 * and try them.
 */
bool dial_has_more(const struct dial *dial);
void dial_on(struct dial *dial);

/** Give up; done is not called. Harmless when nothing is under way. */
void dial_cancel(struct dial *dial);
