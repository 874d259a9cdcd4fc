#include "exporter/exporter_state.h"

#include <limits.h>

enum {
	US_PER_MS = 1000,
};

/* Looks at every turn of the main loop at what its destinations have become: whatever changes them
 * is an event of that loop. */
struct exporter_watch {
	GSource base;
	struct exporter *exporter;
};

static gboolean watch_prepare(GSource *source, gint *timeout_ms)
{
	const struct exporter *exporter = ((struct exporter_watch *)source)->exporter;
	int64_t left_us = exporter_mode_has_news(exporter) ? 0 : exporter_leave_left_us(exporter);

	*timeout_ms = left_us == INT64_MAX
			      ? -1
			      : (gint)CLAMP((left_us + US_PER_MS - 1) / US_PER_MS, 0, INT_MAX);
	return left_us <= 0;
}

static gboolean watch_check(GSource *source)
{
	gint ignored;

	return watch_prepare(source, &ignored);
}

static gboolean watch_dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
	struct exporter *exporter = ((struct exporter_watch *)source)->exporter;

	exporter_mode_update(exporter);
	(void)exporter_all_left(exporter);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs watch_funcs = {
	.prepare = watch_prepare,
	.check = watch_check,
	.dispatch = watch_dispatch,
};

GSource *exporter_watch_new(struct exporter *exporter)
{
	GSource *watch = g_source_new(&watch_funcs, sizeof(struct exporter_watch));

	((struct exporter_watch *)watch)->exporter = exporter;
	g_source_attach(watch, exporter->config.context);
	return watch;
}
