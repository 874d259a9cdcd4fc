#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"
#include "probe/cache_options.h"
#include "probe/meter.h"

/** What every program that meters can be asked. Texts are owned. */
struct metering_options {
	char **home;                /* prefixes and interface names; NULL: the default */
	struct cache_options cache; /* the only cache, or what @caches do not say */
	char **caches;              /* as cache_options_parse() takes them; NULL: one */
	bool applications;          /* are to be recognised */
};

/** Their table but that of @cache; for the groups of a set. */
extern const struct option_table metering_option_table;

/** The defaults, before options_parse(). */
void metering_options_init(struct metering_options *options, int64_t flows_max);

/** What the caches are to be, into the members of @ret that say so. Fails with WEIR_ERROR_USAGE. */
bool metering_options_caches(
	const struct metering_options *options, struct meter_config *ret, GError **error);
