#include "exporter/writer_fixbuf.h"

#include <fixbuf/public.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"

static_assert(sizeof(struct fixbuf_text) == sizeof(fbVarfield_t), "the same in other words");
static_assert(offsetof(struct fixbuf_text, octets) == offsetof(fbVarfield_t, len), "length first");
static_assert(offsetof(struct fixbuf_text, at) == offsetof(fbVarfield_t, buf), "then the octets");

struct fixbuf_writer {
	fbInfoModel_t *model;
	fbSession_t *session; /* owned by the buffer */
	fBuf_t *buffer;
	fbExporter_t *exporter; /* owned by the buffer */
	fixbuf_sink sink;
	void *context;
	uint32_t octets_max;
	uint32_t used; /* octets of the message so far, counted here: see fixbuf_writer_room() */
	uint16_t set;  /* the open set */
	struct fixbuf_message message;
	uint8_t octets[IPFIX_MESSAGE_MAX];
};

static void model_add_own(fbInfoModel_t *model)
{
	for (size_t i = 0; i < element_count; i++) {
		const struct element *e = &elements[i];
		uint16_t octets = element_type_octets(e->type);
		fbInfoElement_t ie = {.ref.name = e->name,
			.ent = e->enterprise,
			.num = e->id,
			.len = octets ? octets : FB_IE_VARLEN,
			.min = e->range_min,
			.max = e->range_max,
			.type = e->type,
			.flags = (uint32_t)e->semantics << 8 | (uint32_t)e->units << 16};

		if (e->enterprise == 0) {
			continue; /* libfixbuf brings IANA's */
		}
		if ((e->type >= ELEMENT_UNSIGNED8 && e->type <= ELEMENT_FLOAT64) ||
			(e->type >= ELEMENT_SECONDS && e->type <= ELEMENT_IPV4_ADDRESS)) {
			ie.flags |= FB_IE_F_ENDIAN;
		}
		fbInfoModelAddElement(model, &ie);
	}
}

struct fixbuf_writer *fixbuf_writer_new(
	uint32_t domain, uint32_t octets_max, fixbuf_sink sink, void *context)
{
	struct fixbuf_writer *w = g_new0(struct fixbuf_writer, 1);

	g_assert(octets_max >= IPFIX_MESSAGE_MIN && octets_max <= IPFIX_MESSAGE_MAX);
	w->sink = sink;
	w->context = context;
	w->octets_max = octets_max;
	w->used = IPFIX_HEADER;
	w->model = fbInfoModelAlloc();
	model_add_own(w->model);
	w->session = fbSessionAlloc(w->model);
	fbSessionSetDomain(w->session, domain);
	w->exporter = fbExporterAllocBuffer(w->octets, (uint16_t)octets_max);
	w->buffer = fBufAllocForExport(w->session, w->exporter);
	fBufSetAutomaticMode(w->buffer, FALSE);
	return w;
}

void fixbuf_writer_free(struct fixbuf_writer *w)
{
	if (w == NULL) {
		return;
	}
	fBufFree(w->buffer);
	fbInfoModelFree(w->model);
	g_free(w);
}

/* Say what libfixbuf said, in the project's domain. */
static bool refuse(GError *theirs, const char *what, uint16_t id, GError **error)
{
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM, "%s %u: libfixbuf: %s", what, id,
		theirs ? theirs->message : "no reason given");
	g_clear_error(&theirs);
	return false;
}

bool fixbuf_writer_flush(struct fixbuf_writer *w, GError **error)
{
	GError *theirs = NULL;

	if (w->used == IPFIX_HEADER) {
		return true;
	}
	/* An emit without content leaves the octets of the one before; the version tells. */
	store_be16(w->octets, 0);
	if (!fBufEmit(w->buffer, &theirs) || load_be16(w->octets) != IPFIX_VERSION) {
		return refuse(theirs, "message of domain", 0, error);
	}
	w->message.octets = w->octets;
	w->message.size = (uint32_t)fbExporterGetMsgLen(w->exporter);
	w->sink(w->context, &w->message);
	w->message = (struct fixbuf_message){0};
	w->used = IPFIX_HEADER;
	w->set = 0;
	return true;
}

/*
 * Make room for @octets in a set @set. libfixbuf would find out by itself, but only after opening
 * the set, which then leaves as an empty one.
 */
static bool fixbuf_writer_room(
	struct fixbuf_writer *w, uint16_t set, uint32_t octets, GError **error)
{
	uint32_t need = octets + (set == w->set ? 0 : IPFIX_SET_HEADER);

