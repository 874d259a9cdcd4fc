#include "exporter/reader.h"

#include <string.h>

#include "base/error.h"
#include "exporter/reader_types.h"
#include "exporter/template.h"

#define TEMPLATES_MAX 4096
#define FIELDS_MAX    262144 /* of all templates together */

struct reader {
	reader_sink sink;
	void *context;
	struct reader_types *types;
	GHashTable *templates; /* of struct reader_template by its key */
	uint32_t fields;       /* of all templates */
	GArray *values;        /* of struct reader_value: those of the record at hand */
	struct reader_record record;
};

static void template_free(void *data)
{
	struct reader_template *t = data;

	for (unsigned i = 0; i < t->field_count; i++) {
		g_free(t->fields[i].name);
	}
	g_free(t);
}

struct reader *reader_new(reader_sink sink, void *context)
{
	struct reader *r = g_new0(struct reader, 1);

	r->sink = sink;
	r->context = context;
	r->types = reader_types_new();
	r->templates = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, template_free);
	r->values = g_array_new(FALSE, FALSE, sizeof(struct reader_value));
	return r;
}

void reader_free(struct reader *r)
{
	g_hash_table_unref(r->templates);
	g_array_unref(r->values);
	reader_types_free(r->types);
	g_free(r);
}

uint8_t reader_element(
	const struct reader *r, uint32_t enterprise, uint16_t id, char ret_name[ELEMENT_NAME_MAX])
{
	return reader_types_element(r->types, enterprise, id, ret_name);
}

/* Look names and types up, and tell elements that occur more than once apart. */
static void template_resolve(struct reader *r, struct reader_template *t)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (unsigned i = 0; i < t->field_count; i++) {
		struct reader_field *f = &t->fields[i];
		char name[ELEMENT_NAME_MAX];
		unsigned times;

		f->type = reader_element(r, f->enterprise, f->id, name);
		g_free(f->name);
		f->name = g_strdup(name);
		times = 1 + GPOINTER_TO_UINT(g_hash_table_lookup(seen, f->name));
		/* For a name that is there the table keeps the key it has. */
		(void)g_hash_table_insert(seen, f->name, GUINT_TO_POINTER(times));
		if (times > 1) {
			g_free(f->name);
			f->name = g_strdup_printf("%s#%u", name, times);
		}
	}
	g_hash_table_unref(seen);
	t->generation = reader_types_generation(r->types);
}

const struct reader_template *reader_template(struct reader *r, uint32_t domain, uint16_t id)
{
	gint64 key = (gint64)domain << 16 | id;
	struct reader_template *t = g_hash_table_lookup(r->templates, &key);

	if (t != NULL && t->generation != reader_types_generation(r->types)) {
		template_resolve(r, t);
	}
	return t;
}

static bool wrong(struct reader *r, GError **error, const char *what, unsigned id)
{
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT,
		"message %" G_GUINT64_FORMAT " of domain %u: set or template %u: %s",
		r->record.message, r->record.domain, id, what);
	return false;
}

static void template_remove(struct reader *r, uint16_t id)
{
	gint64 key = (gint64)r->record.domain << 16 | id;
	const struct reader_template *t = g_hash_table_lookup(r->templates, &key);

	if (t != NULL) {
		r->fields -= t->field_count;
		g_hash_table_remove(r->templates, &key);
	}
}

struct kind {
	struct reader *reader;
	bool options;
};

static gboolean is_of_kind(gpointer key, gpointer value, gpointer data)
{
	const struct reader_template *t = value;
	const struct kind *kind = data;

	if ((t->scope_count > 0) != kind->options ||
		(uint64_t)t->key >> 16 != kind->reader->record.domain) {
		return FALSE;
	}
	kind->reader->fields -= t->field_count;
	return TRUE;
}

/* RFC 7011 8.1; the set's own number withdraws all templates of its kind. */
static bool withdraw(struct reader *r, uint16_t set, uint16_t id, GError **error)
{
	struct kind kind = {.reader = r, .options = set == IPFIX_SET_OPTIONS};

	if (id == set) {
		(void)g_hash_table_foreach_remove(r->templates, is_of_kind, &kind);
		return true;
	}
	if (id < TEMPLATE_ID_FIRST) {
		return wrong(r, error, "not an id to withdraw", id);
	}
	template_remove(r, id);
	return true;
}

/* Fields from @w; false if they end early or one can have no value. */
static bool template_fields(struct reader_template *t, struct wire *w)
{
	t->fixed = true;
	for (unsigned i = 0; i < t->field_count; i++) {
		struct reader_field *f = &t->fields[i];
		uint16_t id = wire_be16(w);

		f->octets = wire_be16(w);
		f->id = id & 0x7fff;
		f->enterprise = id & 0x8000 ? wire_be32(w) : 0;
		if (w->bad || f->octets == 0) {
			return false;
		}
		t->fixed = t->fixed && f->octets != TEMPLATE_VARIABLE;
		t->octets += f->octets == TEMPLATE_VARIABLE ? 1 : f->octets;
	}
	return true;
}

