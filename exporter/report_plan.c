#include "exporter/report_plan.h"

#include <string.h>

#include "base/error.h"

enum {
	US_PER_S = 1000000,
	INTERVAL_MAX_S = 86400,
	CHANGES_US = US_PER_S, /* changes no more often than this */
};

/* Kinds whose records have own elements, which want their types told (RFC 5610 3.9). */
#define OWN                                                                                        \
	(REPORT_BIT(REPORT_INTERFACES) | REPORT_BIT(REPORT_DEVICES) | REPORT_BIT(REPORT_ADDRESSES))
#define PLAIN                                                                                      \
	(REPORT_BIT(REPORT_METERING) | REPORT_BIT(REPORT_EXPORTING) | REPORT_BIT(REPORT_KEYS) |    \
		REPORT_MADE)
#define NAMES                                                                                      \
	(PLAIN | REPORT_BIT(REPORT_TYPES) | REPORT_BIT(REPORT_INTERFACES) |                        \
		REPORT_BIT(REPORT_DEVICES))
#define ALL ((1U << REPORT_KINDS) - 1)

static unsigned kinds_by_default(enum report_default which)
{
	switch (which) {
	case REPORT_DEFAULT_NAMES:
		return NAMES;
	case REPORT_DEFAULT_PLAIN:
		return PLAIN;
	default:
		return 0;
	}
}

static int kind_by_name(const char *name, size_t octets)
{
	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		if (strlen(report_kinds[kind].name) == octets &&
			strncmp(report_kinds[kind].name, name, octets) == 0) {
			return kind;
		}
	}
	return -1;
}

/* Digits only; 0 if they are not, or not within the bounds. */
static int64_t seconds_of(const char *text)
{
	int64_t seconds = 0;

	for (; *text != '\0'; text++) {
		if (!g_ascii_isdigit(*text) || seconds > INTERVAL_MAX_S) {
			return 0;
		}
		seconds = seconds * 10 + (*text - '0');
	}
	return seconds <= INTERVAL_MAX_S ? seconds : 0;
}

/* What is wrong with a word that names a kind; NULL: nothing, and it is in the plan. */
static const char *take_kind(struct report_plan *plan, const char *word, unsigned *without)
{
	bool off = word[0] == '-';
	const char *name = off ? word + 1 : word;
	const char *colon = strchr(name, ':');
	int kind = kind_by_name(name, colon != NULL ? (size_t)(colon - name) : strlen(name));

	if (kind < 0) {
		return "it is no report";
	}
	if (off && colon != NULL) {
		return "what is left out has no interval";
	}
	if (off) {
		*without |= REPORT_BIT(kind);
		return NULL;
	}
	if (colon != NULL && report_kinds[kind].interval_s == 0) {
		return "it goes with the templates and has no interval";
	}
	if (colon != NULL && seconds_of(colon + 1) == 0) {
		return "its interval must be a number of seconds from 1 to 86400";
	}
	if (colon != NULL) {
		plan->interval_us[kind] = seconds_of(colon + 1) * US_PER_S;
	}
	plan->kinds |= REPORT_BIT(kind);
	*without &= ~REPORT_BIT(kind);
	return NULL;
}

static const char *take_word(struct report_plan *plan, const char *word,
	enum report_default otherwise, unsigned *without)
{
	if (strcmp(word, "none") == 0) {
		plan->kinds = 0;
	} else if (strcmp(word, "all") == 0) {
		plan->kinds = ALL;
	} else if (strcmp(word, "default") == 0) {
		plan->kinds |= kinds_by_default(otherwise);
	} else {
		return take_kind(plan, word, without);
	}
	return NULL;
}

bool report_plan_parse(struct report_plan *ret_plan, const char *text,
	enum report_default otherwise, GError **error)
{
	struct report_plan *plan = ret_plan;
	g_auto(GStrv) words = g_strsplit(text != NULL ? text : "default", ",", -1);
	unsigned without = 0;

	memset(plan, 0, sizeof(*plan));
	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		plan->interval_us[kind] = (int64_t)report_kinds[kind].interval_s * US_PER_S;
	}
	for (unsigned i = 0; i == 0 || words[i] != NULL; i++) {
		const char *word = words[i] != NULL ? words[i] : "";
		const char *reason = take_word(plan, word, otherwise, &without);

		if (reason != NULL) {
			g_autofree char *names = report_kind_names();

			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"reports '%s': '%s': %s; there are default, all, none, %s", text,
				word, reason, names);
			return false;
		}
	}
	if (plan->kinds & OWN) {
		plan->kinds |= REPORT_BIT(REPORT_TYPES);
	}
	plan->kinds &= ~without;
	return true;
}

static void schedule(struct report_plan *plan)
{
	plan->next_us = INT64_MAX;
	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		if (plan->due_us[kind] != 0) {
			plan->next_us = MIN(plan->next_us, plan->due_us[kind]);
		}
	}
}

/* Let the intervals begin, once. */
static void begin(struct report_plan *plan, int64_t now_us)
{
	if (plan->next_us != 0) {
		return;
	}
	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		if (plan->interval_us[kind] != 0 && (plan->kinds & REPORT_BIT(kind))) {
			plan->due_us[kind] = now_us + plan->interval_us[kind];
		}
	}
	schedule(plan);
}

void report_plan_sent(struct report_plan *plan, unsigned kinds, uint64_t revision, int64_t now_us)
{
	plan->revision = revision;
	plan->changes_us = now_us;
	if (now_us == 0) {
		return;
	}
	begin(plan, now_us);
	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		if (plan->due_us[kind] != 0 && (kinds & REPORT_BIT(kind))) {
			plan->due_us[kind] = now_us + plan->interval_us[kind];
		}
	}
	schedule(plan);
}

unsigned report_plan_take(struct report_plan *plan, int64_t now_us)
{
	unsigned kinds = 0;

	begin(plan, now_us);
	if (now_us < plan->next_us) {
		return 0;
	}
	for (int kind = 0; kind < REPORT_KINDS; kind++) {
		if (plan->due_us[kind] != 0 && plan->due_us[kind] <= now_us) {
			kinds |= REPORT_BIT(kind);
			plan->due_us[kind] = now_us + plan->interval_us[kind];
		}
	}
	schedule(plan);
	return kinds;
}

bool report_plan_changed(const struct report_plan *plan, uint64_t revision, int64_t now_us)
{
	return (plan->kinds & REPORT_TABLES) && plan->revision != revision &&
	       (plan->changes_us == 0 || now_us - plan->changes_us >= CHANGES_US);
}

int64_t report_plan_deadline(const struct report_plan *plan, uint64_t revision)
{
	int64_t deadline = plan->next_us == 0 ? 1 : plan->next_us;

	if ((plan->kinds & REPORT_TABLES) && plan->revision != revision) {
		deadline = MIN(deadline, plan->changes_us == 0 ? 1 : plan->changes_us + CHANGES_US);
	}
	return deadline;
}
