#include "cli/meter_facts.h"

#include <glib.h>

#include "probe/account.h"
#include "probe/meter_selection.h"

#define METER_FACTS_POINT 1 /* as in the records */
#define TELL_US           G_USEC_PER_SEC
#define DEVICES_US        (30 * G_USEC_PER_SEC) /* unless there is a new one */

static void tell_interfaces(struct meter_facts *f)
{
	while (f->interfaces < f->source->interface_count) {
		const struct source_interface *from = &f->source->interfaces[f->interfaces++];
		struct stream_interface interface;
		bool home = f->home != NULL &&
			    g_strv_contains((const char *const *)f->home, from->name);

		account_interface(from, home, &interface);
		exporter_interface(f->exporter, &interface);
	}
}

static void tell_device(void *context, const struct identity_device *device)
{
	struct meter_facts *f = context;
	struct stream_device out;

	account_device(device, &out);
	out.last_seen_us = device->last_seen_us;
	exporter_device(f->exporter, &out);
}

static void tell_selections(struct meter_facts *f)
{
	for (unsigned cache = 0; cache < METER_CACHES_MAX; cache++) {
		struct stream_selection selection;

		meter_selection_tell(f->meter, cache, &selection);
		if (selection.count > 0) {
			selection.observation_point = METER_FACTS_POINT;
			exporter_selection(f->exporter, &selection);
		}
	}
}

void meter_facts_tell(struct meter_facts *facts, bool last)
{
	struct meter_facts *f = facts;
	int64_t now_us = meter_clock(f->meter);
	struct stream_counters counters = {0};

	if (!last && now_us - f->told_us < TELL_US) {
		return;
	}
	f->told_us = now_us;
	account_meter(f->meter, &counters);
	account_source(f->source, &counters);
	counters.time_us = (uint64_t)now_us;
	account_ignored(&counters, &f->told, now_us);
	tell_interfaces(f);
	if (f->identity != NULL) {
		account_identity(f->identity, &counters);
		if (last || counters.devices != f->devices ||
			now_us - f->devices_us >= DEVICES_US) {
			f->devices = counters.devices;
			f->devices_us = now_us;
			identity_devices(f->identity, tell_device, f);
		}
	}
	tell_selections(f);
	f->told = counters;
	exporter_metering(f->exporter, &counters);
}
