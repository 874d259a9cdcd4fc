#include "exporter/report_writer.h"

#include <string.h>

#include "base/wire.h"
#include "exporter/json_text.h"

void report_writer_template(struct report_writer *w, const char *name, const struct template *t)
{
	w->name = name;
	w->template = t;
	w->field = 0;
	w->used = 0;
}

static void put(struct report_writer *w, const void *value, size_t octets)
{
	g_assert(w->field < w->template->field_count && w->used + octets <= sizeof(w->octets));
	memcpy(w->octets + w->used, value, octets);
	w->used += octets;
	w->field++;
}

static uint8_t next_type(const struct report_writer *w)
{
	return w->template->fields[w->field].element->type;
}

void report_number(struct report_writer *w, uint64_t value)
{
	uint16_t octets = w->template->fields[w->field].octets;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;

	if (next_type(w) == ELEMENT_BOOLEAN) {
		value = value != 0 ? 1 : 2; /* RFC 7011 6.1.5 */
	} else if (next_type(w) == ELEMENT_MILLISECONDS) {
		value /= 1000;
	}
	u8 = (uint8_t)value;
	u16 = (uint16_t)value;
	u32 = (uint32_t)value;
	switch (octets) {
	case 1:
		put(w, &u8, octets);
		break;
	case 2:
		put(w, &u16, octets);
		break;
	case 4:
		put(w, &u32, octets);
		break;
	default:
		put(w, &value, sizeof(value));
		break;
	}
}

void report_real(struct report_writer *w, double value)
{
	put(w, &value, sizeof(value));
}

void report_address(struct report_writer *w, const uint8_t *address)
{
	uint32_t ipv4;

	if (next_type(w) == ELEMENT_IPV4_ADDRESS) {
		ipv4 = load_be32(address);
		put(w, &ipv4, sizeof(ipv4));
	} else {
		put(w, address, w->template->fields[w->field].octets);
	}
}

void report_text(struct report_writer *w, const char *text)
{
	struct fixbuf_text t = {.octets = strlen(text), .at = (const uint8_t *)text};

	if (!g_utf8_validate(text, (gssize)t.octets, NULL)) {
		t.octets = 0; /* RFC 7011 6.1.6 */
	}
	put(w, &t, sizeof(t));
}

static bool is_text(const struct template_field *field)
{
	return field->octets == TEMPLATE_VARIABLE;
}

/* What the record takes on the wire, and where in memory its last text that is not empty lies. */
static uint32_t measure(const struct report_writer *w, size_t *ret_last)
{
	uint32_t octets = 0;
	size_t at = 0;

	*ret_last = SIZE_MAX;
	for (unsigned i = 0; i < w->template->field_count; i++) {
		const struct template_field *field = &w->template->fields[i];
		struct fixbuf_text text;

		if (!is_text(field)) {
			at += field->octets;
			octets += field->octets;
			continue;
		}
		memcpy(&text, w->octets + at, sizeof(text));
		octets += (uint32_t)text.octets + (text.octets < 255 ? 1 : 3);
		if (text.octets > 0) {
			*ret_last = at;
		}
		at += sizeof(text);
	}
	return octets;
}

static void fit(struct report_writer *w)
{
	const struct fixbuf_text empty = {0};
	size_t last;

	while (measure(w, &last) > w->octets_max - IPFIX_HEADER - IPFIX_SET_HEADER &&
		last != SIZE_MAX) {
		memcpy(w->octets + last, &empty, sizeof(empty));
	}
}

static uint64_t number_at(const uint8_t *at, uint16_t octets)
{
	uint64_t u64 = 0;
	uint32_t u32;
	uint16_t u16;

	switch (octets) {
	case 1:
		return *at;
	case 2:
		memcpy(&u16, at, sizeof(u16));
		return u16;
	case 4:
		memcpy(&u32, at, sizeof(u32));
		return u32;
	default:
		memcpy(&u64, at, sizeof(u64));
		return u64;
	}
}

static void json_value(GString *out, const struct template_field *field, const uint8_t *at)
{
	struct fixbuf_text text;
	uint8_t ipv4[4];
	double real;

	switch (field->element->type) {
	case ELEMENT_FLOAT64:
		memcpy(&real, at, sizeof(real));
		json_text_real(out, real);
		break;
	case ELEMENT_STRING:
		memcpy(&text, at, sizeof(text));
		json_text_string(out, text.at, text.octets);
		break;
	case ELEMENT_BOOLEAN:
		(void)g_string_append(out, *at == 1 ? "true" : "false");
		break;
	case ELEMENT_MAC_ADDRESS:
		json_text_hex(out, at, field->octets, ':');
		break;
	case ELEMENT_IPV4_ADDRESS:
		store_be32(ipv4, (uint32_t)number_at(at, sizeof(ipv4)));
		json_text_address(out, ipv4, sizeof(ipv4));
		break;
	case ELEMENT_IPV6_ADDRESS:
		json_text_address(out, at, field->octets);
		break;
	default:
		json_text_u64(out, number_at(at, field->octets));
		break;
	}
}

/* What the field is called: elements that come more than once are numbered, as in a dump. */
static void json_field_name(GString *out, const struct template *t, unsigned index)
{
	char name[ELEMENT_NAME_MAX];
	unsigned times = 1;

	for (unsigned i = 0; i < index; i++) {
		times += t->fields[i].element == t->fields[index].element;
	}
	element_name(t->fields[index].element, t->fields[index].reverse, name);
	if (times == 1) {
		json_text_name(out, name);
	} else {
		g_autofree char *numbered = g_strdup_printf("%s#%u", name, times);

		json_text_name(out, numbered);
	}
}

static void json_line(const struct report_writer *w)
{
	const uint8_t *at = w->octets;

	(void)g_string_append_c(w->json, '{');
	json_text_name(w->json, "report");
	json_text_string(w->json, (const uint8_t *)w->name, strlen(w->name));
	for (unsigned i = 0; i < w->template->field_count; i++) {
		const struct template_field *field = &w->template->fields[i];

		json_field_name(w->json, w->template, i);
		json_value(w->json, field, at);
		at += is_text(field) ? sizeof(struct fixbuf_text) : field->octets;
	}
	(void)g_string_append(w->json, "}\n");
}

void report_end(struct report_writer *w)
{
	g_assert(w->field == w->template->field_count);
	if (!w->failed && w->json != NULL) {
		json_line(w);
	} else if (!w->failed) {
		fit(w);
		w->failed = !fixbuf_writer_record(w->fixbuf, w->template, w->octets, w->error);
	}
	w->records += w->failed ? 0 : 1;
	w->field = 0;
	w->used = 0;
}
