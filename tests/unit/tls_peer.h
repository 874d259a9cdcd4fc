#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/unit/export_peer.h"

struct ssl_ctx_st;
struct ssl_st;

/** How a collector that speaks TLS or DTLS behaves. */
struct tls_peer_wish {
	const char *folder;  /* of its certificates */
	const char *name;    /* of its own */
	const char *trusts;  /* whose certificates exporters must have; NULL: they need none */
	const char *ciphers; /* NULL: the usual ones */
	int version;         /* such as TLS1_2_VERSION, the only one; 0: the library's */
	bool datagram;
	bool no_tickets;
};

/** A collector on a loopback socket that works whenever the main loop runs. */
struct tls_peer {
	struct collector collector;
	struct ssl_ctx_st *context;
	struct ssl_st *ssl;
	bool datagram;
	bool deaf; /* does not read, handshakes included */
	uint16_t port;
	int listener;
	int fd;
	guint accepter;
	guint reader;
	unsigned connections; /* taken */
	unsigned sessions;    /* whose handshake went well */
	unsigned refusals;    /* whose handshake did not */
	unsigned ends;        /* that the other side ended in order */
	GByteArray *stream;
};

void tls_peer_open(struct tls_peer *peer, const struct tls_peer_wish *wish);
void tls_peer_close(struct tls_peer *peer);

void tls_peer_listen(struct tls_peer *peer); /* again, on the same port */
void tls_peer_leave(struct tls_peer *peer);  /* nobody listens any more */
void tls_peer_read(struct tls_peer *peer);   /* begin to read, after being deaf */
void tls_peer_reset(struct tls_peer *peer);  /* end the connection with a reset */
bool tls_peer_drop(struct tls_peer *peer);   /* DTLS: lose a datagram; false: there is none */
void tls_peer_forget(struct tls_peer *peer); /* DTLS: as if it had been restarted */
