#include "exporter/daemon.h"

#include <errno.h>
#include <glib-unix.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/privilege.h"
#include "base/stream_client.h"
#include "base/stream_peer.h"
#include "exporter/export.h"
#include "exporter/export_json.h"
#include "exporter/rpc_socket.h"

#define DAEMON_AREA     "export"
#define MESSAGES_A_TURN 64 /* then destinations have theirs */
#define RETRY_FIRST_MS  50
#define RETRY_MAX_MS    1000
#define LOSSES_LOG_US   (10 * G_USEC_PER_SEC)

struct export_daemon {
	const struct export_options *options;
	int argc;
	char **argv;
	struct exporter *exporter;
	char *path; /* of the stream's socket */
	struct stream_client *client;
	int64_t drain_ms;
	int signals;
	struct rpc_socket *rpc_socket;
	struct rpc rpc;
	guint signals_source;
	guint stream_source;
	guint retry_source;
	unsigned retry_ms;
	uint64_t instance; /* of the probe; 0: none was there */
	uint64_t safe;     /* the batch acknowledged last */
	bool acknowledges; /* the client said that it would */
	bool readable;     /* the stream has something for us */
	bool ending;
	bool waiting; /* that the probe is away has been said */
	bool ended;   /* the probe said goodbye */
	bool broken;  /* with --once: the stream ended without that */
	struct stream_cache caches[RECORD_CACHES_MAX];
	struct stream_counters counters; /* the last that the probe told */
	struct stream_counters logged;   /* those whose losses have been logged */
	int64_t logged_us;
};

static void connect_later(struct export_daemon *daemon);

static void disconnect(struct export_daemon *daemon)
{
	g_clear_handle_id(&daemon->stream_source, g_source_remove);
	g_clear_pointer(&daemon->client, stream_client_free);
	daemon->readable = false;
}

static uint64_t growth(uint64_t now, uint64_t then)
{
	return now > then ? now - then : 0;
}

/* Say what was lost since it was last said; @now: however short that is ago. */
static void log_losses(struct export_daemon *daemon, bool now)
{
	const struct stream_counters *c = &daemon->counters;
	const struct stream_counters *then = &daemon->logged;
	uint64_t stream = growth(c->lost_records, then->lost_records);
	uint64_t unheard = growth(c->unheard_records, then->unheard_records);
	uint64_t capture = growth(c->kernel_dropped, then->kernel_dropped) +
			   growth(c->if_dropped, then->if_dropped);
	uint64_t ignored = growth(c->ignored_packets, then->ignored_packets);
	int64_t now_us = loop_monotonic_us();

	if (stream + unheard + capture + ignored == 0) {
		return;
	}
	if (!now && daemon->logged_us != 0 && now_us - daemon->logged_us < LOSSES_LOG_US) {
		return;
	}
	daemon->logged_us = now_us;
	daemon->logged = *c;
	log_notice(DAEMON_AREA,
		"lost: %" PRIu64 " packets at the capture, %" PRIu64 " for want of room, %" PRIu64
		" records on the stream (in all %" PRIu64 " records, %" PRIu64 " packets, %" PRIu64
		" octets), %" PRIu64 " while nobody was connected",
		capture, ignored, stream, c->lost_records, c->lost_packets, c->lost_octets,
		unheard);
}

/* They come in order; with the last all are known. */
static void take_cache(struct export_daemon *daemon, const struct stream_cache *cache)
{
	GError *error = NULL;

	daemon->caches[cache->id] = *cache;
	if (cache->id == cache->count - 1 &&
		!exporter_caches(daemon->exporter, daemon->caches, cache->count, &error)) {
		log_error(DAEMON_AREA, "%s", error->message);
		g_error_free(error);
	}
}

