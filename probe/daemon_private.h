#pragma once

#include "base/hash.h"
#include "base/loop.h"
#include "base/stream_server.h"
#include "probe/application.h"
#include "probe/daemon.h"
#include "probe/identity.h"
#include "probe/meter.h"
#include "probe/source.h"

#define PROBE_AREA              "probe"
#define PROBE_OBSERVATION_POINT 1
#define PROBE_DEVICES           1024

/** Inside of the daemon: what its files share. */
struct probe_source {
	struct probe *probe;
	struct source *source;
	struct loop_watch watch; /* fd -1: a file, or ended */
	unsigned first;          /* number of its first interface among all */
};

struct probe {
	const struct probe_options *options; /* what was asked at the start */
	struct probe_options reloaded;       /* and what is in force, texts apart */
	int argc;
	char **argv;
	struct loop *loop;
	struct loop_watch signals;
	struct loop_timer tick;
	bool readable; /* the pipe that a capture comes from */
	struct probe_source sources[PROBE_INTERFACES_MAX];
	unsigned source_count;
	struct identity *identity;         /* NULL: no names */
	struct applications *applications; /* NULL: not asked for */
	struct meter *meter;
	struct stream_server *server;
	struct stream_counters before; /* totals of meters that were replaced */
	struct stream_counters told;   /* what subscribers know */
	struct stream_server_losses told_losses;
	int64_t active_us;  /* monotonic: packets came */
	int64_t told_us;    /* monotonic: counters were looked at */
	int64_t devices_us; /* monotonic: devices were looked at */
	int64_t logged_us;  /* monotonic: losses were logged */
	uint64_t logged_losses;
	struct hash_key hash;
	uint64_t
		devices[PROBE_DEVICES + 1]; /* hash of what all have been told, by id; 0: nothing */
	uint64_t selections[METER_CACHES_MAX]; /* the same of selection sequences, by cache */
	uint64_t meters;                       /* that there were so far */
	bool ending;
	bool failed;
};

/** Open what the options name. */
bool probe_sources_open(struct probe *probe, GError **error);
void probe_sources_free(struct probe *probe); /* all of them */

/** Take what a live source holds; ends the probe when no source is left. */
void probe_source_ready(void *source, uint32_t events);

/** Packets on their way to the meter. A packet_sink; @source: struct probe_source. */
void probe_source_packets(void *source, const struct packet *packets, unsigned count);

/** The last packets of a live wire: waits for the kernel to hand them over. */
void probe_sources_last(struct probe *probe);

/** Make identity (unless one is there) and meter from @options. On failure nothing has changed. */
bool probe_meter_open(struct probe *probe, const struct probe_options *options, GError **error);

/** SIGHUP: read the configuration again. What was metered so far goes out with reason 4. */
void probe_reload(struct probe *probe);

/** Tell the caches that @config has. */
void probe_report_caches(struct probe *probe, const struct meter_config *config);

/** A joined callback: interfaces, caches, devices, counters. @context: the probe. */
void probe_report_joined(void *context);

/** Tell subscribers what has changed since they were told, as often as is good for them. */
void probe_report(struct probe *probe, int64_t monotonic_us);

/** Tell everything that has changed, now. */
void probe_report_last(struct probe *probe, enum stream_bye reason);

/** Before meter and identity are replaced: keep the totals, tell the devices. */
void probe_report_keep(struct probe *probe);

/** Tell subscribers which selection sequences have changed, or their counters. */
void probe_report_selections(struct probe *probe);

/** Tell a newcomer which selection sequences there are. */
void probe_introduce_selections(struct probe *probe);
