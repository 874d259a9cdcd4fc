#include "exporter/outlet.h"

#include <string.h>

#include "base/log.h"

#define OUTLET_AREA "export"

struct outlet {
	char *uri;
	char *profile; /* NULL: the default */
	int64_t domain;
	struct exporter *exporter;
};

struct outlets {
	GPtrArray *all; /* struct outlet, owned */
};

static void outlet_free(void *outlet_)
{
	struct outlet *outlet = outlet_;

	if (outlet != NULL) {
		exporter_free(outlet->exporter);
		g_free(outlet->uri);
		g_free(outlet->profile);
		g_free(outlet);
	}
}

static struct outlet *outlet_new(
	const char *uri, const struct export_options *options, GError **error)
{
	struct export_config config = {
		.observation_domain = (uint32_t)options->exporting.domain,
		.lossless = options->once,
		.file_clock = options->once,
	};
	struct outlet *outlet = g_new0(struct outlet, 1);

	outlet->uri = g_strdup(uri);
	outlet->profile = g_strdup(options->exporting.profile);
	outlet->domain = options->exporting.domain;
	config.default_profile = outlet->profile;
	outlet->exporter = exporter_new(&config, error);
	if (outlet->exporter == NULL || !exporter_add(outlet->exporter, uri, error)) {
		outlet_free(outlet);
		return NULL;
	}
	return outlet;
}

static bool outlet_close(struct outlet *outlet, int timeout_ms)
{
	GError *error = NULL;

	if (exporter_close(outlet->exporter, timeout_ms, &error)) {
		return true;
	}
	log_error(OUTLET_AREA, "%s", error->message);
	g_error_free(error);
	return false;
}

struct outlets *outlets_new(void)
{
	struct outlets *outlets = g_new0(struct outlets, 1);

	outlets->all = g_ptr_array_new_with_free_func(outlet_free);
	return outlets;
}

void outlets_free(struct outlets *outlets)
{
	if (outlets != NULL) {
		g_ptr_array_unref(outlets->all);
		g_free(outlets);
	}
}

/* The one that serves @uri as @options want it; NULL if there is none. */
static struct outlet *find(
	const struct outlets *outlets, const char *uri, const struct export_options *options)
{
	for (unsigned i = 0; i < outlets->all->len; i++) {
		struct outlet *outlet = g_ptr_array_index(outlets->all, i);

		if (strcmp(outlet->uri, uri) == 0 && outlet->domain == options->exporting.domain &&
			g_strcmp0(outlet->profile, options->exporting.profile) == 0) {
			return outlet;
		}
	}
	return NULL;
}

/* Close what is not wanted any more; the rest moves to the new set. */
static void retire(struct outlets *outlets, GPtrArray *wanted, int timeout_ms)
{
	g_ptr_array_set_free_func(outlets->all, NULL);
	for (unsigned i = 0; i < outlets->all->len; i++) {
		struct outlet *outlet = g_ptr_array_index(outlets->all, i);

		if (!g_ptr_array_find(wanted, outlet, NULL)) {
			log_notice(OUTLET_AREA, "destination %s is given up", outlet->uri);
			(void)outlet_close(outlet, timeout_ms);
			outlet_free(outlet);
		}
	}
	g_ptr_array_unref(outlets->all);
	outlets->all = wanted;
}

bool outlets_set(struct outlets *outlets, const struct export_options *options, GError **error)
{
	GPtrArray *wanted = g_ptr_array_new();
	GPtrArray *fresh = g_ptr_array_new_with_free_func(outlet_free);

	for (char **uri = options->exporting.destinations; *uri != NULL; uri++) {
		struct outlet *outlet = find(outlets, *uri, options);

		if (outlet == NULL) {
			outlet = outlet_new(*uri, options, error);
			if (outlet == NULL) {
				g_ptr_array_unref(wanted);
				g_ptr_array_unref(fresh);
				return false;
			}
			g_ptr_array_add(fresh, outlet);
		}
		g_ptr_array_add(wanted, outlet);
	}
	g_ptr_array_set_free_func(fresh, NULL);
	g_ptr_array_unref(fresh);
	g_ptr_array_set_free_func(wanted, outlet_free);
	retire(outlets, wanted, (int)options->exporting.drain_ms);
	return true;
}

void outlets_records(struct outlets *outlets, const struct record_batch *batch, int64_t clock_us)
{
	for (unsigned i = 0; i < outlets->all->len; i++) {
		struct outlet *outlet = g_ptr_array_index(outlets->all, i);

		exporter_clock(outlet->exporter, clock_us);
		exporter_records(outlet->exporter, batch);
	}
}

void outlets_hurry(struct outlets *outlets)
{
	for (unsigned i = 0; i < outlets->all->len; i++) {
		exporter_hurry(((struct outlet *)g_ptr_array_index(outlets->all, i))->exporter);
	}
}

bool outlets_close(struct outlets *outlets, int timeout_ms)
{
	gint64 deadline_us = g_get_monotonic_time() + timeout_ms * (gint64)1000;
	bool good = true;

	for (unsigned i = 0; i < outlets->all->len; i++) {
		gint64 left_ms = (deadline_us - g_get_monotonic_time()) / 1000;

		good = outlet_close(g_ptr_array_index(outlets->all, i),
			       left_ms > 0 ? (int)left_ms : 0) &&
		       good;
	}
	return good;
}
