#include "exporter/exporter_state.h"

#include "base/log.h"

enum {
	US_PER_MS = 1000,
};

/* A destination that nobody gives records to any more. */
struct leaver {
	struct destination *destination;
	int64_t deadline_us; /* monotonic */
};

GArray *exporter_leavers(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct leaver));
}

static struct leaver *leaver_at(const struct exporter *exporter, unsigned index)
{
	return &g_array_index(exporter->leaving, struct leaver, index);
}

static void leaver_end(struct leaver *leaver)
{
	GError *error = NULL;

	if (destination_end(leaver->destination, &error)) {
		log_notice(destination_name(leaver->destination), "given up, nothing was left");
	} else {
		log_warning(destination_name(leaver->destination), "given up: %s", error->message);
		g_error_free(error);
	}
	destination_free(leaver->destination);
}

int64_t exporter_leave_left_us(const struct exporter *exporter)
{
	int64_t left_us = INT64_MAX;
	int64_t now_us = exporter_now(exporter);

	for (unsigned i = 0; i < exporter->leaving->len; i++) {
		const struct leaver *leaver = leaver_at(exporter, i);

		left_us = MIN(left_us, leaver->deadline_us - now_us);
		if (destination_goes_on(leaver->destination)) {
			left_us = 0;
		}
	}
	return left_us;
}

void exporter_let_go(struct exporter *exporter, struct destination *destination, int drain_ms)
{
	struct leaver leaver = {.destination = destination,
		.deadline_us = exporter_now(exporter) + (int64_t)drain_ms * US_PER_MS};

	destination_hurry(destination);
	destination_finish(destination);
	g_array_append_val(exporter->leaving, leaver);
	(void)exporter_all_left(exporter); /* a file needs nothing more, and may be wanted anew */
}

bool exporter_all_left(struct exporter *exporter)
{
	int64_t now_us = exporter_now(exporter);

	for (unsigned i = exporter->leaving->len; i-- > 0;) {
		struct leaver leaver = *leaver_at(exporter, i);

		if (destination_finished(leaver.destination) || leaver.deadline_us <= now_us) {
			g_array_remove_index(exporter->leaving, i);
			leaver_end(&leaver);
		}
	}
	return exporter->leaving->len == 0;
}

void exporter_leave_now(struct exporter *exporter, bool free_only)
{
	for (unsigned i = 0; i < exporter->leaving->len; i++) {
		if (free_only) {
			destination_free(leaver_at(exporter, i)->destination);
		} else {
			leaver_end(leaver_at(exporter, i));
		}
	}
	g_array_set_size(exporter->leaving, 0);
}
