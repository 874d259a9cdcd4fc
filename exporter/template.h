#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "exporter/element.h"

#define TEMPLATE_ID_FIRST   256 /* RFC 7011 3.4.1 */
#define TEMPLATE_ID_REPORTS 512 /* reports have the same id in all profiles */
#define TEMPLATE_FIELDS_MAX 64
#define TEMPLATE_VARIABLE   65535 /* field length, RFC 7011 7 */

#define IPFIX_VERSION        10
#define IPFIX_HEADER         16
#define IPFIX_SET_HEADER     4
#define IPFIX_SET_TEMPLATES  2
#define IPFIX_SET_OPTIONS    3
#define IPFIX_SET_DATA_FIRST 256
#define IPFIX_MESSAGE_MIN    512 /* what every path carries, RFC 7011 10.3.3 */
#define IPFIX_MESSAGE_MAX    65535

/** A field of a template that the project exports. */
struct template_field {
	const struct element *element;
	bool reverse;
	uint16_t octets;                   /* on the wire; TEMPLATE_VARIABLE for strings */
	const struct record_field *member; /* what it is filled from; NULL in options */
};

/** A template, or an options template when it has scope fields. */
struct template
{
	uint16_t id;
	uint16_t scope_count; /* the first fields are the scope */
	uint16_t field_count;
	struct template_field fields[TEMPLATE_FIELDS_MAX];
};

/** Append a field; it must be known and there must be room: templates are made at start. */
void template_add(struct template *t, const char *element, uint16_t octets,
	const struct record_field *member);

/** Octets of the template record, RFC 7011 3.4.1 and 3.4.2.2, without a set header. */
uint32_t template_octets(const struct template *t);

/** Octets of the shortest data record: texts empty. */
uint32_t template_record_octets(const struct template *t);
