#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define URI_OCTETS_MAX 4096

/** A number that the URI did not give. */
#define URI_UNSET (-1)

/**
 * A destination as a user writes it, taken apart:
 *
 *   file:PATH  json:PATH             "-" is standard output
 *   udp:HOST[:PORT]  tcp:HOST[:PORT] an IPv6 address stands in brackets; default port 4739
 *   dtls:HOST[:PORT] tls:HOST[:PORT] the same, secured; default port 4740
 *
 * followed by options: ?name=value&name=value. In PATH, '?' and '%' are written %3F and %25; in the
 * values of ca, cert, key and peer-cn, '&', ',' and '%' are written %26, %2C and %25.
 * Numbers are URI_UNSET unless given; the transport knows its defaults.
 */
struct uri {
	const char *scheme; /* from a constant table */
	char *host;         /* NULL where the scheme has a path */
	char *path;         /* NULL where the scheme has a host */
	uint16_t port;
	char *cache;     /* NULL: not given */
	char *profile;   /* NULL: not given */
	char *ca;        /* NULL: not given; file of authorities */
	char *cert;      /* NULL: not given; file of our certificate and its chain */
	char *key;       /* NULL: not given; file of its private key */
	char *name;      /* NULL: not given; DNS name or address of the certificate */
	char **pins;     /* NULL: not given; SHA-256 of certificates or keys, 64 hex digits */
	char **peer_cns; /* NULL: not given; common names of authorised collectors */
	char *interface; /* NULL: not given; to send through */
	char *source;    /* NULL: not given; else an IPv4 or IPv6 address */
	char *reports;   /* NULL: not given; exporter/report_plan.h */
	int64_t domain;  /* observation domain */
	int64_t message_octets;   /* limit of one IPFIX message, header included */
	int64_t refresh_s;        /* templates again after so long; 0: never by time */
	int64_t refresh_messages; /* templates again after so many messages; 0: never by count */
	int64_t rate;             /* IPFIX octets per second; 0: as fast as it goes */
	int64_t retry_s;          /* from the end of a session, or of an attempt, to the next */
	int64_t queue_octets;     /* what may wait */
	int64_t dscp;             /* differentiated services code point, 0 to 63 */
	int64_t sndbuf;           /* kernel's send buffer */
	int64_t keepalive_s;      /* silence after which a connection is probed; 0: never */
	int64_t user_timeout_s;   /* how long data may go unacknowledged; 0: the system's limit */
	int64_t renew_s;          /* life of a DTLS session; 0: without end */
	char *spool;              /* directory of the spool; NULL: none */
	char *spool_sync;         /* "never", "file", "message"; NULL: not given */
	int64_t spool_octets;     /* what the spool may occupy */
	int64_t replay_rate;      /* of what comes from the spool, octets per second; 0: any */
	int64_t window;           /* messages sent and not acknowledged, with a spool */
	char *only;               /* devices; the following are all NULL if not given */
	char *except;             /* devices */
	char *addresses;          /* "keep", "home", "all" */
	char *macs;               /* "keep", "hash", "drop" */
	char *names;              /* the same, of devices */
	char *far_names;          /* the same, of far ends */
	char *ports;              /* "keep", "coarse" */
	char *privacy_key;        /* file */
	int64_t times_s;          /* to which times are cut */
	int64_t payload;          /* 1: payload of packets may go there unprotected */
	int64_t flush_s;          /* how long a record may wait for its message to fill */
};

/**
 * Take @text apart into @ret_uri (uri_clear() it). Pure: no look-up, no file touched. Fails with
 * WEIR_ERROR_USAGE; the message names destination, option, value and reason, and @ret_uri is empty.
 */
bool uri_parse(const char *text, struct uri *ret_uri, GError **error);
void uri_clear(struct uri *uri);

/**
 * True if messages made for one may go to the other as far as their options go: all are the same but
 * those that only say how to send, and profile and domain, whose defaults are not known here.
 */
bool uri_says_the_same(const struct uri *uri, const struct uri *other);

/**
 * True if payload of packets may go there: nobody on the way can read it, or the user said so
 * (RFC 5476 7).
 */
bool uri_takes_payload(const struct uri *uri);
