#include <string.h>

#include "base/log.h"
#include "exporter/destination_state.h"

/* A report of a destination that waits for its source belongs to the time of what is metered. */
static int64_t report_now(const struct destination *d)
{
	return d->config->lossless ? d->metering_us : destination_now(d);
}

static enum report_default report_default(const struct destination *d)
{
	bool names;

	if (d->ops->text) {
		return REPORT_DEFAULT_TEXT;
	}
	return encoder_profile(d->profile, &names) && names ? REPORT_DEFAULT_NAMES
							    : REPORT_DEFAULT_PLAIN;
}

bool destination_plan(struct destination *d, GError **error)
{
	if (!report_plan_parse(&d->plan, d->reports, report_default(d), error)) {
		g_prefix_error(error, "destination '%s': ", d->name);
		return false;
	}
	/* Whoever gets less than there is is told so (RFC 6235 6.1), and only then. */
	d->plan.kinds &= ~REPORT_BIT(REPORT_ANONYMISATION);
	if (d->privacy_of_records && !d->ops->text) {
		d->plan.kinds |= REPORT_BIT(REPORT_ANONYMISATION);
	}
	return true;
}

static void report_emit(struct destination *d, unsigned kinds, uint64_t since)
{
	struct report_input input = {.facts = d->facts,
		.key_fields = d->cache.key_fields,
		.privacy = d->privacy,
		.since = since};
	g_autoptr(GError) error = NULL;

	destination_counters(d, &input.counters);
	if (d->encoder == NULL) {
		input.domain = d->domain;
		d->text_info.data_records += report_lines(kinds, &input, d->text);
	} else if (!encoder_reports(d->encoder, kinds, &input, &error)) {
		log_error(d->name, "reports: %s", error->message);
	}
}

void destination_reports(struct destination *d)
{
	int64_t now_us = report_now(d);
	unsigned kinds;

	if (d->session != SESSION_UP || d->facts == NULL || d->plan.kinds == 0 || now_us == 0) {
		return;
	}
	kinds = report_plan_take(&d->plan, now_us);
	if (kinds != 0) {
		report_emit(d, kinds, 0);
	}
	if (report_plan_changed(&d->plan, d->facts->revision, now_us)) {
		report_emit(d, REPORT_TABLES & d->plan.kinds & ~kinds, d->plan.revision);
		report_plan_sent(&d->plan, 0, d->facts->revision, now_us);
	}
}

void destination_tables(struct destination *d)
{
	if (d->facts != NULL && (d->plan.kinds & REPORT_TABLES)) {
		report_emit(d, d->plan.kinds & REPORT_TABLES, 0);
		report_plan_sent(&d->plan, REPORT_TABLES, d->facts->revision, report_now(d));
	}
}

void destination_last_reports(struct destination *d)
{
	if (d->told || d->facts == NULL || d->plan.kinds == 0) {
		return;
	}
	d->told = true;
	report_emit(d, d->plan.kinds & ~REPORT_BIT(REPORT_KEYS), 0);
	if (d->plan.revision != d->facts->revision) {
		report_emit(d, d->plan.kinds & REPORT_BIT(REPORT_KEYS), d->plan.revision);
	}
	destination_flush(d);
}

int64_t destination_reports_deadline(const struct destination *d)
{
	if (d->config->lossless || d->facts == NULL || d->plan.kinds == 0) {
		return INT64_MAX;
	}
	return report_plan_deadline(&d->plan, d->facts->revision);
}
