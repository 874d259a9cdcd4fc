#pragma once

#include "exporter/destination.h"
#include "exporter/encoder.h"
#include "exporter/pacer.h"
#include "exporter/privacy.h"
#include "exporter/queue.h"
#include "exporter/report_plan.h"
#include "exporter/spool.h"
#include "exporter/trail.h"
#include "exporter/transport.h"

/* Shared by the destination's own files: life and time (destination.c), sessions
 * (destination_session.c), messages (destination_send.c). Nobody else includes this. */

enum session {
	SESSION_NONE, /* retry_us says when to try again */
	SESSION_OPENING,
	SESSION_UP,
	SESSION_DEAD /* never again */
};

struct destination {
	char *name;
	struct uri uri;
	const struct export_config *config;
	const struct export_clock *clock;
	const struct transport_ops *ops;
	struct transport *transport;
	GSource *timer;

	/* what is made of records, those of one cache */
	struct stream_cache cache; /* id UINT8_MAX: of none */
	struct encoder *encoder;   /* NULL for text */
	char *profile;
	uint32_t domain;
	uint32_t message_octets;       /* the encoder's limit */
	struct privacy *privacy;       /* what it is not to know; NULL: nothing */
	bool privacy_of_records;       /* that is in records, too, not only in reports */
	GString *text;                 /* JSON lines collected */
	struct message_info text_info; /* of them */
	int64_t metering_us;           /* the metering process's time; 0: not told */
	int64_t newest_us;             /* latest end of a flow since the last message began */
	int64_t batch_newest_us;       /* the same of the batch at hand; INT64_MIN outside */

	/* what is told besides */
	const struct report_facts *facts; /* NULL: nothing yet */
	char *reports;                    /* as asked; NULL: the default */
	struct report_plan plan;
	bool told; /* the last reports were made */

	/* what is on its way */
	struct queue queue;     /* not sent */
	struct queue front;     /* templates being collected, to go before all others */
	struct queue sent;      /* sent, perhaps not acknowledged */
	uint64_t settle_octets; /* size of sent at which to ask what is acknowledged */
	bool collecting;        /* what the encoder emits goes to front */
	bool waiting;           /* for the transport to become writable */
	bool partial;           /* a part of the queue's head has left */
	bool full;              /* see destination_is_full() */
	bool alarmed;           /* an error over UDP, and nothing went well since */
	bool dropping;          /* the last message that came made others go */
	bool shared;            /* another may stand in */
	bool held;              /* keep data back: another does */
	bool patient;           /* a full queue makes the source wait instead of dropping */
	struct trail *trail;    /* of datagrams sent; NULL unless the transport has such */
	struct pacer pacer;

	/* what waits on the disk; NULL, and the rest of no use: nothing does */
	struct spool *spool;
	struct queue retained;   /* acknowledged, to be sent again after a reset */
	struct pacer replay;     /* of what comes from the spool */
	uint32_t window;         /* messages that may be under way at once */
	uint64_t session_layout; /* which templates the session has */
	bool former;             /* those of an earlier configuration, not the encoder's */
	bool spool_failing;      /* that the disk takes nothing has been said */
	int64_t poll_us;         /* when to ask what is acknowledged; 0: nothing waits for that */
	int64_t poll_step_us;
	struct export_mark coming;  /* the batch that is being handed over */
	struct export_mark had;     /* the last batch that was taken */
	struct export_mark emitted; /* the last batch that is in messages whole */

	/* the session */
	enum session session;
	bool finishing;
	bool shut;
	bool templates_due;
	unsigned failures; /* attempts since the last session */
	uint32_t sequence;
	uint64_t export_time_s;    /* of the last message */
	uint64_t templates_time_s; /* of the last one with templates; 0: none in this session */
	uint64_t messages;         /* since the templates */
	bool fell;                 /* it has been away */
	bool down;                 /* datagrams are refused; only where another may stand in */
	bool probed;               /* and templates are on the way to see whether they still are */
	bool doubtful;             /* it was reset at its end */
	uint64_t told_records;     /* not sent before the end began, and told when it happened */

	/* timers, monotonic; 0: off */
	int64_t retry_us;
	int64_t flush_us;
	int64_t refresh_us;
	int64_t probe_us; /* when to send, or judge, that */
	int64_t up_us;    /* since when it is up; no timer */
	int64_t alarm_us; /* when templates were last sent because of an error */

	struct export_counters counters;
	GError *first_error;
	char *last_error; /* NULL: there was none */
	int64_t last_error_us;
};

/* An option, or what applies without it. */
static inline int64_t destination_option(int64_t value, int64_t otherwise)
{
	return value == URI_UNSET ? otherwise : value;
}

static inline int64_t destination_now(const struct destination *d)
{
	return d->clock->monotonic_us(d->clock->context);
}

/* destination_send.c: never calls the encoder, so that the encoder's sink may call it. */

/** The encoder's sink. */
void destination_message(void *destination, const struct encoder_message *message);

/** Send the octets at once if nothing is before them, else queue a copy. */
void destination_offer(struct destination *d, const struct message_info *info, uint8_t *octets);

/** Take a message that is the caller's. */
void destination_admit(struct destination *d, struct message *message);

/** Send what can be sent now. */
void destination_pump(struct destination *d);

/** Forget the messages that the peer has acknowledged. */
void destination_settle(struct destination *d);

/** Count a message as lost. */
void destination_lose(struct destination *d, const struct message_info *info);

/** An error over a datagram transport: whoever listens next may know no templates. */
void destination_alarm(struct destination *d);

/** @count messages counted as sent, with these sums, were not, after all. */
void destination_unsend(struct destination *d, const struct message_info *info, uint32_t count);

/** Lose all that waits. */
void destination_lose_all(struct destination *d);

/* destination.c */

/** Make a message of what is collected. Calls the encoder. */
void destination_flush(struct destination *d);

/* destination_share.c */

/** Datagrams meet nobody: others stand in, where they may, until probes are not refused. */
void destination_fall(struct destination *d);

/** Do what is due to know when it is back. */
void destination_probe(struct destination *d, int64_t now_us);

/* destination_report.c: calls the encoder. */

/** Read which reports the destination gets. Before the encoder is made. */
bool destination_plan(struct destination *d, GError **error);

/** Make the reports whose time has come. */
void destination_reports(struct destination *d);

/** Make the reports that go with the templates; they are part of them. */
void destination_tables(struct destination *d);

/** Make the last reports, once. */
void destination_last_reports(struct destination *d);

/** When destination_reports() has something to do by the clock; INT64_MAX: never. */
int64_t destination_reports_deadline(const struct destination *d);

/* destination_session.c */

extern const struct transport_events destination_events;

/** After how many seconds a datagram transport sends the templates again; 0: never by time. */
int64_t destination_refresh_s(const struct destination *d);

/** Begin a session. */
void destination_open(struct destination *d);

/** The session, or the attempt, ended with transport->error: keep what is unsent, plan the next. */
void destination_broken(struct destination *d);

/** No session any more. Takes what waits with it. */
void destination_die(struct destination *d);

/** Make, before anything else, the messages with the templates. Calls the encoder. */
void destination_templates(struct destination *d);

/** Adapt the encoder to what the path carries. Calls the encoder. */
void destination_fit(struct destination *d);

/** Count messages as not sent after all; their records are in the sequence number already. */
void destination_refuse(struct destination *d, const struct trail_loss *loss);

/** Keep the first error of a destination's life; takes @error. */
void destination_fault(struct destination *d, GError *error);

/* destination_privacy.c */

/** Read what the URI says of privacy. */
bool destination_private(struct destination *d, GError **error);
