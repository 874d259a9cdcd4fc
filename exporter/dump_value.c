#include "exporter/dump_value.h"

#include <stdbool.h>
#include <string.h>

#include "base/wire.h"
#include "exporter/json_text.h"
#include "exporter/template.h"

#define NTP_EPOCH_S 2208988800u /* 1900 to 1970 */
#define DEPTH_MAX   4           /* of lists in lists */

/* What a value needs to know of where it stands. */
struct place {
	struct reader *reader;
	uint32_t domain;
	unsigned depth;
};

static void append_value(
	GString *out, const struct place *place, uint8_t type, const struct reader_value *v);

static void append_fields(GString *out, const struct place *place, const struct reader_template *t,
	const struct reader_value *values)
{
	(void)g_string_append_c(out, '{');
	for (unsigned i = 0; i < t->field_count; i++) {
		json_text_name(out, t->fields[i].name);
		append_value(out, place, t->fields[i].type, &values[i]);
	}
	(void)g_string_append_c(out, '}');
}

static uint64_t number_of(const struct reader_value *v)
{
	uint64_t number = 0;

	for (uint32_t i = 0; i < v->octets; i++) {
		number = number << 8 | v->at[i];
	}
	return number;
}

static void append_signed(GString *out, const struct reader_value *v)
{
	uint64_t number = number_of(v);
	unsigned shift = 64 - 8 * v->octets;

	json_text_i64(out, (int64_t)(number << shift) >> shift);
}

static void append_float(GString *out, const struct reader_value *v)
{
	uint64_t bits = number_of(v);
	uint32_t half = (uint32_t)bits;
	double number;
	float single;

	if (v->octets == 4) {
		memcpy(&single, &half, sizeof(single));
		number = (double)single;
	} else {
		memcpy(&number, &bits, sizeof(number));
	}
	json_text_real(out, number);
}

static void append_ntp(GString *out, const struct reader_value *v, uint64_t per_second)
{
	uint64_t seconds = load_be32(v->at);
	uint64_t fraction = load_be32(v->at + 4);

	/* Before 1970 means after 2036, RFC 7011 6.1.9. */
	seconds +=
		seconds < NTP_EPOCH_S ? (UINT64_C(1) << 32) - NTP_EPOCH_S : -(uint64_t)NTP_EPOCH_S;
	json_text_u64(
		out, seconds * per_second + ((fraction * per_second + (UINT64_C(1) << 31)) >> 32));
}

static void append_text(GString *out, const struct reader_value *v)
{
	size_t octets = v->octets;

	while (octets > 0 && v->at[octets - 1] == 0) {
		octets--; /* a fixed field is filled up with these */
	}
	json_text_string(out, v->at, octets);
}

static void append_semantic(GString *out, uint8_t semantic)
{
	static const char *const names[] = {
		"noneOf", "exactlyOneOf", "oneOrMoreOf", "allOf", "ordered"};
	const char *name = semantic == 255 ? "undefined" : NULL;

	json_text_name(out, "semantic");
	if (semantic < G_N_ELEMENTS(names)) {
		name = names[semantic];
	}
	if (name == NULL) {
		json_text_u64(out, semantic);
	} else {
		json_text_string(out, (const uint8_t *)name, strlen(name));
	}
}

/* RFC 6313 4.5.1 */
static void append_basic(GString *out, const struct place *place, const struct reader_value *v)
{
	struct wire w = wire_of(v->at, v->octets);
	char name[ELEMENT_NAME_MAX];
	uint32_t enterprise = 0;
	uint16_t id;
	uint16_t length;
	uint8_t type;

	(void)g_string_append_c(out, '{');
	append_semantic(out, wire_u8(&w));
	id = wire_be16(&w);
	length = wire_be16(&w);
	if (id & 0x8000) {
		enterprise = wire_be32(&w);
	}
	type = reader_element(place->reader, enterprise, id & 0x7fff, name);
	json_text_name(out, "element");
	json_text_string(out, (const uint8_t *)name, strlen(name));
	json_text_name(out, "values");
	(void)g_string_append_c(out, '[');
	while (wire_left(&w) > 0 && length > 0) {
		struct reader_value element = {.octets = length};

		if (length == TEMPLATE_VARIABLE) {
			element.octets = wire_u8(&w);
			element.octets = element.octets == 255 ? wire_be16(&w) : element.octets;
		}
		element.at = wire_take(&w, element.octets);
		if (element.at == NULL) {
			break;
		}
		if (out->str[out->len - 1] != '[') {
			(void)g_string_append_c(out, ',');
		}
		append_value(out, place, type, &element);
	}
	(void)g_string_append(out, "]}");
}

/* The records of one template that fill @w, as an array; null if the template is not known. */
static void append_records(GString *out, const struct place *place, uint16_t id, struct wire *w)
{
	const struct reader_template *t = reader_template(place->reader, place->domain, id);
	struct reader_value *values;

	json_text_name(out, "template");
	json_text_u64(out, id);
	json_text_name(out, "records");
	if (t == NULL) {
		(void)g_string_append(out, "null");
		return;
	}
	values = g_new(struct reader_value, t->field_count);
	(void)g_string_append_c(out, '[');
	while (reader_next(t, w, values)) {
		if (out->str[out->len - 1] != '[') {
			(void)g_string_append_c(out, ',');
		}
		append_fields(out, place, t, values);
	}
	(void)g_string_append_c(out, ']');
	g_free(values);
}

