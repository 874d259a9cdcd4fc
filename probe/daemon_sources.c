#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "probe/daemon_private.h"

#define LAST_WAIT_MS    250 /* longer than the kernel keeps a block of packets open */
#define LAST_ROUNDS_MAX 64

static struct source *open_live(
	const struct probe_options *options, const char *interface, GError **error)
{
	const struct source_live_config config = {.interface = interface,
		.filter = options->filter,
		.snap_octets = (uint32_t)options->snap_octets,
		.ring_octets = (uint32_t)options->ring_octets,
		.promiscuous = options->promiscuous};

	return source_live_new(&config, error);
}

static bool add(struct probe *probe, struct source *source, unsigned *first, GError **error)
{
	struct probe_source *place = &probe->sources[probe->source_count];

	if (source == NULL) {
		return false;
	}
	place->probe = probe;
	place->source = source;
	place->first = *first;
	place->watch.fd = source->ops->fd(source);
	place->watch.call = probe_source_ready;
	place->watch.context = place;
	*first += source->interface_count;
	probe->source_count++;
	return place->watch.fd < 0 || loop_add(probe->loop, &place->watch, EPOLLIN, error);
}

bool probe_sources_open(struct probe *probe, GError **error)
{
	const struct probe_options *options = probe->options;
	unsigned first = 0;

	if (options->read != NULL) {
		return add(probe, source_file_new(options->read, error), &first, error);
	}
	for (char **name = options->interfaces; *name != NULL; name++) {
		if (!add(probe, open_live(options, *name, error), &first, error)) {
			return false;
		}
	}
	return true;
}

void probe_sources_free(struct probe *probe)
{
	for (unsigned i = 0; i < probe->source_count; i++) {
		struct probe_source *place = &probe->sources[i];

		if (place->watch.fd >= 0) {
			loop_remove(probe->loop, &place->watch);
		}
		source_free(place->source);
	}
	probe->source_count = 0;
}

void probe_source_packets(void *source, const struct packet *packets, unsigned count)
{
	const struct probe_source *place = source;
	struct packet renumbered[PACKET_BURST];

	if (place->first == 0) {
		meter_packets(place->probe->meter, packets, count);
		return;
	}
	memcpy(renumbered, packets, count * sizeof(*packets));
	for (unsigned i = 0; i < count; i++) {
		renumbered[i].interface = (uint16_t)(renumbered[i].interface + place->first);
	}
	meter_packets(place->probe->meter, renumbered, count);
}

/* Without any source left there is nothing to meter, and none can be opened without rights. */
static void lose_source(struct probe_source *place)
{
	struct probe *probe = place->probe;
	bool left = false;

	log_error(PROBE_AREA, "%s", place->source->fault);
	loop_remove(probe->loop, &place->watch);
	place->watch.fd = -1;
	for (unsigned i = 0; i < probe->source_count; i++) {
		left = left || probe->sources[i].watch.fd >= 0;
	}
	if (!left) {
		probe->failed = true;
		probe->ending = true;
	}
}

void probe_source_ready(void *source, uint32_t events)
{
	struct probe_source *place = source;

	place->probe->active_us = loop_monotonic_us();
	switch (source_dispatch(place->source, probe_source_packets, place)) {
	case SOURCE_MORE:
	case SOURCE_IDLE:
		break;
	case SOURCE_END:
	case SOURCE_FAULT:
		lose_source(place);
		break;
	}
}

void probe_sources_last(struct probe *probe)
{
	int64_t deadline_us = loop_monotonic_us() + LAST_WAIT_MS * 1000;
	struct pollfd fds[PROBE_INTERFACES_MAX];

	for (unsigned rounds = 0; rounds < LAST_ROUNDS_MAX; rounds++) {
		int64_t left_ms = (deadline_us - loop_monotonic_us()) / 1000;

		for (unsigned i = 0; i < probe->source_count; i++) {
			fds[i].fd = probe->sources[i].watch.fd;
			fds[i].events = POLLIN;
		}
		if (left_ms <= 0 || poll(fds, probe->source_count, (int)left_ms) <= 0) {
			return;
		}
		for (unsigned i = 0; i < probe->source_count; i++) {
			if (fds[i].fd >= 0 && fds[i].revents != 0) {
				probe_source_ready(&probe->sources[i], EPOLLIN);
			}
		}
	}
}
