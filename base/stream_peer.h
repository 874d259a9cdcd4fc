#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/** Local sockets between processes that trust each other; those of the flow stream keep packets. */

#define STREAM_SOCKET_NAME "flow.sock"   /* in the run directory */
#define EXPORT_SOCKET_NAME "export.sock" /* there, too: questions to weir-export */

/**
 * Listen at @path, with a socket of @type (SOCK_SEQPACKET for the flow stream), for this user and group alone, non-blocking. A socket there that nobody listens
 * to is replaced. -1 with an error that names @path.
 */
int stream_peer_listen(const char *path, int type, GError **error);

/** Connect to @path; non-blocking from then on. -1 with an error that names @path. */
int stream_peer_connect(const char *path, int type, GError **error);

/**
 * True if the process at the other end is root's, or has this process's user, or is in its group.
 * @ret_who: of @octets, "pid N, uid N" for the log.
 */
bool stream_peer_allowed(int fd, char *ret_who, size_t octets);

/** Ask the kernel to take @octets of messages for this socket, past its limit where allowed. */
void stream_peer_buffer(int fd, size_t octets);
