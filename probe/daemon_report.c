#include <string.h>

#include "base/log.h"
#include "probe/account.h"
#include "probe/daemon_private.h"

#define COUNTERS_US G_USEC_PER_SEC
#define DEVICES_US  (5 * G_USEC_PER_SEC)
#define SEEN_US     (60 * G_USEC_PER_SEC)
#define LOG_US      (60 * G_USEC_PER_SEC)

/* The metering process's time; before its first packet the clock's. */
static int64_t report_clock_us(const struct probe *probe)
{
	int64_t metering_us = meter_clock(probe->meter);

	return metering_us != 0 ? metering_us : loop_clock_us();
}

static void collect(const struct probe *probe, struct stream_counters *ret)
{
	struct application_counters applications;

	*ret = probe->before;
	account_meter(probe->meter, ret);
	for (unsigned i = 0; i < probe->source_count; i++) {
		account_source(probe->sources[i].source, ret);
	}
	if (probe->identity != NULL) {
		account_identity(probe->identity, ret);
	}
	if (probe->applications != NULL) {
		applications_counters(probe->applications, &applications);
		ret->applications_evicted = applications.evicted;
	}
	account_ignored(ret, &probe->told, report_clock_us(probe));
}

static void log_losses(
	struct probe *probe, const struct stream_server_losses *losses, int64_t monotonic_us)
{
	const struct stream_counters *c = &probe->told;
	uint64_t all = c->kernel_dropped + c->if_dropped + c->ignored_packets + losses->records;

	if (all == probe->logged_losses ||
		(probe->logged_us != 0 && monotonic_us - probe->logged_us < LOG_US)) {
		return;
	}
	probe->logged_losses = all;
	probe->logged_us = monotonic_us;
	log_notice(PROBE_AREA,
		"lost so far: %" G_GUINT64_FORMAT
		" packets in the kernel's ring, %" G_GUINT64_FORMAT
		" in the interface, %" G_GUINT64_FORMAT " for want of room, %" G_GUINT64_FORMAT
		" records on the stream",
		c->kernel_dropped, c->if_dropped, c->ignored_packets, losses->records);
}

/* Send counters if they differ from what is known. */
static void report_counters(struct probe *probe, int64_t monotonic_us)
{
	struct stream_counters counters;
	struct stream_server_losses losses;

	collect(probe, &counters);
	stream_server_lost(probe->server, &losses);
	probe->told_us = monotonic_us;
	if (memcmp(&counters, &probe->told, sizeof(counters)) == 0 &&
		memcmp(&losses, &probe->told_losses, sizeof(losses)) == 0) {
		return;
	}
	probe->told = counters;
	probe->told_losses = losses;
	counters.time_us = (uint64_t)loop_clock_us();
	stream_server_counters(probe->server, &counters);
	log_losses(probe, &losses, monotonic_us);
}

/* For a newcomer, who knows nothing; what the others know stays as it is. */
static void introduce_device(void *context, const struct identity_device *device)
{
	struct probe *probe = context;
	struct stream_message *message = g_new0(struct stream_message, 1);

	message->type = STREAM_DEVICE;
	account_device(device, &message->device);
	message->device.last_seen_us = device->last_seen_us;
	stream_server_event(probe->server, message);
	g_free(message);
}

/* Tell a device unless this is known already: also when a minute began in which it was seen. */
static void report_device(void *context, const struct identity_device *device)
{
	struct probe *probe = context;
	struct stream_message *message = g_new0(struct stream_message, 1);
	uint8_t octets[STREAM_SMALL_MAX];
	uint64_t hash;

	message->type = STREAM_DEVICE;
	account_device(device, &message->device);
	message->device.last_seen_us = device->last_seen_us - device->last_seen_us % SEEN_US;
	hash = hash_octets(&probe->hash, octets, stream_encode(octets, message)) | 1;
	if (device->id > PROBE_DEVICES || probe->devices[device->id] != hash) {
		message->device.last_seen_us = device->last_seen_us;
		stream_server_event(probe->server, message);
		if (device->id <= PROBE_DEVICES) {
			probe->devices[device->id] = hash;
		}
	}
	g_free(message);
}

static void report_devices(struct probe *probe, int64_t monotonic_us)
{
	probe->devices_us = monotonic_us;
	if (probe->identity != NULL) {
		identity_devices(probe->identity, report_device, probe);
	}
}

void probe_report_keep(struct probe *probe)
{
	report_devices(probe, loop_monotonic_us());
	probe_report_selections(probe);
	account_meter(probe->meter, &probe->before);
	probe->before.flows_active = 0;
}

static void report_interfaces(const struct probe *probe)
{
	struct stream_message *message = g_new0(struct stream_message, 1);

	message->type = STREAM_INTERFACE;
	for (unsigned i = 0; i < probe->source_count; i++) {
		const struct source *source = probe->sources[i].source;

		for (unsigned k = 0; k < source->interface_count; k++) {
			const struct source_interface *from = &source->interfaces[k];
			bool home =
				probe->reloaded.metering.home != NULL &&
				g_strv_contains((const char *const *)probe->reloaded.metering.home,
					from->name);

			account_interface(from, home, &message->interface);
			stream_server_event(probe->server, message);
		}
	}
	g_free(message);
}

void probe_report_caches(struct probe *probe, const struct meter_config *config)
{
	struct stream_message *message = g_new0(struct stream_message, 1);

	message->type = STREAM_CACHE;
	for (unsigned i = 0; i < config->cache_count; i++) {
		cache_options_tell(config, i, &message->cache);
		stream_server_event(probe->server, message);
	}
	g_free(message);
}

void probe_report_joined(void *context)
{
	struct probe *probe = context;
	struct stream_counters counters;

	report_interfaces(probe);
	probe_report_caches(probe, &probe->reloaded.meter);
	if (probe->identity != NULL) {
		identity_devices(probe->identity, introduce_device, probe);
	}
	probe_introduce_selections(probe);
	collect(probe, &counters);
	counters.time_us = (uint64_t)loop_clock_us();
	stream_server_counters(probe->server, &counters);
}

void probe_report(struct probe *probe, int64_t monotonic_us)
{
	if (monotonic_us - probe->told_us >= COUNTERS_US) {
		probe_report_selections(probe);
		report_counters(probe, monotonic_us);
	}
	if (monotonic_us - probe->devices_us >= DEVICES_US) {
		report_devices(probe, monotonic_us);
	}
}

void probe_report_last(struct probe *probe, enum stream_bye reason)
{
	struct stream_message *message = g_new0(struct stream_message, 1);
	int64_t now_us = loop_monotonic_us();

	probe->logged_us = 0;
	report_devices(probe, now_us);
	probe_report_selections(probe);
	report_counters(probe, now_us);
	message->type = STREAM_BYE;
	message->bye = reason;
	stream_server_event(probe->server, message);
	g_free(message);
}
