#include "exporter/exporter_state.h"

#include <string.h>

#include "base/error.h"

static struct destination *find(const struct exporter *exporter, const char *uri)
{
	for (unsigned i = 0; i < exporter->destinations->len; i++) {
		struct destination *destination = exporter_destination(exporter, i);

		if (strcmp(destination_name(destination), uri) == 0) {
			return destination;
		}
	}
	return NULL;
}

/* Take it from the list; it is the caller's. */
static void take(struct exporter *exporter, struct destination *destination)
{
	unsigned index = 0;

	if (g_ptr_array_find(exporter->destinations, destination, &index)) {
		(void)g_ptr_array_steal_index(exporter->destinations, index);
	}
}

static struct destination *open_anew(
	struct exporter *exporter, const char *uri, const struct export_set *set, GError **error)
{
	struct destination *former = find(exporter, uri);

	/* Two writers would spoil a file; a spool keeps what is left for who comes after. */
	if (former != NULL && (destination_is_local(former) || destination_keeps(former))) {
		take(exporter, former);
		exporter_let_go(exporter, former, destination_keeps(former) ? 0 : set->drain_ms);
	}
	return exporter_open(exporter, uri, set->mode == EXPORT_PARALLEL, error);
}

/* Where one destination may stand in for another all take the same records. */
static bool shares_cache(const struct destination *destination, const GPtrArray *wanted,
	enum export_mode mode, GError **error)
{
	const struct destination *first = wanted->len > 0 ? wanted->pdata[0] : destination;

	if (mode == EXPORT_PARALLEL || g_strcmp0(destination_cache_name(first),
					       destination_cache_name(destination)) == 0) {
		return true;
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
		"destination '%s': export mode %s: it takes another cache than '%s'",
		destination_name(destination), export_mode_words[mode], destination_name(first));
	return false;
}

/*
 * Put what is wanted into @wanted, and what of it is new into @fresh, too, in the order of @uris.
 * The exporter's configuration is the new one already.
 */
static bool gather(struct exporter *exporter, const struct export_set *set, GPtrArray *wanted,
	GPtrArray *fresh, GError **error)
{
	for (char **uri = set->destinations; uri != NULL && *uri != NULL; uri++) {
		struct destination *destination = find(exporter, *uri);

		if (wanted->len == EXPORTER_DESTINATIONS_MAX) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"destination '%s': at most %d may be given", *uri,
				EXPORTER_DESTINATIONS_MAX);
			return false;
		}
		if (g_strv_contains((const char *const *)uri + 1, *uri)) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"destination '%s' is given twice", *uri);
			return false;
		}
		if (destination == NULL || !destination_is_as(destination, &exporter->config)) {
			destination = open_anew(exporter, *uri, set, error);
			if (destination == NULL) {
				return false;
			}
			g_ptr_array_add(fresh, destination);
		}
		if (!shares_cache(destination, wanted, set->mode, error)) {
			return false;
		}
		g_ptr_array_add(wanted, destination);
	}
	return true;
}

/* False if there is none that may ever send. */
static bool any_lives(const GPtrArray *destinations, GError **error)
{
	for (unsigned i = 0; i < destinations->len; i++) {
		if (!destination_is_dead(g_ptr_array_index(destinations, i))) {
			return true;
		}
	}
	if (destinations->len > 0) {
		destination_explain(g_ptr_array_index(destinations, 0), error);
	}
	return destinations->len == 0;
}

static void replace(char **kept, const char **shown, const char *text)
{
	char *copy = g_strdup(text);

	g_free(*kept);
	*kept = copy;
	*shown = copy;
}

static void configure(
	struct exporter *exporter, const char *profile, const char *reports, uint32_t domain)
{
	replace(&exporter->profile, &exporter->config.default_profile, profile);
	replace(&exporter->reports, &exporter->config.default_reports, reports);
	exporter->config.observation_domain = domain;
}

bool exporter_set(struct exporter *exporter, const struct export_set *set, GError **error)
{
	g_autofree char *profile = g_strdup(exporter->profile);
	g_autofree char *reports = g_strdup(exporter->reports);
	uint32_t domain = exporter->config.observation_domain;
	g_autoptr(GPtrArray) fresh = NULL;
	g_autoptr(GPtrArray) former = NULL;
	GPtrArray *wanted;

	if (!exporter_check_profile(set->profile, error)) {
		return false;
	}
	wanted = g_ptr_array_new();
	fresh = g_ptr_array_new_with_free_func((GDestroyNotify)destination_free);
	former = g_ptr_array_ref(exporter->destinations);
	configure(exporter, set->profile, set->reports, set->observation_domain);
	if (!gather(exporter, set, wanted, fresh, error) ||
		(exporter->config.lossless && !any_lives(wanted, error))) {
		g_ptr_array_unref(wanted);
		configure(exporter, profile, reports, domain);
		exporter_mode_begin(exporter);
		return false;
	}
	g_ptr_array_set_free_func(fresh, NULL);
	g_ptr_array_set_free_func(former, NULL);
	g_ptr_array_set_free_func(wanted, (GDestroyNotify)destination_free);
	g_ptr_array_unref(exporter->destinations);
	exporter->destinations = wanted;
	exporter->mode = set->mode;
	for (unsigned i = 0; i < former->len; i++) {
		struct destination *destination = g_ptr_array_index(former, i);

		if (!g_ptr_array_find(wanted, destination, NULL)) {
			exporter_let_go(exporter, destination, set->drain_ms);
		}
	}
	exporter_mode_begin(exporter);
	return true;
}

bool exporter_remove(struct exporter *exporter, const char *uri, int drain_ms)
{
	struct destination *destination = find(exporter, uri);

	if (destination == NULL) {
		return false;
	}
	take(exporter, destination);
	exporter_let_go(exporter, destination, drain_ms);
	exporter_mode_begin(exporter);
	return true;
}
