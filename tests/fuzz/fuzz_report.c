#include "exporter/report_plan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth) {
		abort();
	}
}

/* Whatever is taken can be followed: each kind comes back at its interval, and nothing else does. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	struct report_plan plan;
	unsigned seen = 0;

	if (!report_plan_parse(&plan, text, REPORT_DEFAULT_PLAIN, &error)) {
		must(error != NULL);
		return 0;
	}
	must(error == NULL && plan.kinds < 1U << REPORT_KINDS);
	must(report_plan_take(&plan, 1) == 0);
	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		int64_t due_us = report_plan_deadline(&plan, 0);

		must(due_us > 1);
		if (due_us != INT64_MAX) {
			must(report_plan_take(&plan, due_us - 1) == 0);
			seen |= report_plan_take(&plan, due_us);
		}
	}
	must((seen & ~plan.kinds) == 0);
	return 0;
}
