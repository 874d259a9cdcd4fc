#include "exporter/encoder.h"

#include <string.h>

#include "base/error.h"
#include "base/section.h"
#include "base/wire.h"
#include "exporter/plan.h"
#include "exporter/profile.h"
#include "exporter/report.h"
#include "exporter/text.h"
#include "exporter/typeinfo.h"
#include "exporter/writer_fixbuf.h"

#define CHUNK RECORD_BATCH_MAX

/* A message that is sent again and again: templates and their options data. */
struct kept {
	uint8_t *octets;
	uint32_t size;
	uint32_t data_records;
	bool templates;
};

struct encoder {
	encoder_sink sink;
	void *context;
	const struct profile *profile;
	bool payload;
	struct plan plans[PROFILE_TEMPLATES_MAX];
	GArray *kept;          /* of struct kept */
	GHashTable *announced; /* templates of reports, made since encoder_templates() */
	uint32_t octets_max;
	uint32_t domain;
	unsigned reports;
	uint16_t set;       /* id of the open set; 0: none */
	uint8_t *set_start; /* its header */
	uint8_t *at;        /* end of the message so far */
	struct encoder_message message;
	struct encoder_counters counters;
	/* What a chunk of a batch becomes, in a list for each template; used: a bit each. */
	const struct flow_record *records[2 * CHUNK];
	uint8_t next[2 * CHUNK];
	uint8_t first[PROFILE_TEMPLATES_MAX];
	uint8_t last[PROFILE_TEMPLATES_MAX];
	unsigned record_count;
	unsigned templates_used;
	struct flow_record turned[CHUNK]; /* reverse directions, records with times filled in */
	unsigned turned_count;
	uint8_t octets[];
};

static void keep_message(void *context, const struct fixbuf_message *message)
{
	struct encoder *e = context;
	struct kept k = {.octets = g_memdup2(message->octets, message->size),
		.size = message->size,
		.data_records = message->data_records,
		.templates = message->templates};

	g_array_append_val(e->kept, k);
}

static void kept_clear(void *data)
{
	g_free(((struct kept *)data)->octets);
}

static bool encoder_announce(struct encoder *e, const struct template *templates, GError **error)
{
	unsigned count = e->profile->template_count;
	struct fixbuf_writer *w = fixbuf_writer_new(e->domain, e->octets_max, keep_message, e);
	bool good = true;

	/* A reader should know an element's type when it meets it in a template. */
	if (e->reports & REPORT_BIT(REPORT_TYPES)) {
		struct template types;

		typeinfo_template((uint16_t)(TEMPLATE_ID_FIRST + count), &types);
		good = fixbuf_writer_template(w, &types, error) && typeinfo_write(w, &types, error);
	}
	for (unsigned i = 0; good && i < count; i++) {
		good = fixbuf_writer_template(w, &templates[i], error);
	}
	good = good && report_announce(w, e->reports, error) && fixbuf_writer_flush(w, error);
	fixbuf_writer_free(w);
	return good;
}

static bool encoder_compile(
	struct encoder *e, const struct template *templates, const char *name, GError **error)
{
	for (unsigned i = 0; i < e->profile->template_count; i++) {
		uint32_t octets = IPFIX_HEADER + IPFIX_SET_HEADER;

		plan_compile(&templates[i], &e->plans[i]);
		octets += MAX(template_octets(&templates[i]), e->plans[i].octets);
		if (octets > e->octets_max) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"profile %s: messages of %u octets are too small, it needs %u",
				name, e->octets_max, octets);
			return false;
		}
	}
	return true;
}

static void encoder_begin(struct encoder *e)
{
	e->at = e->octets + IPFIX_HEADER;
	e->set = 0;
	e->message = (struct encoder_message){.octets = e->octets};
}

