#pragma once

#include "tests/unit/export_peer.h"

/** Some collectors on loopback, and an exporter that shares records among them. */
enum {
	PEERS = 3,
};

struct run {
	struct exporter *exporter;
	struct peer peers[PEERS];
	char *uris[PEERS + 1];
	unsigned count;
	guint records; /* awaited, of all together */
	unsigned peer; /* whose session, or absence, is awaited */
	unsigned connects;
};

/** Set-up and tear-down of a test; *state: the run. */
int run_start(void **state);
int run_stop(void **state);

/** Open one more collector, "tcp" or "udp", whose URI ends in @options. */
struct peer *run_peer(struct run *run, const char *scheme, const char *options);

/** Make an exporter with all collectors as destinations. */
bool run_set(struct run *run, enum export_mode mode, bool lossless, GError **error);

/** The same for live input; all have a session afterwards. */
void run_begin(struct run *run, enum export_mode mode);

struct export_counters run_counters(struct run *run, unsigned index);

/** Records of flows that differ in their addresses; @back: of the other direction. */
void run_records(struct run *run, uint64_t first, uint32_t count, bool back);

/** Iterate until all collectors together have so many. */
void run_until_records(struct run *run, guint records);

/** Iterate until the destination @peer has had so many sessions. */
void run_until_connects(struct run *run, unsigned peer, unsigned connects);

/** All of @first, @first + 1, ... and each once, whoever has it, and no gap in any sequence. */
void run_each_once(struct run *run, uint64_t first, guint count);

/** Let the collectors forget which records they have. */
void run_forget(struct run *run);
