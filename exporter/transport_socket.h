#pragma once

#include <glib.h>
#include <stdbool.h>

#include "exporter/transport.h"
#include "exporter/transport_lookup.h"

/**
 * A non-blocking socket of @type towards @address with what the URI asks for (source address,
 * DSCP, send buffer), not yet connected. -1 with transport->error set.
 */
int socket_new(struct transport *transport, const struct lookup_address *address, int type);

/** Call @callback (a GUnixFDSourceFunc) on the transport's context when @fd is so. */
GSource *socket_watch(struct transport *transport, int fd, GIOCondition condition,
	gboolean (*callback)(gint fd, GIOCondition condition, gpointer transport));

/** Stop a watch, if there is one, and forget it. */
void socket_unwatch(GSource **watch);
