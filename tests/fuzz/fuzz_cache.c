#include "probe/cache_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/key.h"
#include "base/section.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth) {
		abort();
	}
}

/* What is taken is within its bounds; what is refused says why. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	struct cache_options defaults;
	struct meter_cache_config cache;

	cache_options_init(&defaults, 1000);
	if (!cache_options_parse(text, &defaults, &cache, &error)) {
		must(error != NULL && error->message[0] != '\0');
		return 0;
	}
	must(error == NULL && cache.name[0] != '\0' &&
		memchr(cache.name, '\0', sizeof(cache.name)) != NULL);
	must(cache.key_fields != 0 && (cache.key_fields & ~(uint32_t)FLOW_KEY_FIELDS) == 0);
	must(cache.active_timeout_ms > 0 && cache.active_timeout_ms <= CACHE_TIMEOUT_MAX_MS);
	must(cache.idle_timeout_ms > 0 && cache.idle_timeout_ms <= CACHE_TIMEOUT_MAX_MS);
	must(cache.flows_max > 0);
	must((cache.type == METER_CACHE_PERMANENT) == (cache.interval_ms > 0));
	must(cache.section == RECORD_SECTION_NONE ||
		(cache.type == METER_CACHE_IMMEDIATE && cache.section_octets > 0 &&
			cache.section_octets <= RECORD_TEXT_MAX));
	return 0;
}
