#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "exporter/report.h"

/** Which reports a destination gets, and when the next of each is due. */
struct report_plan {
	unsigned kinds;                    /* REPORT_BIT() each */
	int64_t interval_us[REPORT_KINDS]; /* 0: only with the templates */
	int64_t due_us[REPORT_KINDS];      /* 0: the interval has not begun */
	int64_t next_us;                   /* earliest of these; INT64_MAX: none */
	int64_t changes_us;                /* when changes were last sent; 0: never */
	uint64_t revision;                 /* of what has been sent */
};

/** What a destination gets that was not told. */
enum report_default {
	REPORT_DEFAULT_PLAIN, /* statistics, keys, selections */
	REPORT_DEFAULT_NAMES, /* those, and all that tells of devices and own elements */
	REPORT_DEFAULT_TEXT   /* lines of JSON: none */
};

/**
 * Read @text: words parted by commas, each adding to those before it:
 *
 *   default all none   the default, all, no reports
 *   KIND KIND:SECONDS  a kind (report_kinds), at an interval of 1 to 86,400 s
 *   -KIND              not this one
 *
 * Kinds that need own elements bring the types along. NULL is "default". Fails with
 * WEIR_ERROR_USAGE naming the word and what is wrong.
 */
bool report_plan_parse(struct report_plan *ret_plan, const char *text,
	enum report_default otherwise, GError **error);

/** Kinds whose time has come at @now_us; each is due again an interval later. */
unsigned report_plan_take(struct report_plan *plan, int64_t now_us);

/** True if tables have changed (@revision) and that was not told in the last second. */
bool report_plan_changed(const struct report_plan *plan, uint64_t revision, int64_t now_us);

/**
 * Tables were sent up to @revision at @now_us (0: before the time was known); the intervals of
 * @kinds, which were sent whole, begin anew.
 */
void report_plan_sent(struct report_plan *plan, unsigned kinds, uint64_t revision, int64_t now_us);

/** When one of the above will next have something; INT64_MAX: never by itself. */
int64_t report_plan_deadline(const struct report_plan *plan, uint64_t revision);
