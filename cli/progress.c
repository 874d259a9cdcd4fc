#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_INTERVAL_US 200000
#define PROGRESS_BAR         24
#define SECOND_US            1000000

void progress_start(struct progress *progress, int64_t now_us)
{
	progress->shown = isatty(STDERR_FILENO) == 1;
	progress->start_us = now_us;
	progress->next_us = now_us + PROGRESS_INTERVAL_US;
}

static void progress_draw(const struct source_counters *c, double elapsed_s)
{
	char bar[PROGRESS_BAR + 1];
	double share = (double)c->position / (double)c->size;
	double left_s = share > 0 ? elapsed_s / share - elapsed_s : 0;
	int full = (int)(share * PROGRESS_BAR);

	full = full > PROGRESS_BAR ? PROGRESS_BAR : full;
	memset(bar, '.', PROGRESS_BAR);
	memset(bar, '#', (size_t)full);
	bar[PROGRESS_BAR] = '\0';
	fprintf(stderr,
		"\r[%s] %3.0f %%  %" PRIu64 " packets  %.2f M packets/s  %.0f s left \033[K", bar,
		share * 100, c->packets, (double)c->packets / elapsed_s / 1e6, left_s);
}

void progress_update(
	struct progress *progress, const struct source_counters *counters, int64_t now_us)
{
	double elapsed_s = (double)(now_us - progress->start_us) / SECOND_US;

	if (!progress->shown || now_us < progress->next_us) {
		return;
	}
	progress->next_us = now_us + PROGRESS_INTERVAL_US;
	if (counters->size == 0) {
		fprintf(stderr, "\r%" PRIu64 " packets  %.2f M packets/s \033[K", counters->packets,
			(double)counters->packets / elapsed_s / 1e6);
		return;
	}
	progress_draw(counters, elapsed_s);
}

void progress_end(const struct progress *progress)
{
	if (progress->shown) {
		fprintf(stderr, "\r\033[K");
	}
}
