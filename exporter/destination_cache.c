#include <string.h>

#include "base/error.h"
#include "base/section.h"
#include "exporter/destination_state.h"
#include "exporter/privacy.h"

static char *names_of(const struct stream_cache *caches, unsigned count)
{
	GString *names = g_string_new(NULL);

	for (unsigned i = 0; i < count; i++) {
		g_string_append_printf(names, "%s'%s'", i > 0 ? i + 1 < count ? ", " : " and " : "",
			caches[i].name);
	}
	return g_string_free(names, FALSE);
}

/* Packet reports go where they are asked for, and their payload where it may go (RFC 5476 7). */
static bool check_packets(
	const struct destination *d, const struct stream_cache *cache, GError **error)
{
	if (d->encoder == NULL || !encoder_takes_packets(d->encoder)) {
		return true;
	}
	if (cache->section == RECORD_SECTION_NONE) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"destination '%s': profile %s is for packet reports, and cache '%s' makes "
			"none: it must be immediate",
			d->name, d->profile, cache->name);
		return false;
	}
	if (d->privacy != NULL && privacy_hides_packets(d->privacy)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"destination '%s': packet reports show addresses, ports, times and names "
			"as they are, which its options hide",
			d->name);
		return false;
	}
	if (cache->section > RECORD_SECTION_HEADERS && !uri_takes_payload(&d->uri)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"destination '%s': packet reports of cache '%s' have payload, which is "
			"sent over TLS, DTLS and into files only, unless the destination has "
			"payload=1",
			d->name, cache->name);
		return false;
	}
	return true;
}

bool destination_caches(struct destination *destination, const struct stream_cache *caches,
	unsigned count, GError **error)
{
	struct destination *d = destination;
	const char *name = d->uri.cache;
	g_autofree char *names = NULL;

	for (unsigned i = 0; i < count; i++) {
		if (name == NULL || strcmp(caches[i].name, name) == 0) {
			d->cache = caches[i];
			if (check_packets(d, &caches[i], error)) {
				return true;
			}
			d->cache.id = UINT8_MAX;
			return false;
		}
	}
	d->cache = (struct stream_cache){.id = UINT8_MAX};
	if (count > 0 && caches[0].name[0] != '\0') {
		names = names_of(caches, count);
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
		"destination '%s': option cache=%s: there is no such cache; %s%s", d->name, name,
		names != NULL ? "there are " : "the only one has no name",
		names != NULL ? names : "");
	return false;
}

const char *destination_cache_name(const struct destination *destination)
{
	return destination->uri.cache;
}

bool destination_takes(const struct destination *destination, uint8_t cache_id)
{
	return destination->cache.id == cache_id;
}
