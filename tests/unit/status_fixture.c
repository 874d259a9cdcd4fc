#include "tests/unit/status_fixture.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/stream_peer.h"
#include "base/stream_server.h"
#include "cli/commands.h"
#include "tests/unit/stream_sample.h"
#include "tests/unit/unit.h"

#define STEP_MS 20

struct probe {
	enum status_probe kind;
	struct loop *loop;
	struct stream_server *server;
	bool asked;
	int ended; /* atomic */
};

static void send_devices(struct probe *probe)
{
	struct stream_message *message = g_new0(struct stream_message, 1);

	stream_sample_message(STREAM_DEVICE, message);
	message->device.vendor_class[1] = '\0';
	message->device.address_count = 2;
	message->device.addresses[1][0] = 0xfe;
	message->device.addresses[1][1] = 0x80;
	stream_server_event(probe->server, message);
	memset(&message->device, 0, sizeof(message->device));
	message->device.id = 8;
	message->device.gateway = true;
	stream_server_event(probe->server, message);
	g_free(message);
}

static void send_all(void *context)
{
	struct probe *probe = context;
	struct stream_message *message = g_new0(struct stream_message, 1);

	probe->asked = true;
	stream_sample_message(STREAM_INTERFACE, message);
	stream_server_event(probe->server, message);
	message->interface.index = 4;
	message->interface.home = false;
	(void)snprintf(message->interface.name, sizeof(message->interface.name), "ppp0");
	stream_server_event(probe->server, message);
	send_devices(probe);
	stream_sample_message(STREAM_SELECTION, message);
	stream_server_event(probe->server, message);
	if (probe->kind == STATUS_PROBE_ANSWERS) {
		struct stream_counters counters = {.packets = 1000000007,
			.ip_packets = 99,
			.malformed = 3,
			.flows = 50,
			.flows_active = 7,
			.flows_evicted = 2,
			.records = 43,
			.kernel_dropped = 11,
			.if_dropped = 12,
			.devices = 2,
			.names = 21};

		stream_server_counters(probe->server, &counters);
	}
	g_free(message);
}

static void *probe_run(void *context)
{
	struct probe *probe = context;

	while (!g_atomic_int_get(&probe->ended)) {
		(void)loop_step(probe->loop, STEP_MS);
		if (probe->kind == STATUS_PROBE_HANGS_UP && probe->asked) {
			stream_server_free(probe->server);
			probe->server = NULL;
			break;
		}
	}
	return NULL;
}

/* Takes one caller, says what is no message and waits until it is left. */
static void *babbler_run(void *context)
{
	int *listener = context;
	int peer = accept(*listener, NULL, NULL);
	char octets[2048];

	if (peer >= 0) {
		(void)send(peer, "good day", 8, MSG_NOSIGNAL);
		while (recv(peer, octets, sizeof(octets), 0) > 0) {
		}
		close(peer);
	}
	return NULL;
}

/* Give a stream of stdio a file instead of what it had; gives what it had. */
static int redirect(FILE *stream, FILE *file)
{
	int had;

	(void)fflush(stream);
	had = dup(fileno(stream));
	assert_true(had >= 0 && dup2(fileno(file), fileno(stream)) >= 0);
	return had;
}

static void restore(FILE *stream, int had)
{
	(void)fflush(stream);
	assert_true(dup2(had, fileno(stream)) >= 0);
	close(had);
}

static void slurp(FILE *file, char *ret, size_t size)
{
	size_t octets;

	rewind(file);
	octets = fread(ret, 1, size - 1, file);
	ret[octets] = '\0';
	(void)fclose(file);
}

const struct status_answer *status_ask_nobody(const char *const *options, int count)
{
	static struct status_answer answer;
	char *argv[8] = {g_strdup("status")};
	FILE *out = tmpfile();
	FILE *err = tmpfile();
	int had_out;
	int had_err;

	assert_true(out != NULL && err != NULL && count < 7);
	for (int i = 0; i < count; i++) {
		argv[i + 1] = g_strdup(options[i]);
	}
	had_out = redirect(stdout, out);
	had_err = redirect(stderr, err);
	answer.status = status_command(count + 1, argv);
	restore(stderr, had_err);
	restore(stdout, had_out);
	slurp(out, answer.out, sizeof(answer.out));
	slurp(err, answer.err, sizeof(answer.err));
	for (int i = 0; i <= count; i++) {
		g_free(argv[i]);
	}
	return &answer;
}

static const struct status_answer *ask(const char *folder, const char *more)
{
	const char *options[] = {"--run-dir", folder, more};

	return status_ask_nobody(options, more != NULL ? 3 : 2);
}

static const struct status_answer *ask_babbler(const char *folder, const char *path)
{
	const struct status_answer *answer;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	GThread *thread;

	(void)g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	thread = g_thread_new("babbler", babbler_run, &listener);
	answer = ask(folder, NULL);
	g_thread_join(thread);
	close(listener);
	return answer;
}

static const struct status_answer *ask_probe(
	const char *folder, const char *path, enum status_probe kind, const char *more)
{
	const struct status_answer *answer;
	struct probe probe = {.kind = kind};
	const struct stream_server_config config = {
		.path = path, .program = "weir-test", .joined = send_all, .context = &probe};
	GThread *thread = NULL;

	probe.loop = loop_new(NULL);
	assert_non_null(probe.loop);
	probe.server = stream_server_new(probe.loop, &config, NULL);
	assert_non_null(probe.server);
	if (kind != STATUS_PROBE_SLEEPS) {
		thread = g_thread_new("probe", probe_run, &probe);
	}
	answer = ask(folder, more);
	g_atomic_int_set(&probe.ended, 1);
	if (thread != NULL) {
		g_thread_join(thread);
	}
	stream_server_free(probe.server);
	loop_free(probe.loop);
	return answer;
}

const struct status_answer *status_ask(enum status_probe probe, const char *more)
{
	const struct status_answer *answer;
	char *folder = g_dir_make_tmp("weir-test-XXXXXX", NULL);
	char *path = g_build_filename(folder, STREAM_SOCKET_NAME, NULL);

	answer = probe == STATUS_PROBE_BABBLES ? ask_babbler(folder, path)
					       : ask_probe(folder, path, probe, more);
	(void)g_unlink(path);
	(void)g_rmdir(folder);
	g_free(path);
	g_free(folder);
	return answer;
}