struct encoder *encoder_new(
	const struct encoder_config *config, encoder_sink sink, void *context, GError **error)
{
	const struct profile *profile = profile_by_name(config->profile);
	uint32_t octets_max = config->message_octets_max;
	struct template *templates;
	struct encoder *e;
	bool good;

	if (profile == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"profile '%s': not one of basic, biflow, full, psamp", config->profile);
		return NULL;
	}
	if (octets_max < IPFIX_MESSAGE_MIN || octets_max > IPFIX_MESSAGE_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"message size %u: not within %u to %u octets", octets_max,
			IPFIX_MESSAGE_MIN, IPFIX_MESSAGE_MAX);
		return NULL;
	}
	e = g_malloc0(sizeof(*e) + octets_max);
	e->sink = sink;
	e->context = context;
	e->profile = profile;
	e->payload = config->payload;
	e->octets_max = octets_max;
	e->domain = config->observation_domain;
	e->reports = config->reports;
	e->kept = g_array_new(FALSE, FALSE, sizeof(struct kept));
	g_array_set_clear_func(e->kept, kept_clear);
	e->announced = g_hash_table_new(NULL, NULL);
	encoder_begin(e);
	store_be16(e->octets, IPFIX_VERSION);
	store_be32(e->octets + 12, config->observation_domain);
	templates = g_new(struct template, PROFILE_TEMPLATES_MAX);
	profile_templates(profile, templates);
	good = encoder_compile(e, templates, profile->name, error) &&
	       encoder_announce(e, templates, error);
	g_free(templates);
	if (!good) {
		encoder_free(e);
		return NULL;
	}
	return e;
}

void encoder_free(struct encoder *e)
{
	if (e == NULL) {
		return;
	}
	g_array_unref(e->kept);
	g_hash_table_unref(e->announced);
	g_free(e);
}

void encoder_templates(struct encoder *e)
{
	g_hash_table_remove_all(e->announced);
	for (unsigned i = 0; i < e->kept->len; i++) {
		const struct kept *k = &g_array_index(e->kept, struct kept, i);
		struct encoder_message message = {.octets = k->octets,
			.size = k->size,
			.data_records = k->data_records,
			.templates = k->templates};

		e->sink(e->context, &message);
	}
}

static void close_set(struct encoder *e)
{
	if (e->set != 0) {
		store_be16(e->set_start + 2, (uint16_t)(e->at - e->set_start));
	}
}

void encoder_flush(struct encoder *e)
{
	if (e->message.data_records == 0) {
		return;
	}
	close_set(e);
	e->message.size = (uint32_t)(e->at - e->octets);
	store_be16(e->octets + 2, (uint16_t)e->message.size);
	e->sink(e->context, &e->message);
	encoder_begin(e);
}

/* Make room for @octets in the set of @id, in this message or the next. */
static void encoder_room(struct encoder *e, uint16_t id, uint32_t octets)
{
	uint32_t need = octets + (id == e->set ? 0 : IPFIX_SET_HEADER);

	if ((uint32_t)(e->at - e->octets) + need > e->octets_max) {
		encoder_flush(e);
	}
	if (id != e->set) {
		close_set(e);
		e->set = id;
		e->set_start = e->at;
		store_be16(e->at, id);
		e->at += IPFIX_SET_HEADER;
	}
}

static void encoder_add(struct encoder *e, const struct plan *plan, const struct flow_record *r,
	struct text_source *source)
{
	struct plan_text texts[PLAN_TEXTS_MAX];
	uint32_t octets = text_fill(source, plan, r, texts);
	uint32_t octets_max = e->octets_max - IPFIX_HEADER - IPFIX_SET_HEADER;

	if (octets > octets_max) {
		e->counters.texts_cut += text_shrink(plan, texts, octets - octets_max);
		octets = plan->octets;
		for (unsigned i = 0; i < plan->text_count; i++) {
			octets += plan_text_octets(texts[i].octets);
		}
	}
	encoder_room(e, plan->template_id, octets);
	e->at = plan_encode(plan, r, texts, e->at);
	e->message.data_records++;
	e->message.flow_records++;
	e->message.flow_packets += r->packets;
	e->message.flow_octets += r->octets;
	if (r->has_reverse && !e->profile->uniflow) {
		e->message.flow_packets += r->rev_packets;
		e->message.flow_octets += r->rev_octets;
	}
}

/* Put @r at the end of the list of its template. */
static void enlist(struct encoder *e, const struct flow_record *r)
{
	unsigned index = profile_select(e->profile, r);
	unsigned place = e->record_count++;

	e->records[place] = r;
	if (e->templates_used & 1u << index) {
		e->next[e->last[index]] = (uint8_t)place;
	} else {
		e->first[index] = (uint8_t)place;
		e->templates_used |= 1u << index;
	}
	e->last[index] = (uint8_t)place;
}

