#include "probe/daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/privilege.h"
#include "base/stream_peer.h"
#include "probe/daemon_private.h"

#define TICK_MS         500
#define TICK_QUIET_US   (60 * G_USEC_PER_SEC) /* fragments that wait have had their time */
#define END_DEADLINE_US (600 * 1000)

static bool is_live(const struct probe *probe)
{
	return probe->options->read == NULL;
}

static void take_signal(void *context, uint32_t events)
{
	struct probe *probe = context;
	int signal = loop_signals_take(probe->signals.fd);

	if (signal == SIGHUP) {
		probe_reload(probe);
	} else if (signal != 0) {
		log_info(PROBE_AREA, "signal %d: ending", signal);
		loop_signals_release();
		probe->ending = true;
	}
}

/* Time passes for the meter and the subscribers; off again when there is none to pass for. */
static void take_tick(void *context)
{
	struct probe *probe = context;
	int64_t now_us = loop_monotonic_us();
	struct meter_counters counters;

	if (is_live(probe)) {
		meter_advance(probe->meter, loop_clock_us());
	}
	stream_server_tick(probe->server, now_us);
	probe_report(probe, now_us);
	meter_counters(probe->meter, &counters);
	if (counters.flows_active == 0 && now_us - probe->active_us > TICK_QUIET_US &&
		!stream_server_waits(probe->server)) {
		loop_timer_stop(&probe->tick);
	}
}

static char *socket_path(const struct probe_options *options)
{
	return g_build_filename(options->daemon.run_dir, STREAM_SOCKET_NAME, NULL);
}

static bool open_stream(struct probe *probe, GError **error)
{
	const char *folder = probe->options->daemon.run_dir;
	char *path;
	struct stream_server_config config = {.program = "weir-probe",
		.flags = is_live(probe) ? 0 : STREAM_FLAG_FILE,
		.joined = probe_report_joined,
		.context = probe};

	if (mkdir(folder, 0755) != 0 && errno != EEXIST) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", folder, g_strerror(errno));
		return false;
	}
	path = socket_path(probe->options);
	config.path = path;
	probe->server = stream_server_new(probe->loop, &config, error);
	g_free(path);
	return probe->server != NULL;
}

/* Once: the library would read files again after that is no longer allowed. */
static bool open_applications(struct probe *probe, GError **error)
{
	bool wanted = probe->options->metering.applications;

	if (wanted) {
		probe->applications = applications_new(0, error);
	}
	return probe->applications != NULL || !wanted;
}

static bool open_all(struct probe *probe, GError **error)
{
	probe->loop = loop_new(error);
	if (probe->loop == NULL) {
		return false;
	}
	probe->signals.fd = loop_signals_open(error);
	probe->signals.call = take_signal;
	probe->signals.context = probe;
	return probe->signals.fd >= 0 && loop_add(probe->loop, &probe->signals, EPOLLIN, error) &&
	       loop_timer_init(&probe->tick, probe->loop, take_tick, probe, error) &&
	       probe_sources_open(probe, error) && open_stream(probe, error) &&
	       open_applications(probe, error) && probe_meter_open(probe, probe->options, error);
}

struct probe *probe_new(const struct probe_options *options, int argc, char **argv, GError **error)
{
	struct probe *probe = g_new0(struct probe, 1);

	probe->options = options;
	probe->argc = argc;
	probe->argv = argv;
	probe->signals.fd = -1;
	hash_key_random(&probe->hash);
	probe->before.start_us = (uint64_t)loop_clock_us();
	/* A second copy of the texts, to tell later what has changed; it parsed before. */
	if (!probe_options_load(&probe->reloaded, argc, argv, error) || !open_all(probe, error)) {
		probe_free(probe);
		return NULL;
	}
	return probe;
}

void probe_free(struct probe *probe)
{
	if (probe == NULL) {
		return;
	}
	meter_free(probe->meter);
	applications_free(probe->applications);
	identity_free(probe->identity);
	stream_server_free(probe->server);
	probe_sources_free(probe);
	loop_timer_done(&probe->tick);
	if (probe->signals.fd >= 0) {
		close(probe->signals.fd);
	}
	loop_free(probe->loop);
	probe_options_clear(&probe->reloaded);
	g_free(probe);
}

