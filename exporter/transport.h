#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "exporter/export.h"
#include "exporter/uri.h"

/**
 * Carries messages to one destination. A transport knows sockets and files; it knows nothing of
 * templates, sequence numbers, queues and retries, which are the destination's. A new transport is
 * a file that defines its ops, a line in transport.c and a line in uri.c.
 */
struct transport;

enum transport_result {
	TRANSPORT_SENT,    /* left whole */
	TRANSPORT_AGAIN,   /* nothing of it left; the event `writable` follows */
	TRANSPORT_PARTIAL, /* some of it left; `writable` follows; the same message must be next */
	TRANSPORT_LOST,    /* cannot be sent; the session goes on; error says why */
	TRANSPORT_BROKEN,  /* the session is over; error says why */
};

/** News of a message that had left: it reached nobody. */
struct transport_refusal {
	const uint8_t *octets; /* how the message began, as the network quotes it; borrowed */
	uint32_t size;         /* of that; 0: nobody knows which message it was */
	bool sparse;           /* whoever tells this does not tell it of each message */
	bool alone;            /* its own fault (its size), which says nothing of others */
};

/**
 * What a transport tells its destination. None is called from within send() or shutdown(), but
 * `refused`, and `broken` from within shutdown().
 */
struct transport_events {
	void (*established)(void *context); /* a session begins; may come from within open() */
	void (*broken)(void *context);      /* it ended or did not come about; error says why */
	void (*writable)(void *context);    /* send() may do better now */
	void (*refused)(void *context, const struct transport_refusal *refusal);
};

struct transport_config {
	const struct uri *uri; /* must stay */
	GMainContext *context;
	const struct export_clock *clock;
	const struct transport_events *events;
	void *owner; /* context of the events */
};

struct transport_ops {
	const char *scheme;
	bool local;    /* a file: a failed open is final, its export times may follow the records */
	bool datagram; /* templates must be refreshed; a message fits the path */
	bool text;     /* takes lines of JSON instead of messages */
	uint32_t message_octets; /* default limit of a message */
	uint64_t rate_lossless;  /* default pace in octets/s when nothing else slows us; 0: none */

	struct transport *(*create)(const struct transport_config *config);
	void (*destroy)(struct transport *transport);

	/** Begin a session, which ends any former one. Answers with established or broken. */
	void (*open)(struct transport *transport);

	/** Send one message; needs a session. Never blocks, but for files. */
	enum transport_result (*send)(
		struct transport *transport, const uint8_t *octets, uint32_t size);

	/**
	 * Octets of whole messages sent that the peer has not acknowledged; to be asked even after
	 * the session broke, until abort(). NULL: nobody can know.
	 */
	uint64_t (*unacknowledged)(struct transport *transport);

	/** Tell what the network knows of messages that left, if anything. NULL: nothing ever. */
	void (*news)(struct transport *transport);

	/** Called when deadline_us has passed; sets it anew. NULL: there are no deadlines. */
	void (*tick)(struct transport *transport, int64_t monotonic_us);

	/**
	 * The user asks to look whether files that the URI names (certificates and keys) have
	 * changed. True if they have and were taken: then a session that there is ends in order, and
	 * established or broken follows. NULL: there are no such files.
	 */
	bool (*reload)(struct transport *transport);

	/**
	 * Nothing more will be sent: end the session in order. Poll closed() afterwards. A session
	 * that ends otherwise after all is `broken`.
	 */
	void (*shutdown)(struct transport *transport);
	bool (*closed)(struct transport *transport);

	/** End the session at once, if there is one. No event follows. */
	void (*abort)(struct transport *transport);
};

/** What every transport begins with. */
struct transport {
	const struct transport_ops *ops;
	struct transport_config config;
	GError *error;            /* why it failed last; NULL: it did not */
	uint64_t doubtful_octets; /* of what the peer's system had acknowledged when it broke the
				     session, so much may not have been read */
	int64_t deadline_us;      /* monotonic, when tick() is to be called; 0: not at all */
	uint32_t message_octets; /* what the path carries in one message, may shrink; 0: no limit */
};

/** The transport of a scheme; NULL if this build has none. */
const struct transport_ops *transport_find(const char *scheme);

/** The monotonic time of its clock, µs. */
int64_t transport_now(const struct transport *transport);

/** Replace transport->error by @reason. */
void transport_explain(struct transport *transport, const char *reason);

/** Replace transport->error by "FORMAT: reason of @code". */
void transport_fail(struct transport *transport, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

extern const struct transport_ops transport_dtls;
extern const struct transport_ops transport_file;
extern const struct transport_ops transport_json;
extern const struct transport_ops transport_tcp;
extern const struct transport_ops transport_tls;
extern const struct transport_ops transport_udp;