/* RFC 6313 4.5.2 */
static void append_list(GString *out, const struct place *place, const struct reader_value *v)
{
	struct wire w = wire_of(v->at, v->octets);
	uint16_t id;

	(void)g_string_append_c(out, '{');
	append_semantic(out, wire_u8(&w));
	id = wire_be16(&w);
	append_records(out, place, id, &w);
	(void)g_string_append_c(out, '}');
}

/* RFC 6313 4.5.3 */
static void append_multi_list(GString *out, const struct place *place, const struct reader_value *v)
{
	struct wire w = wire_of(v->at, v->octets);

	(void)g_string_append_c(out, '{');
	append_semantic(out, wire_u8(&w));
	json_text_name(out, "entries");
	(void)g_string_append_c(out, '[');
	while (wire_left(&w) >= 4) {
		uint16_t id = wire_be16(&w);
		uint16_t length = wire_be16(&w);
		struct wire entry = wire_sub(&w, length < 4 ? SIZE_MAX : length - 4u);

		if (entry.bad) {
			break;
		}
		if (out->str[out->len - 1] != '[') {
			(void)g_string_append_c(out, ',');
		}
		(void)g_string_append_c(out, '{');
		append_records(out, place, id, &entry);
		(void)g_string_append_c(out, '}');
	}
	(void)g_string_append(out, "]}");
}

/* Lists of the types that have a header of at least @header octets; false if it is none. */
static bool append_structured(
	GString *out, const struct place *place, uint8_t type, const struct reader_value *v)
{
	struct place inner = *place;

	if (++inner.depth > DEPTH_MAX) {
		return false;
	}
	if (type == ELEMENT_BASIC_LIST && v->octets >= 5) {
		append_basic(out, &inner, v);
	} else if (type == ELEMENT_SUB_TEMPLATE_LIST && v->octets >= 3) {
		append_list(out, &inner, v);
	} else if (type == ELEMENT_SUB_TEMPLATE_MULTI_LIST && v->octets >= 1) {
		append_multi_list(out, &inner, v);
	} else {
		return false;
	}
	return true;
}

/* Whether a value of @octets octets can be one of @type; integers may be shorter (RFC 7011 6.2). */
static bool fits(uint8_t type, uint32_t octets)
{
	uint16_t full = element_type_octets(type);

	if (type >= ELEMENT_UNSIGNED8 && type <= ELEMENT_SIGNED64) {
		return octets > 0 && octets <= 8;
	}
	return full == 0 || octets == full || (type == ELEMENT_FLOAT64 && octets == 4);
}

static void append_boolean(GString *out, uint8_t octet)
{
	if (octet == 1 || octet == 2) {
		(void)g_string_append(out, octet == 1 ? "true" : "false");
	} else {
		(void)g_string_append(out, "null");
	}
}

static void append_value(
	GString *out, const struct place *place, uint8_t type, const struct reader_value *v)
{
	switch (fits(type, v->octets) ? type : ELEMENT_OCTET_ARRAY) {
	case ELEMENT_UNSIGNED8:
	case ELEMENT_UNSIGNED16:
	case ELEMENT_UNSIGNED32:
	case ELEMENT_UNSIGNED64:
	case ELEMENT_SECONDS:
	case ELEMENT_MILLISECONDS:
		json_text_u64(out, number_of(v));
		break;
	case ELEMENT_SIGNED8:
	case ELEMENT_SIGNED16:
	case ELEMENT_SIGNED32:
	case ELEMENT_SIGNED64:
		append_signed(out, v);
		break;
	case ELEMENT_FLOAT32:
	case ELEMENT_FLOAT64:
		append_float(out, v);
		break;
	case ELEMENT_BOOLEAN:
		append_boolean(out, v->at[0]);
		break;
	case ELEMENT_MAC_ADDRESS:
		json_text_hex(out, v->at, v->octets, ':');
		break;
	case ELEMENT_STRING:
		append_text(out, v);
		break;
	case ELEMENT_MICROSECONDS:
		append_ntp(out, v, 1000000);
		break;
	case ELEMENT_NANOSECONDS:
		append_ntp(out, v, 1000000000);
		break;
	case ELEMENT_IPV4_ADDRESS:
	case ELEMENT_IPV6_ADDRESS:
		json_text_address(out, v->at, v->octets);
		break;
	default:
		if (!append_structured(out, place, type, v)) {
			json_text_hex(out, v->at, v->octets, '\0');
		}
		break;
	}
}

void dump_values(GString *out, struct reader *reader, uint32_t domain,
	const struct reader_template *t, const struct reader_value *values)
{
	struct place place = {.reader = reader, .domain = domain};

	append_fields(out, &place, t, values);
}
