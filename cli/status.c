#include "cli/status.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "base/error.h"
#include "base/key.h"
#include "base/options.h"
#include "base/stream_client.h"
#include "cli/commands.h"

/* The probe tells a newcomer everything at once, the counters last. */
#define ANSWER_TIMEOUT_MS 5000

struct status_options {
	char *run_dir;
	bool json;
	bool help;
};

static const struct option_spec status_specs[] = {
	{.name = "run-dir",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct status_options, run_dir),
		.argument = "DIR",
		.text = "where the probe's flow.sock is (default /run/weir)"},
	{.name = "json",
		.letter = 'j',
		.kind = OPTION_FLAG,
		.offset = offsetof(struct status_options, json),
		.text = "print one JSON object"},
	{.name = "help",
		.letter = 'h',
		.kind = OPTION_FLAG,
		.offset = offsetof(struct status_options, help),
		.text = "print this"},
};

static const struct option_table status_table = {status_specs, G_N_ELEMENTS(status_specs)};

static const struct option_set status_set = {.groups = {{&status_table, 0}},
	.config = OPTIONS_NO_FILE,
	.synopsis = "weir status [OPTION...]"};

/* Take one message into the report; true when it was the last that is needed. */
static bool report_take(struct status_report *report, const struct stream_message *message)
{
	switch (message->type) {
	case STREAM_INTERFACE:
		g_array_append_val(report->interfaces, message->interface);
		return false;
	case STREAM_CACHE:
		g_array_append_val(report->caches, message->cache);
		return false;
	case STREAM_DEVICE:
		g_array_append_val(report->devices, message->device);
		return false;
	case STREAM_SELECTION:
		g_array_append_val(report->selections, message->selection);
		return false;
	case STREAM_COUNTERS:
		report->counters = message->counters;
		return true;
	default:
		return false;
	}
}

static bool wait_readable(int fd, GError **error)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int ready = poll(&p, 1, ANSWER_TIMEOUT_MS);

	if (ready > 0 || (ready < 0 && errno == EINTR)) {
		return true;
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "the probe did not answer within %d s",
		ANSWER_TIMEOUT_MS / 1000);
	return false;
}

static bool report_read(struct status_report *report, struct stream_client *client, GError **error)
{
	for (;;) {
		const struct stream_message *message;

		switch (stream_client_next(client, &message, error)) {
		case STREAM_CLIENT_MESSAGE:
			if (report_take(report, message)) {
				return true;
			}
			break;
		case STREAM_CLIENT_AGAIN:
			if (!wait_readable(stream_client_fd(client), error)) {
				return false;
			}
			break;
		case STREAM_CLIENT_END:
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "the probe hung up");
			return false;
		case STREAM_CLIENT_FAULT:
			return false;
		}
	}
}

static void print_device(const struct stream_device *d)
{
	printf("  %3u  %02x:%02x:%02x:%02x:%02x:%02x  %s%s%s%s\n", d->id, d->mac[0], d->mac[1],
		d->mac[2], d->mac[3], d->mac[4], d->mac[5], d->name[0] != '\0' ? d->name : "-",
		d->vendor[0] != '\0' ? ", " : "", d->vendor, d->gateway ? " (gateway)" : "");
}

static void print_selection(const struct stream_selection *selection)
{
	static const char *const names[] = {"all", "count", "time", "nofn", "prob", "match",
		"hash:bob", "hash:ipsx", "hash:crc32"};

	for (unsigned i = 0; i < selection->count; i++) {
		const struct selection_counters *c = &selection->counters[i];

		printf("selector %u (%s): packets %" PRIu64 ", selected %" PRIu64 "\n",
			selection_selector_id(selection->sequence, i),
			names[selection->selectors[i].algorithm], c->packets_observed,
			c->packets_selected);
	}
}

static void print_cache(const struct stream_cache *cache)
{
	static const char *const types[STREAM_CACHE_TYPE_MAX + 1] = {
		"natural", "timeout", "permanent", "immediate"};
	g_autofree char *key = key_text(cache->key_fields);

	printf("cache %s%s%s, key %s, %s, active timeout %g s, idle timeout %g s, at most %u "
	       "flows\n",
		cache->name, cache->name[0] != '\0' ? ": " : "", types[cache->type], key,
		cache->uniflow ? "a record a direction" : "both directions in a record",
		(double)cache->active_timeout_ms / 1000, (double)cache->idle_timeout_ms / 1000,
		cache->flows_max);
}

static void print_text(const struct status_report *report)
{
	const struct stream_counters *c = &report->counters;

	for (guint i = 0; i < report->interfaces->len; i++) {
		const struct stream_interface *interface =
			&g_array_index(report->interfaces, struct stream_interface, i);

		printf("interface %s (%u)%s\n", interface->name, interface->index,
			interface->home ? ", home side" : "");
	}
	for (guint i = 0; i < report->caches->len; i++) {
		print_cache(&g_array_index(report->caches, struct stream_cache, i));
	}
	printf("packets %" PRIu64 ", of which IP %" PRIu64 ", malformed %" PRIu64 "\n", c->packets,
		c->ip_packets, c->malformed);
	for (guint i = 0; i < report->selections->len; i++) {
		print_selection(&g_array_index(report->selections, struct stream_selection, i));
	}
	printf("flows %" PRIu64 ", active %" PRIu64 ", evicted %" PRIu64 ", records %" PRIu64 "\n",
		c->flows, c->flows_active, c->flows_evicted, c->records);
	printf("lost: by the ring %" PRIu64 " packets, by the interface %" PRIu64
	       " packets, by slow subscribers %" PRIu64 " records, without a subscriber %" PRIu64
	       " records\n",
		c->kernel_dropped, c->if_dropped, c->missed_records, c->unheard_records);
	printf("devices %" PRIu64 ", names %" PRIu64 "\n", c->devices, c->names);
	for (guint i = 0; i < report->devices->len; i++) {
		print_device(&g_array_index(report->devices, struct stream_device, i));
	}
}

static bool status_run(const struct status_options *options, GError **error)
{
	g_autofree char *path = g_build_filename(
		options->run_dir != NULL ? options->run_dir : "/run/weir", "flow.sock", NULL);
	struct status_report report = {0};
	struct stream_client *client = stream_client_look(path, "weir status", error);
	bool done;

	if (client == NULL) {
		return false;
	}
	report.interfaces = g_array_new(FALSE, FALSE, sizeof(struct stream_interface));
	report.selections = g_array_new(FALSE, FALSE, sizeof(struct stream_selection));
	report.caches = g_array_new(FALSE, FALSE, sizeof(struct stream_cache));
	report.devices = g_array_new(FALSE, FALSE, sizeof(struct stream_device));
	done = report_read(&report, client, error);
	stream_client_free(client);
	if (done && options->json) {
		status_print_json(&report, stdout);
	} else if (done) {
		print_text(&report);
	}
	g_array_unref(report.interfaces);
	g_array_unref(report.caches);
	g_array_unref(report.devices);
	g_array_unref(report.selections);
	return done;
}

int status_command(int argc, char **argv)
{
	struct status_options options = {0};
	g_autoptr(GError) error = NULL;
	int status = 0;

	if (!options_parse(&status_set, &options, argc, argv, &error)) {
		fprintf(stderr, "weir status: %s\n", error->message);
		status = EXIT_USAGE;
	} else if (options.help) {
		options_help(&status_set, stdout);
	} else if (!status_run(&options, &error)) {
		fprintf(stderr, "weir status: %s\n", error->message);
		status = 1;
	}
	options_clear(&status_set, &options);
	return status;
}
