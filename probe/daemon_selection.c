#include "probe/daemon_private.h"
#include "probe/meter_selection.h"

static void tell(struct probe *probe, unsigned cache, bool again)
{
	struct stream_message *message = g_new0(struct stream_message, 1);
	uint8_t octets[STREAM_SMALL_MAX];
	uint64_t hash = 0;

	message->type = STREAM_SELECTION;
	meter_selection_tell(probe->meter, cache, &message->selection);
	message->selection.observation_point = PROBE_OBSERVATION_POINT;
	if (message->selection.count > 0) {
		hash = hash_octets(&probe->hash, octets, stream_encode(octets, message)) | 1;
	}
	/* A newcomer takes a cache that it is told nothing of for one that meters everything. */
	if (again ? hash != 0 : hash != probe->selections[cache]) {
		stream_server_event(probe->server, message);
	}
	if (!again) {
		probe->selections[cache] = hash;
	}
	g_free(message);
}

void probe_report_selections(struct probe *probe)
{
	for (unsigned cache = 0; cache < METER_CACHES_MAX; cache++) {
		tell(probe, cache, false);
	}
}

void probe_introduce_selections(struct probe *probe)
{
	for (unsigned cache = 0; cache < METER_CACHES_MAX; cache++) {
		tell(probe, cache, true);
	}
}
