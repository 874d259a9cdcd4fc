#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exporter/export.h"
#include "probe/identity.h"
#include "probe/meter.h"
#include "probe/source.h"

/**
 * Tells the exporter what its reports are made of, as the flow stream would, at intervals of the
 * packets' time. All but the first members begin as zero.
 */
struct meter_facts {
	struct source *source;
	const struct meter *meter;
	const struct identity *identity; /* NULL: no devices */
	struct exporter *exporter;
	char **home; /* --home; NULL: none */
	struct stream_counters told;
	int64_t told_us;
	int64_t devices_us;
	uint64_t devices;    /* how many there were then */
	unsigned interfaces; /* told so far */
};

/** Tell what is new if it is time, or everything with @last. Cost when it is not: a comparison. */
void meter_facts_tell(struct meter_facts *facts, bool last);