	if (IPFIX_HEADER + IPFIX_SET_HEADER + octets > w->octets_max) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
			"set %u: a record of %u octets does not fit into messages of %u", set,
			octets, w->octets_max);
		return false;
	}
	if (w->used + need > w->octets_max) {
		if (!fixbuf_writer_flush(w, error)) {
			return false;
		}
		need = octets + IPFIX_SET_HEADER;
	}
	w->used += need;
	w->set = set;
	return true;
}

static fbTemplate_t *fixbuf_template(
	struct fixbuf_writer *w, const struct template *t, GError **error)
{
	fbTemplate_t *tmpl = fbTemplateAlloc(w->model);
	GError *theirs = NULL;

	for (unsigned i = 0; i < t->field_count; i++) {
		const struct template_field *field = &t->fields[i];
		char name[ELEMENT_NAME_MAX];
		fbInfoElementSpec_t spec = {.name = name, .len_override = field->octets};

		element_name(field->element, field->reverse, name);
		if (!fbTemplateAppendSpec(tmpl, &spec, 0, &theirs)) {
			fbTemplateFreeUnused(tmpl);
			(void)refuse(theirs, "template", t->id, error);
			return NULL;
		}
	}
	if (t->scope_count > 0) {
		fbTemplateSetOptionsScope(tmpl, t->scope_count);
	}
	return tmpl;
}

static bool is_new_message(GError *theirs)
{
	return g_error_matches(theirs, FB_ERROR_DOMAIN, FB_ERROR_EOM);
}

bool fixbuf_writer_template(struct fixbuf_writer *w, const struct template *t, GError **error)
{
	uint16_t set = t->scope_count ? IPFIX_SET_OPTIONS : IPFIX_SET_TEMPLATES;
	fbTemplate_t *inside;
	fbTemplate_t *outside;
	GError *theirs = NULL;

	/* Templates and data would be one message for RFC 7011, but not for libfixbuf. */
	if ((w->message.data_records > 0 && !fixbuf_writer_flush(w, error)) ||
		!fixbuf_writer_room(w, set, template_octets(t), error)) {
		return false;
	}
	inside = fixbuf_template(w, t, error);
	if (inside == NULL) {
		return false;
	}
	if (!fbSessionAddTemplate(w->session, TRUE, t->id, inside, &theirs)) {
		fbTemplateFreeUnused(inside);
		return refuse(theirs, "template", t->id, error);
	}
	outside = fixbuf_template(w, t, error);
	if (outside == NULL) {
		return false;
	}
	/* In manual mode the first of a message asks for one to be begun. */
	if (!fbSessionAddTemplate(w->session, FALSE, t->id, outside, &theirs) &&
		is_new_message(theirs)) {
		g_clear_error(&theirs);
		(void)fbSessionAddTemplate(w->session, FALSE, t->id, outside, &theirs);
	}
	if (theirs != NULL) {
		fbTemplateFreeUnused(outside);
		return refuse(theirs, "template", t->id, error);
	}
	w->message.templates = true;
	return true;
}

/* Octets of @record inside (ret_inside) and on the wire. */
static uint32_t record_octets(const struct template *t, const uint8_t *record, size_t *ret_inside)
{
	uint32_t outside = 0;
	size_t at = 0;

	for (unsigned i = 0; i < t->field_count; i++) {
		struct fixbuf_text text;

		if (t->fields[i].octets != TEMPLATE_VARIABLE) {
			at += t->fields[i].octets;
			outside += t->fields[i].octets;
			continue;
		}
		memcpy(&text, record + at, sizeof(text));
		at += sizeof(text);
		outside += (uint32_t)text.octets + (text.octets < 255 ? 1 : 3);
	}
	*ret_inside = at;
	return outside;
}

bool fixbuf_writer_record(
	struct fixbuf_writer *w, const struct template *t, const void *record, GError **error)
{
	GError *theirs = NULL;
	size_t inside;
	uint32_t outside = record_octets(t, record, &inside);

	if ((w->message.templates && !fixbuf_writer_flush(w, error)) ||
		!fixbuf_writer_room(w, t->id, outside, error)) {
		return false;
	}
	if (!fBufSetInternalTemplate(w->buffer, t->id, &theirs) ||
		!fBufSetExportTemplate(w->buffer, t->id, &theirs)) {
		return refuse(theirs, "template", t->id, error);
	}
	if (!fBufAppend(w->buffer, (uint8_t *)record, inside, &theirs) && is_new_message(theirs)) {
		g_clear_error(&theirs);
		(void)fBufAppend(w->buffer, (uint8_t *)record, inside, &theirs);
	}
	if (theirs != NULL) {
		return refuse(theirs, "record of template", t->id, error);
	}
	w->message.data_records++;
	return true;
}
