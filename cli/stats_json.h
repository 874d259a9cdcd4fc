#pragma once

#include <stdio.h>

#include "exporter/export.h"
#include "probe/application.h"
#include "probe/identity.h"
#include "probe/meter.h"
#include "probe/source.h"

/** Everything counted in one run; each part may be NULL. */
struct stats {
	struct source *source;
	const struct meter *meter;
	const struct identity *identity;
	const struct applications *applications;
	const struct exporter *exporter;
};

/** Print one JSON object on one line. */
void stats_print_json(const struct stats *stats, FILE *out);
