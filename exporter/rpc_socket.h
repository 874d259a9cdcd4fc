#pragma once

#include <glib.h>

#include "base/rpc_json.h"

/**
 * The door of a program with a GLib main loop: a local stream socket on which whoever has this
 * process's user or group, or is root, asks (base/rpc_json.h). Bounded in clients and in what each
 * may send; a client that sends nothing delays nobody.
 */
struct rpc_socket;

#define RPC_CLIENTS_MAX 8

/**
 * Listen at @path, replacing a dead socket; later calls of rpc_socket_serve() answer. Fails with
 * WEIR_ERROR_IO naming the path.
 */
struct rpc_socket *rpc_socket_new(const char *path, GError **error);

/** Answer from now on, in the default context. @rpc must stay. */
void rpc_socket_serve(struct rpc_socket *socket, const struct rpc *rpc);

/** Hang up on everybody and remove the socket. NULL is fine. */
void rpc_socket_free(struct rpc_socket *socket);
