#pragma once

#include <glib.h>
#include <stdbool.h>

#include "exporter/transport.h"
#include "exporter/transport_lookup.h"

/**
 * A non-blocking socket of @type towards @address with what the URI asks for (source address,
 * interface, DSCP, send buffer), not yet connected. -1 with transport->error set.
 */
int socket_new(struct transport *transport, const struct lookup_address *address, int type);

/**
 * Have a connection's death noticed (keep-alive and the time that data may go unacknowledged, both
 * as the URI says) and its messages leave at once.
 */
void socket_tune_stream(struct transport *transport, int fd);

/** Call @callback (a GUnixFDSourceFunc) with @data on @context when @fd is so. */
GSource *socket_watch(GMainContext *context, int fd, GIOCondition condition,
	gboolean (*callback)(gint fd, GIOCondition condition, gpointer data), gpointer data);

/** Stop a watch, if there is one, and forget it. */
void socket_unwatch(GSource **watch);
