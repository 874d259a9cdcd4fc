#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"
#include "base/stream.h"
#include "probe/meter.h"

/** What a cache can be asked. Texts are owned. */
struct cache_options {
	char *key;           /* NULL: the 5-tuple */
	char *select;        /* selection of packets; NULL: all */
	char *section;       /* of packet reports; NULL: headers, if each packet is a record */
	int type;            /* enum meter_cache_type */
	int64_t interval_ms; /* permanent; 0: not given */
	int64_t active_ms;
	int64_t idle_ms;
	int64_t flows_max;
	bool uniflow;
};

/**
 * The table of it, for the groups of a program's set, where it describes the only cache or what
 * others do not say themselves, and for cache_options_parse(). Without the idle timeout, whose
 * letter is another in each program.
 */
extern const struct option_table cache_option_table;

#define CACHE_TIMEOUT_MAX_MS INT64_C(10000000000000) /* three centuries, for captures */

/** The defaults, before options_parse(). */
void cache_options_init(struct cache_options *options, int64_t flows_max);

/** Make a cache of it. Fails with WEIR_ERROR_USAGE naming option, value and reason. */
bool cache_options_config(
	const struct cache_options *options, struct meter_cache_config *ret, GError **error);

/**
 * Make a cache of NAME[?OPTION[=VALUE]&...]; an OPTION is one of the table or "idle", what is not
 * said is as in @defaults. A flag's value is yes, no or nothing; others are percent-encoded where
 * they hold '&' or '%'. Fails with WEIR_ERROR_USAGE naming text, option, value and reason.
 */
bool cache_options_parse(const char *text, const struct cache_options *defaults,
	struct meter_cache_config *ret, GError **error);

/** What subscribers and exporters are told of cache @id. */
void cache_options_tell(const struct meter_config *config, unsigned id, struct stream_cache *ret);
