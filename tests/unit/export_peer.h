#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "exporter/export.h"

/** A clock that moves when told. Pass &peer_clock; starts at PEER_WALL_S and an hour of uptime. */
#define PEER_WALL_S 1700000000
extern const struct export_clock peer_clock;
extern int64_t peer_wall_us;
extern int64_t peer_monotonic_us;
void peer_clock_reset(void);
void peer_clock_advance(int64_t seconds);

/** Hand @count records with flow ids from @first on, each ending at @end_us, to the exporter. */
void peer_records(struct exporter *exporter, uint64_t first, uint32_t count, int64_t end_us);

/** What a collector makes of the messages of one session. */
struct collector {
	bool templates;            /* template 256 is known */
	uint32_t sequence;         /* expected */
	uint32_t sequence_missing; /* records that the sequence says were lost */
	uint32_t messages;
	uint32_t template_messages;
	uint32_t undecodable; /* data before its template */
	uint32_t malformed;
	uint32_t size_max;
	uint32_t time_s; /* export time of the last message */
	uint32_t templates_time_s;
	uint32_t stale_s; /* largest time from templates to data */
	bool time_back;
	GArray *ids; /* uint64_t, flow ids in order */
	/* Another reader of the messages, instead of all the above. */
	void (*reader)(void *context, const uint8_t *octets, size_t size);
	void *context;
};

void collector_init(struct collector *collector);
void collector_clear(struct collector *collector);

/** A new session of the same collector: forgets templates and sequence, keeps the ids. */
void collector_session(struct collector *collector);

/** One message. */
void collector_message(struct collector *collector, const uint8_t *octets, size_t size);

/** As many whole messages as @stream holds; removes them from it. */
void collector_stream(struct collector *collector, GByteArray *stream);

/** True if the ids are first, first + 1, ... and nothing else. */
bool collector_has(const struct collector *collector, uint64_t first, uint64_t count);

/** A collector on a loopback socket that reads whenever the main loop runs. */
struct peer {
	struct collector collector;
	uint16_t port;
	int listener;
	int fd;
	guint accepter;
	guint reader;
	bool deaf;         /* accepts, does not read */
	unsigned sessions; /* accepted */
	unsigned ends;     /* that the other side ended in order */
	GByteArray *stream;
};

void peer_open_udp(struct peer *peer);
void peer_open_udp_at(struct peer *peer, uint16_t port);
/** Move a UDP peer to another address; false if that cannot be had. */
bool peer_move(struct peer *peer, const struct sockaddr *address, socklen_t octets);

void peer_open_tcp(struct peer *peer);
void peer_listen(struct peer *peer);  /* again, on the same port */
void peer_read(struct peer *peer);    /* begin to read, after being deaf */
void peer_hang_up(struct peer *peer); /* close the connection */
void peer_reset(struct peer *peer);   /* close it with a reset */
void peer_leave(struct peer *peer);   /* close the listener as well */
void peer_close(struct peer *peer);

/** Iterate until @done(data) or some seconds of nothing, which fails the test. */
void peer_until(bool (*done)(void *data), void *data);

/** Let everything happen that can happen now. */
void peer_idle(void);

/** A client's connection, which nobody may ever accept. */
int peer_connect(uint16_t port);

struct export_counters peer_counters(struct exporter *exporter);
