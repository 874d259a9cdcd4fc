#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exporter/uri.h"

struct bio_method_st;
struct ssl_ctx_st;
struct ssl_st;

#define TLS_RECORD_HEADER 13 /* octets of DTLS's: type, version, epoch, number, length */

enum tls_result {
	TLS_DONE,
	TLS_READ,  /* again when the socket is readable */
	TLS_WRITE, /* again, with the same octets, when it is writable */
	TLS_ENDED, /* the collector has ended the session */
	TLS_FAILED
};

/**
 * One TLS or DTLS session on a non-blocking, connected socket, which stays the caller's. Whatever
 * is done with it never blocks and raises no signal.
 */
struct tls_session {
	struct ssl_st *ssl;
	struct bio_method_st *method;
	const struct uri *uri;
	int fd;
	bool datagram;
	bool silent; /* the collector's farewell has come */
	bool eof;    /* the stream has ended */
	bool asked;  /* the collector wanted a certificate of ours */
	bool proven; /* a session ticket came, so that it has accepted ours, too */
	int code;    /* errno of what was sent or received last and failed; 0: nothing did */
	uint8_t record[TLS_RECORD_HEADER]; /* DTLS: how the datagram sent last began */
	uint64_t octets;                   /* that the kernel has taken, all records together */
	uint64_t records;                  /* of data */
	char *fault;  /* what is wrong with the collector's certificate; NULL: nothing */
	char *reason; /* why it failed, in one line; NULL: it did not */
};

/** @context of tls_identity_context(); @uri must stay. NULL when memory or randomness is short. */
struct tls_session *tls_session_new(struct ssl_ctx_st *context, const struct uri *uri, int fd);
void tls_session_free(struct tls_session *session); /* says no farewell; NULL is fine */

/** Go on with the handshake. TLS_DONE: the collector is who it should be. */
enum tls_result tls_session_shake(struct tls_session *session);

/** True if one side refused the other; false if the connection was no good, or nothing is wrong. */
bool tls_session_is_refused(const struct tls_session *session);

/**
 * True when the collector may still refuse our certificate: TLS 1.3 lets us send before it has seen
 * that (RFC 8446 4.6.1). Until something proves that it did not, nothing counts as taken.
 */
bool tls_session_in_doubt(const struct tls_session *session);

/**
 * Send some of @octets as one record; @ret_done says how many of them. Over DTLS all or none: then
 * TLS_DONE is told even if the datagram was not sent, and code says why.
 */
enum tls_result tls_session_write(
	struct tls_session *session, const uint8_t *octets, size_t size, size_t *ret_done);

/**
 * Take in what is there and drop it: tickets, alerts, what collectors should not send. TLS_DONE:
 * there may be more. TLS_ENDED tells of the collector's farewell, and when called on, of the end of
 * the stream (eof).
 */
enum tls_result tls_session_drain(struct tls_session *session);

/** Send the farewell; TLS_DONE when it has left. */
enum tls_result tls_session_farewell(struct tls_session *session);

/** DTLS: what a datagram may have on this path, without its IP and UDP headers. */
void tls_session_set_path(struct tls_session *session, uint32_t octets);

/** DTLS, after the handshake: what a message may have, so that its record fits. */
uint32_t tls_session_message_octets(const struct tls_session *session);

/** DTLS: µs until tls_session_timeout() is due; -1: it is not. */
int64_t tls_session_timeout_us(const struct tls_session *session);

/** DTLS: send what was not answered again. TLS_FAILED: often enough. */
enum tls_result tls_session_timeout(struct tls_session *session);
