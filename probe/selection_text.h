#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/selection.h"

/**
 * Read a selection sequence as people write it, such as "match:proto=17:dport=53+prob:0.1":
 *
 *	CHAIN     SELECTOR[+SELECTOR]...
 *	SELECTOR  all
 *	          count:INTERVAL/SPACE
 *	          time:INTERVAL/SPACE      µs, or with a unit: us, ms or s
 *	          nofn:N/POPULATION
 *	          prob:P
 *	          match:FIELD=VALUE[:FIELD=VALUE]...
 *	          hash:bob|ipsx|crc32[:range=MIN-MAX]...[:share=P][:init=N][:offset=N][:size=N]
 *	                              [:digest=yes|no]
 *
 * No comma is in it, so that it can stand in lists. Fails with WEIR_ERROR_USAGE naming the chain, the
 * part and the reason; @ret is as selection_check() wants it otherwise.
 */
bool selection_text_parse(const char *text, struct selection_spec *ret, GError **error);
