#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/** Addresses of a collector, in the order in which to try them. */
struct lookup_address {
	struct sockaddr_storage storage;
	socklen_t octets;
};

struct lookup;

/**
 * Takes what was found: @addresses is an array of struct lookup_address and now the callee's;
 * NULL with @error (borrowed) if there are none.
 */
typedef void (*lookup_done)(void *owner, GArray *addresses, const GError *error);

/**
 * Find the addresses of @host (an IPv4 or IPv6 address, the latter maybe with a zone, or a name)
 * without blocking. An address is answered at once and NULL returned; else @done is called later on
 * @context, unless lookup_cancel() comes first.
 */
struct lookup *lookup_start(
	GMainContext *context, const char *host, uint16_t port, lookup_done done, void *owner);

/** @done will not be called any more. NULL is ignored. */
void lookup_cancel(struct lookup *lookup);

/** True if it is of this host by its number alone. */
bool lookup_address_is_loopback(const struct lookup_address *address);

/** "192.0.2.1 port 4739", for messages. */
char *lookup_address_text(const struct lookup_address *address);
