#include "exporter/typeinfo.h"

#include <string.h>

enum {
	HAS_UNITS = 1,
	HAS_RANGE = 2,
};

static unsigned element_has(const struct element *e)
{
	return (e->units != 0 ? HAS_UNITS : 0) | (e->range_max != 0 ? HAS_RANGE : 0);
}

static void add(struct template *t, const char *name)
{
	bool reverse;
	uint16_t octets = element_type_octets(element_by_name(name, &reverse)->type);

	template_add(t, name, octets ? octets : TEMPLATE_VARIABLE, NULL);
}

static void typeinfo_template(struct template *t, uint16_t id, unsigned has)
{
	memset(t, 0, sizeof(*t));
	t->id = id;
	t->scope_count = 2;
	add(t, "privateEnterpriseNumber");
	add(t, "informationElementId");
	add(t, "informationElementDataType");
	add(t, "informationElementSemantics");
	if (has & HAS_UNITS) {
		add(t, "informationElementUnits");
	}
	if (has & HAS_RANGE) {
		add(t, "informationElementRangeBegin");
		add(t, "informationElementRangeEnd");
	}
	add(t, "informationElementName");
	add(t, "informationElementDescription");
}

/* Which combinations the own elements need, a bit each. */
static unsigned combinations(void)
{
	unsigned seen = 0;

	for (size_t i = 0; i < element_count; i++) {
		if (elements[i].enterprise != 0) {
			seen |= 1u << element_has(&elements[i]);
		}
	}
	return seen;
}

unsigned typeinfo_templates(
	uint16_t first_id, struct template ret_templates[TYPEINFO_TEMPLATES_MAX])
{
	unsigned seen = combinations();
	unsigned count = 0;

	for (unsigned has = 0; has < TYPEINFO_TEMPLATES_MAX; has++) {
		if (seen & 1u << has) {
			typeinfo_template(&ret_templates[count], (uint16_t)(first_id + count), has);
			count++;
		}
	}
	return count;
}

struct packer {
	uint8_t octets[128];
	size_t at;
};

static void pack(struct packer *p, const void *value, size_t octets)
{
	memcpy(p->octets + p->at, value, octets);
	p->at += octets;
}

static void pack_text(struct packer *p, const char *text)
{
	struct fixbuf_text t = {.octets = strlen(text), .at = (const uint8_t *)text};

	pack(p, &t, sizeof(t));
}

static bool typeinfo_element(
	struct fixbuf_writer *w, const struct template *t, const struct element *e, GError **error)
{
	unsigned has = element_has(e);
	uint16_t units = e->units;
	struct packer p = {0};

	pack(&p, &e->enterprise, 4);
	pack(&p, &e->id, 2);
	pack(&p, &e->type, 1);
	pack(&p, &e->semantics, 1);
	if (has & HAS_UNITS) {
		pack(&p, &units, 2);
	}
	if (has & HAS_RANGE) {
		pack(&p, &e->range_min, 8);
		pack(&p, &e->range_max, 8);
	}
	pack_text(&p, e->name);
	pack_text(&p, e->description);
	return fixbuf_writer_record(w, t, p.octets, error);
}

bool typeinfo_write(
	struct fixbuf_writer *w, const struct template *templates, unsigned count, GError **error)
{
	unsigned seen = combinations();
	unsigned index = 0;

	/* By template, so that each makes one set. */
	for (unsigned has = 0; has < TYPEINFO_TEMPLATES_MAX && index < count; has++) {
		if (!(seen & 1u << has)) {
			continue;
		}
		for (size_t i = 0; i < element_count; i++) {
			const struct element *e = &elements[i];

			if (e->enterprise != 0 && element_has(e) == has &&
				!typeinfo_element(w, &templates[index], e, error)) {
				return false;
			}
		}
		index++;
	}
	return true;
}
