#include "exporter/reader_types.h"

#include <glib.h>
#include <string.h>

#include "exporter/model_fixbuf.h"

#define LEARNT_MAX 4096

struct learnt {
	gint64 key; /* enterprise << 16 | id */
	uint8_t type;
	char name[ELEMENT_NAME_MAX];
};

struct reader_types {
	GHashTable *learnt;         /* of struct learnt by its key */
	struct fixbuf_model *model; /* made when first asked: it is large */
	uint64_t generation;
};

struct reader_types *reader_types_new(void)
{
	struct reader_types *types = g_new0(struct reader_types, 1);

	types->learnt = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	return types;
}

void reader_types_free(struct reader_types *types)
{
	if (types->model != NULL) {
		fixbuf_model_free(types->model);
	}
	g_hash_table_unref(types->learnt);
	g_free(types);
}

uint64_t reader_types_generation(const struct reader_types *types)
{
	return types->generation;
}

static gint64 element_key(uint32_t enterprise, uint16_t id)
{
	return (gint64)enterprise << 16 | id;
}

uint8_t reader_types_element(struct reader_types *types, uint32_t enterprise, uint16_t id,
	char ret_name[ELEMENT_NAME_MAX])
{
	gint64 key = element_key(enterprise, id);
	const struct learnt *learnt = g_hash_table_lookup(types->learnt, &key);
	bool reverse = enterprise == ELEMENT_PEN_REVERSE;
	const struct element *e = element_by_id(reverse ? 0 : enterprise, id);
	uint8_t type = ELEMENT_OCTET_ARRAY;

	if (learnt != NULL) {
		(void)g_strlcpy(ret_name, learnt->name, ELEMENT_NAME_MAX);
		return learnt->type;
	}
	if (e != NULL) {
		element_name(e, reverse, ret_name);
		return e->type;
	}
	if (types->model == NULL) {
		types->model = fixbuf_model_new();
	}
	if (!fixbuf_model_element(types->model, enterprise, id, ret_name, &type)) {
		(void)g_snprintf(ret_name, ELEMENT_NAME_MAX, "e%uid%u", enterprise, id);
	}
	return type;
}

static uint64_t value_number(const struct reader_value *v)
{
	uint64_t number = 0;

	for (uint32_t i = 0; i < v->octets; i++) {
		number = number << 8 | v->at[i];
	}
	return number;
}

static bool copy_name(const struct reader_value *v, char ret_name[ELEMENT_NAME_MAX])
{
	if (v->octets == 0 || v->octets >= ELEMENT_NAME_MAX) {
		return false;
	}
	for (uint32_t i = 0; i < v->octets; i++) {
		char c = (char)v->at[i];

		if (!g_ascii_isalnum(c) && strchr("_-.", c) == NULL) {
			return false;
		}
		ret_name[i] = c;
	}
	ret_name[v->octets] = '\0';
	return true;
}

/* The value of an IANA element in the record; NULL if it is not there. */
static const struct reader_value *find(const struct reader_record *record, uint16_t id)
{
	for (unsigned i = 0; i < record->template->field_count; i++) {
		const struct reader_field *f = &record->template->fields[i];

		if (f->enterprise == 0 && f->id == id) {
			return &record->values[i];
		}
	}
	return NULL;
}

void reader_types_learn(struct reader_types *types, const struct reader_record *record)
{
	const struct reader_value *id = find(record, 303);
	const struct reader_value *type = id ? find(record, 339) : NULL;
	const struct reader_value *name = type ? find(record, 341) : NULL;
	const struct reader_value *enterprise = name ? find(record, 346) : NULL;
	struct learnt *learnt;
	uint64_t pen;

	if (enterprise == NULL || value_number(type) >= ELEMENT_TYPES) {
		return;
	}
	pen = value_number(enterprise);
	if (pen == 0 || pen == ELEMENT_PEN_REVERSE || pen > UINT32_MAX) {
		return; /* RFC 5610 3.8: not for these */
	}
	learnt = g_new(struct learnt, 1);
	learnt->key = element_key((uint32_t)pen, value_number(id) & 0x7fff);
	learnt->type = (uint8_t)value_number(type);
	if (g_hash_table_size(types->learnt) >= LEARNT_MAX ||
		g_hash_table_contains(types->learnt, &learnt->key) ||
		!copy_name(name, learnt->name)) {
		g_free(learnt);
		return;
	}
	g_hash_table_insert(types->learnt, &learnt->key, learnt);
	types->generation++;
}