static bool template_read(struct reader *r, uint16_t set, struct wire *w, GError **error)
{
	uint16_t id = wire_be16(w);
	uint16_t count = wire_be16(w);
	uint16_t scope = 0;
	struct reader_template *t;

	if (count == 0) {
		return withdraw(r, set, id, error);
	}
	if (set == IPFIX_SET_OPTIONS) {
		scope = wire_be16(w);
		if (scope == 0 || scope > count) {
			return wrong(r, error, "scope field count out of range", id);
		}
	}
	if (id < TEMPLATE_ID_FIRST || wire_left(w) < 4 * (size_t)count) {
		return wrong(r, error, "template ends early or has a reserved id", id);
	}
	template_remove(r, id);
	if (g_hash_table_size(r->templates) >= TEMPLATES_MAX || r->fields + count > FIELDS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
			"message %" G_GUINT64_FORMAT ": template %u: more than are kept",
			r->record.message, id);
		return false;
	}
	t = g_malloc0(sizeof(*t) + count * sizeof(t->fields[0]));
	t->key = (uint64_t)r->record.domain << 16 | id;
	t->id = id;
	t->scope_count = scope;
	t->field_count = count;
	if (!template_fields(t, w)) {
		template_free(t);
		return wrong(r, error, "template ends early or has a field of no octets", id);
	}
	template_resolve(r, t);
	r->fields += count;
	g_hash_table_insert(r->templates, &t->key, t);
	return true;
}

static bool is_padding(const struct wire *w)
{
	for (const uint8_t *at = w->at; at < w->end; at++) {
		if (*at != 0) {
			return false;
		}
	}
	return true;
}

static bool templates_read(struct reader *r, uint16_t set, struct wire *w, GError **error)
{
	while (wire_left(w) >= 4 && !is_padding(w)) {
		if (!template_read(r, set, w, error)) {
			return false;
		}
	}
	return true;
}

bool reader_next(const struct reader_template *t, struct wire *w, struct reader_value *ret_values)
{
	if (wire_left(w) < t->octets || (!t->fixed && wire_left(w) < 4 && is_padding(w))) {
		return false;
	}
	for (unsigned i = 0; i < t->field_count; i++) {
		uint32_t octets = t->fields[i].octets;

		if (octets == TEMPLATE_VARIABLE) {
			octets = wire_u8(w);
			octets = octets == 255 ? wire_be16(w) : octets;
		}
		ret_values[i].at = wire_take(w, octets);
		ret_values[i].octets = octets;
	}
	return !w->bad;
}

static bool data_read(struct reader *r, uint16_t set, struct wire *w, GError **error)
{
	const struct reader_template *t = reader_template(r, r->record.domain, set);

	if (t == NULL) {
		return wrong(r, error, "data without a template", set);
	}
	g_array_set_size(r->values, t->field_count);
	r->record.template = t;
	r->record.values = (const struct reader_value *)(void *)r->values->data;
	while (reader_next(t, w, (struct reader_value *)(void *)r->values->data)) {
		if (t->scope_count > 0) {
			reader_types_learn(r->types, &r->record);
		}
		r->sink(r->context, &r->record);
	}
	return w->bad ? wrong(r, error, "record runs past its set", set) : true;
}

static bool set_read(struct reader *r, uint16_t set, struct wire *w, GError **error)
{
	if (set == IPFIX_SET_TEMPLATES || set == IPFIX_SET_OPTIONS) {
		return templates_read(r, set, w, error);
	}
	if (set < IPFIX_SET_DATA_FIRST) {
		return wrong(r, error, "reserved set id", set);
	}
	return data_read(r, set, w, error);
}

bool reader_message(struct reader *r, const uint8_t *message, size_t size, GError **error)
{
	struct wire w = wire_of(message, size);
	uint16_t version = wire_be16(&w);
	uint16_t octets = wire_be16(&w);
	GError *first = NULL;

	r->record.message++;
	r->record.export_time_s = wire_be32(&w);
	wire_skip(&w, 4);
	r->record.domain = wire_be32(&w);
	if (w.bad || version != IPFIX_VERSION || octets != size) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT,
			"message %" G_GUINT64_FORMAT ": version %u, length %u: not an IPFIX "
			"message of %zu octets",
			r->record.message, version, octets, size);
		return false;
	}
	while (wire_left(&w) > 0) {
		uint16_t set = wire_be16(&w);
		uint16_t length = wire_be16(&w);
		struct wire body = wire_sub(&w, length < 4 ? SIZE_MAX : length - 4u);

		if (w.bad) {
			(void)(first != NULL || wrong(r, &first, "runs past its message", set));
		} else {
			(void)set_read(r, set, &body, first != NULL ? NULL : &first);
		}
	}
	if (first != NULL) {
		g_propagate_error(error, first);
		return false;
	}
	return true;
}
