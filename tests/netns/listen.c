/*
 * A subscriber of the flow stream that adds up what it gets. Ends when the probe says goodbye or
 * hangs up, then prints one JSON object; "ready" on standard error when it has been greeted.
 *
 *	listen SOCKET
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "base/stream_client.h"

struct totals {
	uint64_t records;
	uint64_t packets;
	uint64_t octets;
	uint64_t named;
	uint64_t devices;
	uint64_t interfaces;
	uint64_t caches;
	unsigned bye;
	struct stream_counters counters;
};

static void take_flows(struct totals *totals, const struct record_batch *batch)
{
	for (unsigned i = 0; i < batch->count; i++) {
		const struct flow_record *record = &batch->records[i];

		totals->records++;
		totals->packets += record->packets + record->rev_packets;
		totals->octets += record->octets + record->rev_octets;
		totals->named += record->far_name.octets > 0;
	}
}

static void take(struct totals *totals, const struct stream_message *message)
{
	switch (message->type) {
	case STREAM_HELLO:
		(void)fprintf(stderr, "ready\n");
		break;
	case STREAM_DEVICE:
		totals->devices++;
		break;
	case STREAM_INTERFACE:
		totals->interfaces++;
		break;
	case STREAM_CACHE:
		totals->caches++;
		break;
	case STREAM_SELECTION:
		break;
	case STREAM_COUNTERS:
		totals->counters = message->counters;
		break;
	case STREAM_BYE:
		totals->bye = message->bye;
		break;
	case STREAM_FLOWS:
		take_flows(totals, &message->flows.batch);
		break;
	case STREAM_ACK:
		break;
	}
}

static bool listen_to(struct stream_client *client, struct totals *totals)
{
	struct pollfd fd = {.fd = stream_client_fd(client), .events = POLLIN};
	const struct stream_message *message;
	GError *error = NULL;

	for (;;) {
		switch (stream_client_next(client, &message, &error)) {
		case STREAM_CLIENT_MESSAGE:
			take(totals, message);
			break;
		case STREAM_CLIENT_AGAIN:
			(void)poll(&fd, 1, -1);
			break;
		case STREAM_CLIENT_END:
			return true;
		case STREAM_CLIENT_FAULT:
			(void)fprintf(stderr, "%s\n", error->message);
			g_error_free(error);
			return false;
		}
	}
}

int main(int argc, char **argv)
{
	struct totals totals = {0};
	struct stream_client *client;
	GError *error = NULL;
	bool good;

	if (argc != 2) {
		return 2;
	}
	client = stream_client_new(argv[1], "listen", NULL, &error);
	if (client == NULL) {
		(void)fprintf(stderr, "%s\n", error->message);
		g_error_free(error);
		return 1;
	}
	good = listen_to(client, &totals);
	stream_client_free(client);
	printf("{\"records\":%" PRIu64 ",\"packets\":%" PRIu64 ",\"octets\":%" PRIu64
	       ",\"named\":%" PRIu64 ",\"devices\":%" PRIu64 ",\"interfaces\":%" PRIu64
	       ",\"caches\":%" PRIu64 ",\"bye\":%u,\"ip_packets\":%" PRIu64
	       ",\"ip_octets\":%" PRIu64 ",\"lost_records\":%" PRIu64 ",\"lost_packets\":%" PRIu64
	       ",\"unheard_packets\":%" PRIu64 ",\"kernel_dropped\":%" PRIu64 "}\n",
		totals.records, totals.packets, totals.octets, totals.named, totals.devices,
		totals.interfaces, totals.caches, totals.bye, totals.counters.ip_packets,
		totals.counters.ip_octets, totals.counters.lost_records,
		totals.counters.lost_packets, totals.counters.unheard_packets,
		totals.counters.kernel_dropped);
	return good ? 0 : 1;
}
