#include <string.h>

#include "base/error.h"
#include "exporter/destination_state.h"

static char *names_of(const struct stream_cache *caches, unsigned count)
{
	GString *names = g_string_new(NULL);

	for (unsigned i = 0; i < count; i++) {
		g_string_append_printf(names, "%s'%s'", i > 0 ? i + 1 < count ? ", " : " and " : "",
			caches[i].name);
	}
	return g_string_free(names, FALSE);
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
			return true;
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