static void enlist_uniflows(struct encoder *e, const struct flow_record *r)
{
	if (r->packets > 0) {
		enlist(e, r);
	}
	if (r->has_reverse && r->rev_packets > 0) {
		struct flow_record *turned = &e->turned[e->turned_count++];

		record_reverse(r, turned);
		enlist(e, turned);
	} else if (r->packets == 0) {
		e->counters.skipped++;
	}
}

static void enlist_biflow(struct encoder *e, const struct flow_record *r)
{
	/* Only the answering side was heard since the last record: its times are the flow's. */
	if (r->has_reverse && r->packets == 0 && r->start_us == 0) {
		struct flow_record *filled = &e->turned[e->turned_count++];

		*filled = *r;
		filled->start_us = r->rev_start_us;
		filled->end_us = r->rev_end_us;
		r = filled;
	}
	enlist(e, r);
}

/* The only sections without payload are those of headers alone. */
static bool is_withheld(const struct encoder *e, const struct flow_record *r)
{
	return e->profile->packets && !e->payload &&
	       (r->section_kind & ~RECORD_SECTION_DIGEST) > RECORD_SECTION_HEADERS;
}

static void enlist_chunk(struct encoder *e, const struct record_batch *batch, uint32_t first)
{
	uint32_t end = MIN(batch->count, first + CHUNK);

	e->record_count = 0;
	e->turned_count = 0;
	e->templates_used = 0;
	for (uint32_t i = first; i < end; i++) {
		const struct flow_record *r = &batch->records[i];

		if ((r->ip_version != 4 && r->ip_version != 6) || !profile_takes(e->profile, r)) {
			e->counters.skipped++;
		} else if (is_withheld(e, r)) {
			e->counters.withheld++;
		} else if (e->profile->uniflow) {
			enlist_uniflows(e, r);
		} else {
			enlist_biflow(e, r);
		}
	}
}

void encoder_records(struct encoder *e, const struct record_batch *batch)
{
	struct text_source source = {0};

	if (e->profile->names) {
		source = text_source_of(batch);
	} else if (e->profile->packets) { /* sections are no text */
		source = (struct text_source){.text = batch->text, .octets = batch->text_octets};
	}
	for (uint32_t first = 0; first < batch->count; first += CHUNK) {
		enlist_chunk(e, batch, first);
		for (unsigned index = 0; e->templates_used >> index != 0; index++) {
			const struct plan *plan = &e->plans[index];
			unsigned place = e->first[index];

			if (!(e->templates_used & 1u << index)) {
				continue;
			}
			while (place != e->last[index]) {
				encoder_add(e, plan, e->records[place], &source);
				place = e->next[place];
			}
			encoder_add(e, plan, e->records[place], &source);
		}
	}
	e->counters.texts_invalid += source.invalid;
}

struct report_target {
	struct encoder *encoder;
	bool made; /* records of templates that the next session may not know */
};

static void report_message(void *context, const struct fixbuf_message *from)
{
	const struct report_target *target = context;
	struct encoder_message message = {.octets = from->octets,
		.size = from->size,
		.data_records = from->data_records,
		.templates = from->templates || target->made};

	target->encoder->sink(target->encoder->context, &message);
}

bool encoder_reports(
	struct encoder *e, unsigned kinds, const struct report_input *input, GError **error)
{
	struct report_target target = {.encoder = e,
		.made = (kinds & e->reports & REPORT_MADE) != 0 &&
			report_facts_selects(input->facts)};
	struct report_output output = {.octets_max = e->octets_max,
		.sink = report_message,
		.context = &target,
		.announced = e->announced};
	struct report_input own = *input;
	g_autofree struct template *templates = g_new(struct template, PROFILE_TEMPLATES_MAX);

	profile_templates(e->profile, templates);
	own.domain = e->domain;
	own.templates = templates;
	own.template_count = e->profile->template_count;
	return report_messages(kinds & e->reports, &own, &output, error);
}

void encoder_counters(const struct encoder *e, struct encoder_counters *ret_counters)
{
	*ret_counters = e->counters;
}

bool encoder_takes_packets(const struct encoder *e)
{
	return e->profile->packets;
}

bool encoder_profile(const char *name, bool *ret_names)
{
	const struct profile *profile = profile_by_name(name);

	*ret_names = profile != NULL && profile->names;
	return profile != NULL;
}

void encoder_stamp(uint8_t *message, uint64_t export_time_s, uint32_t sequence)
{
	store_be32(message + 4, (uint32_t)export_time_s);
	store_be32(message + 8, sequence);
}
