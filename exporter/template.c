#include "exporter/template.h"

#include <glib.h>

void template_add(
	struct template *t, const char *element, uint16_t octets, const struct record_field *member)
{
	struct template_field *field = &t->fields[t->field_count];

	g_assert(t->field_count < TEMPLATE_FIELDS_MAX);
	field->element = element_by_name(element, &field->reverse);
	g_assert(field->element != NULL);
	field->octets = octets;
	field->member = member;
	t->field_count++;
}

uint32_t template_octets(const struct template *t)
{
	uint32_t octets = t->scope_count > 0 ? 6 : 4;

	for (unsigned i = 0; i < t->field_count; i++) {
		const struct template_field *field = &t->fields[i];

		octets += field->reverse || field->element->enterprise != 0 ? 8 : 4;
	}
	return octets;
}

uint32_t template_record_octets(const struct template *t)
{
	uint32_t octets = 0;

	for (unsigned i = 0; i < t->field_count; i++) {
		octets += t->fields[i].octets == TEMPLATE_VARIABLE ? 1 : t->fields[i].octets;
	}
	return octets;
}