static bool give_socket(
	const struct probe_options *options, const struct privilege_user *user, GError **error)
{
	char *path = socket_path(options);
	bool good = privilege_give(path, user, error);

	g_free(path);
	return good;
}

bool probe_confine(struct probe *probe, GError **error)
{
	const struct probe_options *options = probe->options;
	struct privilege_user user;
	const struct privilege_needs needs = {.profile = PRIVILEGE_PROBE,
		.read_files = options->daemon.config != NULL,
		.log_socket = log_needs_socket()};

	if (options->daemon.user != NULL &&
		(!privilege_user_find(options->daemon.user, &user, error) ||
			!give_socket(options, &user, error))) {
		return false;
	}
	if (!privilege_drop(options->daemon.user != NULL ? &user : NULL, error)) {
		return false;
	}
	if (options->daemon.parent != 0 && !privilege_follow((pid_t)options->daemon.parent)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM, "--parent: it has ended already");
		return false;
	}
	return privilege_confine(&needs, error);
}

/* Everything that is known goes out, within the time a service manager is sure to allow. */
static void finish(struct probe *probe, enum stream_bye reason)
{
	meter_finish(probe->meter, RECORD_END_FORCED);
	probe_report_last(probe, reason);
	if (!stream_server_drain(probe->server)) {
		log_warning(PROBE_AREA, "a subscriber did not take its last records in time");
	}
}

static void run_live(struct probe *probe)
{
	while (!probe->ending) {
		(void)loop_step(probe->loop, -1);
		if (probe->active_us != 0 || stream_server_waits(probe->server)) {
			loop_timer_start(&probe->tick, TICK_MS);
		}
	}
	stream_server_block(probe->server, loop_monotonic_us() + END_DEADLINE_US, -1);
	probe_sources_last(probe);
	finish(probe, STREAM_BYE_SHUTDOWN);
}

static void wait_subscriber(struct probe *probe)
{
	if (!probe->options->wait_subscriber) {
		return;
	}
	while (!probe->ending && stream_server_subscribers(probe->server) == 0) {
		(void)loop_step(probe->loop, -1);
	}
}

static void take_input(void *context, uint32_t events)
{
	struct probe *probe = context;

	probe->readable = true;
}

/* A pipe is waited for in the loop, so that signals and subscribers have their turn. */
static void wait_input(struct probe *probe)
{
	struct source *source = probe->sources[0].source;
	struct loop_watch input = {
		.fd = source->ops->fd(source), .call = take_input, .context = probe};

	probe->readable = false;
	if (!loop_add(probe->loop, &input, EPOLLIN, NULL)) {
		return; /* a plain file, which is never waited for */
	}
	while (!probe->ending && !probe->readable) {
		(void)loop_step(probe->loop, -1);
	}
	loop_remove(probe->loop, &input);
}

static void run_file(struct probe *probe)
{
	struct probe_source *place = &probe->sources[0];
	enum source_result result = SOURCE_MORE;

	place->source->polled = true;
	stream_server_block(probe->server, INT64_MAX, probe->signals.fd);
	while (!probe->ending && (result == SOURCE_MORE || result == SOURCE_IDLE)) {
		wait_subscriber(probe);
		if (result == SOURCE_IDLE) {
			wait_input(probe);
		}
		result = source_dispatch(place->source, probe_source_packets, place);
		while (loop_step(probe->loop, 0)) {
		}
		probe_report(probe, loop_monotonic_us());
	}
	if (result == SOURCE_FAULT) {
		log_warning(PROBE_AREA, "%s: %s", place->source->name, place->source->fault);
	}
	if (probe->ending) {
		stream_server_block(probe->server, loop_monotonic_us() + END_DEADLINE_US, -1);
	}
	finish(probe, probe->ending ? STREAM_BYE_SHUTDOWN : STREAM_BYE_END);
}

int probe_run(struct probe *probe)
{
	if (is_live(probe)) {
		wait_subscriber(probe);
		run_live(probe);
	} else {
		run_file(probe);
	}
	return probe->failed ? 1 : 0;
}
