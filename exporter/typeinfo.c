#include "exporter/typeinfo.h"

#include <string.h>

static const char *const fields[] = {"privateEnterpriseNumber", "informationElementId",
	"informationElementDataType", "informationElementSemantics", "informationElementUnits",
	"informationElementRangeBegin", "informationElementRangeEnd", "informationElementName",
	"informationElementDescription"};

void typeinfo_template(uint16_t id, struct template *ret_template)
{
	memset(ret_template, 0, sizeof(*ret_template));
	ret_template->id = id;
	ret_template->scope_count = 2;
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		bool reverse;
		uint16_t octets = element_type_octets(element_by_name(fields[i], &reverse)->type);

		template_add(ret_template, fields[i], octets ? octets : TEMPLATE_VARIABLE, NULL);
	}
}

/* Largest value of the element as the record has it; of types without order 0, like the smallest. */
static uint64_t range_end(const struct element *e)
{
	unsigned bits;

	if (e->range_max != 0) {
		return e->range_max;
	}
	if (e->type < ELEMENT_UNSIGNED8 || e->type > ELEMENT_UNSIGNED64) {
		return 0;
	}
	bits = 8U * element_type_octets(e->type);
	return UINT64_MAX >> (64 - bits);
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
	uint16_t units = e->units;
	uint64_t end = range_end(e);
	struct packer p = {0};

	pack(&p, &e->enterprise, 4);
	pack(&p, &e->id, 2);
	pack(&p, &e->type, 1);
	pack(&p, &e->semantics, 1);
	pack(&p, &units, 2);
	pack(&p, &e->range_min, 8);
	pack(&p, &end, 8);
	pack_text(&p, e->name);
	pack_text(&p, e->description);
	return fixbuf_writer_record(w, t, p.octets, error);
}

bool typeinfo_write(struct fixbuf_writer *w, const struct template *t, GError **error)
{
	for (size_t i = 0; i < element_count; i++) {
		if (elements[i].enterprise != 0 && !typeinfo_element(w, t, &elements[i], error)) {
			return false;
		}
	}
	return true;
}
