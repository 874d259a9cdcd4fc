#include "cli/export.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/options.h"
#include "base/stream_peer.h"
#include "cli/commands.h"

#define ANSWER_TIMEOUT_MS 5000
#define ANSWER_OCTETS_MAX (4 * 1024 * 1024)

static const char question[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"export.status\"}\n";

struct export_arguments {
	char *run_dir;
	bool json;
	bool help;
};

static const struct option_spec export_specs[] = {
	{.name = "run-dir",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct export_arguments, run_dir),
		.argument = "DIR",
		.text = "where weir-export's export.sock is (default /run/weir)"},
	{.name = "json",
		.letter = 'j',
		.kind = OPTION_FLAG,
		.offset = offsetof(struct export_arguments, json),
		.text = "print one JSON object"},
	{.name = "help",
		.letter = 'h',
		.kind = OPTION_FLAG,
		.offset = offsetof(struct export_arguments, help),
		.text = "print this"},
};

static const struct option_table export_table = {export_specs, G_N_ELEMENTS(export_specs)};

static const struct option_set export_set = {.groups = {{&export_table, 0}},
	.config = OPTIONS_NO_FILE,
	.synopsis = "weir export status [OPTION...]"};

static bool fail(const char *path, const char *reason, GError **error)
{
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", path, reason);
	return false;
}

/* One line of answer into @line. */
static bool read_line(int fd, const char *path, GString *line, GError **error)
{
	char octets[65536];

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t got;

		if (poll(&p, 1, ANSWER_TIMEOUT_MS) == 0) {
			return fail(path, "no answer in time", error);
		}
		got = recv(fd, octets, sizeof(octets), 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
			continue;
		}
		if (got <= 0 || line->len > ANSWER_OCTETS_MAX) {
			return fail(path, "the answer is not whole", error);
		}
		g_string_append_len(line, octets, got);
		if (line->str[line->len - 1] == '\n') {
			return true;
		}
	}
}

static bool export_ask(const struct export_arguments *arguments, GString *answer, GError **error)
{
	g_autofree char *path =
		g_build_filename(arguments->run_dir != NULL ? arguments->run_dir : "/run/weir",
			EXPORT_SOCKET_NAME, NULL);
	int fd = stream_peer_connect(path, SOCK_STREAM, error);
	bool good;

	if (fd < 0) {
		return false;
	}
	good = send(fd, question, strlen(question), MSG_NOSIGNAL) == (ssize_t)strlen(question)
		       ? read_line(fd, path, answer, error)
		       : fail(path, g_strerror(errno), error);
	(void)close(fd);
	return good;
}

static int export_status(int argc, char **argv)
{
	struct export_arguments arguments = {0};
	GString *answer = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	int status = 0;

	if (!options_parse(&export_set, &arguments, argc, argv, &error)) {
		fprintf(stderr, "weir export status: %s\n", error->message);
		status = EXIT_USAGE;
	} else if (arguments.help) {
		options_help(&export_set, stdout);
	} else if (!export_ask(&arguments, answer, &error)) {
		fprintf(stderr, "weir export status: %s\n", error->message);
		status = 1;
	} else {
		status = export_print(answer->str, arguments.json, stdout) ? 0 : 1;
	}
	g_string_free(answer, TRUE);
	options_clear(&export_set, &arguments);
	return status;
}

int export_command(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "status") == 0) {
		return export_status(argc - 1, argv + 1);
	}
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		options_help(&export_set, stdout);
		return 0;
	}
	fprintf(stderr, "weir export: %s (try: weir export status)\n",
		argc >= 2 ? "no such question" : "what of it?");
	return EXIT_USAGE;
}