static void take_message(struct export_daemon *daemon, const struct stream_message *message)
{
	switch (message->type) {
	case STREAM_FLOWS:
		exporter_clock(daemon->exporter, message->flows.clock_us);
		exporter_mark(daemon->exporter,
			(struct export_mark){daemon->instance, message->flows.number});
		exporter_records(daemon->exporter, &message->flows.batch);
		break;
	case STREAM_COUNTERS:
		daemon->counters = message->counters;
		exporter_metering(daemon->exporter, &message->counters);
		log_losses(daemon, false);
		break;
	case STREAM_HELLO:
		if (daemon->instance != message->hello.instance) {
			daemon->instance = message->hello.instance;
			daemon->safe = 0;
		}
		daemon->waiting = false;
		daemon->retry_ms = RETRY_FIRST_MS;
		exporter_begin(daemon->exporter);
		memset(&daemon->counters, 0, sizeof(daemon->counters));
		memset(&daemon->logged, 0, sizeof(daemon->logged));
		log_info(DAEMON_AREA, "connected to %s", message->hello.program);
		break;
	case STREAM_BYE:
		daemon->ended = true;
		log_losses(daemon, true);
		log_info(DAEMON_AREA, "the probe has ended");
		break;
	case STREAM_INTERFACE:
		log_debug(DAEMON_AREA, "interface %u is %s", message->interface.index,
			message->interface.name);
		exporter_interface(daemon->exporter, &message->interface);
		break;
	case STREAM_CACHE:
		take_cache(daemon, &message->cache);
		break;
	case STREAM_SELECTION:
		exporter_selection(daemon->exporter, &message->selection);
		break;
	case STREAM_DEVICE:
		exporter_device(daemon->exporter, &message->device);
		break;
	case STREAM_ACK:
		break;
	}
}

/* Take up to @count messages. False when the stream is over. */
static bool take_messages(struct export_daemon *daemon, unsigned count)
{
	const struct stream_message *message;
	GError *error = NULL;

	for (unsigned i = 0; i < count; i++) {
		switch (stream_client_next(daemon->client, &message, &error)) {
		case STREAM_CLIENT_MESSAGE:
			take_message(daemon, message);
			break;
		case STREAM_CLIENT_AGAIN:
			return true;
		case STREAM_CLIENT_END:
			return false;
		case STREAM_CLIENT_FAULT:
			log_error(DAEMON_AREA, "%s", error->message);
			g_error_free(error);
			return false;
		}
	}
	return true;
}

/* Reading is for the outer loop, since exporter_records() may run the loop itself: as long as it
 * does, the stream must rest. */
static gboolean stream_ready(gint fd, GIOCondition condition, gpointer context)
{
	struct export_daemon *daemon = context;

	daemon->stream_source = 0;
	daemon->readable = true;
	return G_SOURCE_REMOVE;
}

static void stream_watch(struct export_daemon *daemon)
{
	daemon->readable = false;
	daemon->stream_source = g_unix_fd_add(
		stream_client_fd(daemon->client), G_IO_IN | G_IO_HUP, stream_ready, daemon);
}

static void stream_read(struct export_daemon *daemon)
{
	if (take_messages(daemon, MESSAGES_A_TURN)) {
		stream_watch(daemon);
		return;
	}
	disconnect(daemon);
	if (daemon->options->once) {
		daemon->broken = !daemon->ended;
		daemon->ending = true;
	} else {
		connect_later(daemon);
	}
}

/* What is safe already, here or in the spools that an earlier process left. */
static struct stream_resume resume_from(const struct export_daemon *daemon)
{
	struct stream_resume resume = {.instance = daemon->instance};

	if (resume.instance == 0) {
		resume.instance = exporter_instance(daemon->exporter);
	}
	resume.number = exporter_safe(daemon->exporter, resume.instance);
	return resume;
}

/* Tell the probe what it need not keep any longer. */
static void acknowledge(struct export_daemon *daemon)
{
	uint64_t safe;

	if (daemon->client == NULL || !daemon->acknowledges || daemon->instance == 0) {
		return;
	}
	safe = exporter_safe(daemon->exporter, daemon->instance);
	if (safe > daemon->safe && stream_client_acknowledge(daemon->client, safe)) {
		daemon->safe = safe;
	}
}

static gboolean connect_now(gpointer context)
{
	struct export_daemon *daemon = context;
	struct stream_resume resume;
	GError *error = NULL;

	daemon->retry_source = 0;
	resume = resume_from(daemon);
	daemon->acknowledges = exporter_keeps(daemon->exporter);
	daemon->client = stream_client_new(
		daemon->path, "weir-export", daemon->acknowledges ? &resume : NULL, &error);
	if (daemon->client == NULL) {
		if (!daemon->waiting && daemon->retry_ms == RETRY_MAX_MS) {
			daemon->waiting = true;
			log_notice(DAEMON_AREA, "waiting for the probe: %s", error->message);
		}
		g_error_free(error);
		connect_later(daemon);
		return G_SOURCE_REMOVE;
	}
	stream_watch(daemon);
	return G_SOURCE_REMOVE;
}

static void connect_later(struct export_daemon *daemon)
{
	daemon->retry_source = g_timeout_add(daemon->retry_ms, connect_now, daemon);
	daemon->retry_ms = MIN(daemon->retry_ms * 2, RETRY_MAX_MS);
}

static bool set_destinations(
	struct export_daemon *daemon, const struct export_options *options, GError **error)
{
	const struct export_set set = {.destinations = options->exporting.destinations,
		.profile = options->exporting.profile,
		.reports = options->exporting.reports,
		.observation_domain = (uint32_t)options->exporting.domain,
		.mode = (enum export_mode)options->exporting.mode,
		.drain_ms = (int)options->exporting.drain_ms};

	return exporter_set(daemon->exporter, &set, error);
}

static void reload(struct export_daemon *daemon)
{
	struct export_options options;
	const char *name;
	GError *error = NULL;

	if (!export_options_load(&options, daemon->argc, daemon->argv, &error) ||
		!set_destinations(daemon, &options, &error)) {
		log_error(DAEMON_AREA, "configuration not reloaded: %s", error->message);
		g_clear_error(&error);
		export_options_clear(&options);
		return;
	}
	if (!export_options_live(&options, daemon->options, &name)) {
		log_warning(DAEMON_AREA, "'%s' changes only with a restart", name);
	}
	if (daemon->client != NULL && daemon->acknowledges != exporter_keeps(daemon->exporter)) {
		/* What the probe is to keep for us is agreed on when a connection begins. */
		(void)take_messages(daemon, UINT32_MAX);
		disconnect(daemon);
		connect_later(daemon);
	}
	daemon->drain_ms = options.exporting.drain_ms;
	log_level_set((enum log_level)options.daemon.log_level);
	export_options_clear(&options);
	exporter_reload(daemon->exporter);
	log_notice(DAEMON_AREA, "configuration reloaded");
}

static gboolean signal_ready(gint fd, GIOCondition condition, gpointer context)
{
	struct export_daemon *daemon = context;
	int signal = loop_signals_take(fd);

	if (signal == SIGHUP && !daemon->ending) {
		reload(daemon);
	} else if (signal != 0 && signal != SIGHUP) {
		log_info(DAEMON_AREA, "signal %d: ending", signal);
		loop_signals_release();
		exporter_hurry(daemon->exporter);
		daemon->ending = true;
	}
	return G_SOURCE_CONTINUE;
}

static bool drop(const struct export_options *options, GError **error)
{
	struct privilege_user user;

	if (options->daemon.user != NULL &&
		!privilege_user_find(options->daemon.user, &user, error)) {
		return false;
	}
	if (!privilege_drop(options->daemon.user != NULL ? &user : NULL, error)) {
		return false;
	}
	if (options->daemon.parent != 0 && !privilege_follow((pid_t)options->daemon.parent)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM, "--parent: it has ended already");
		return false;
	}
	return true;
}

static struct rpc_socket *new_rpc(const struct daemon_options *options, GError **error)
{
	g_autofree char *path = g_build_filename(options->run_dir, EXPORT_SOCKET_NAME, NULL);
	struct rpc_socket *socket;
	struct privilege_user user;

	if (mkdir(options->run_dir, 0755) != 0 && errno != EEXIST) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", options->run_dir,
			g_strerror(errno));
		return NULL;
	}
	socket = rpc_socket_new(path, error);
	if (socket != NULL && options->user != NULL &&
		(!privilege_user_find(options->user, &user, error) ||
			!privilege_give(path, &user, error))) {
		rpc_socket_free(socket);
		return NULL;
	}
	return socket;
}

/*
 * Where it is asked how it is; before the rights go, since only root may write to /run. Records go
 * out without it, too.
 */
static void open_rpc(struct export_daemon *daemon)
{
	g_autoptr(GError) error = NULL;

	daemon->rpc_socket = new_rpc(&daemon->options->daemon, &error);
	if (daemon->rpc_socket == NULL) {
		log_warning(DAEMON_AREA, "no answers to 'weir export status': %s", error->message);
	}
}

struct export_daemon *export_daemon_new(
	const struct export_options *options, int argc, char **argv, GError **error)
{
	const struct export_config config = {
		.lossless = options->once, .file_clock = options->once};
	struct export_daemon *daemon = g_new0(struct export_daemon, 1);

	daemon->options = options;
	daemon->argc = argc;
	daemon->argv = argv;
	daemon->retry_ms = RETRY_FIRST_MS;
	daemon->drain_ms = options->exporting.drain_ms;
	daemon->path = g_build_filename(options->daemon.run_dir, STREAM_SOCKET_NAME, NULL);
	daemon->signals = loop_signals_open(error);
	open_rpc(daemon);
	if (daemon->signals >= 0 && drop(options, error)) {
		daemon->exporter = exporter_new(&config, error);
	}
	if (daemon->exporter == NULL || !set_destinations(daemon, options, error)) {
		export_daemon_free(daemon);
		return NULL;
	}
	daemon->rpc = (struct rpc){.title = "weir-export",
		.methods = export_methods,
		.method_count = export_method_count,
		.context = daemon->exporter};
	if (daemon->rpc_socket != NULL) {
		rpc_socket_serve(daemon->rpc_socket, &daemon->rpc);
	}
	daemon->signals_source = g_unix_fd_add(daemon->signals, G_IO_IN, signal_ready, daemon);
	return daemon;
}

void export_daemon_free(struct export_daemon *daemon)
{
	if (daemon == NULL) {
		return;
	}
	disconnect(daemon);
	rpc_socket_free(daemon->rpc_socket);
	g_clear_handle_id(&daemon->retry_source, g_source_remove);
	g_clear_handle_id(&daemon->signals_source, g_source_remove);
	if (daemon->signals >= 0) {
		close(daemon->signals);
	}
	exporter_free(daemon->exporter);
	g_free(daemon->path);
	g_free(daemon);
}

bool export_daemon_confine(const struct export_daemon *daemon, GError **error)
{
	const struct privilege_needs needs = {
		.profile = PRIVILEGE_EXPORT, .read_files = true, .log_socket = true};

	return privilege_confine(&needs, error);
}

int export_daemon_run(struct export_daemon *daemon)
{
	GError *error = NULL;
	bool good;

	(void)connect_now(daemon);
	while (!daemon->ending) {
		(void)g_main_context_iteration(NULL, TRUE);
		if (daemon->readable) {
			stream_read(daemon);
		}
		acknowledge(daemon);
	}
	if (daemon->client != NULL) {
		(void)take_messages(daemon, UINT32_MAX); /* what the probe has sent already */
	}
	good = exporter_close(daemon->exporter, (int)daemon->drain_ms, &error);
	if (!good) {
		log_error(DAEMON_AREA, "%s", error->message);
		g_error_free(error);
	}
	acknowledge(daemon);
	disconnect(daemon);
	if (daemon->broken) {
		log_error(DAEMON_AREA, "the probe went away without a goodbye");
	}
	return good && !daemon->broken ? 0 : 1;
}
