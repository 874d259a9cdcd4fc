#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/wire.h"
#include "exporter/element.h"

/**
 * Takes IPFIX messages apart (RFC 7011), as a collector does, whatever is in them. It is the
 * project's own and not libfixbuf's collector, since that one needs every element to be known, ends
 * at the first fault and offers no view of scopes, template ids or withdrawn templates; here an
 * unknown element is octets with a number for a name. Type information records (RFC 5610) are
 * learnt from.
 */
struct reader;

struct reader_field {
	uint32_t enterprise;
	uint16_t id;
	uint16_t octets; /* TEMPLATE_VARIABLE: each value has its own */
	uint8_t type;    /* enum element_type; octets where the element is unknown */
	char *name; /* unique in the template: "#2" and so on is added; "e<PEN>id<N>": unknown */
};

struct reader_template {
	uint64_t key; /* domain << 16 | id */
	uint16_t id;
	uint16_t scope_count;
	uint16_t field_count;
	bool fixed;          /* no field of variable length */
	uint32_t octets;     /* of the shortest record */
	uint64_t generation; /* of what was known when names and types were looked up */
	struct reader_field fields[];
};

struct reader_value {
	const uint8_t *at;
	uint32_t octets;
};

/** A data record; borrowed. */
struct reader_record {
	uint64_t message; /* number of the message, from 1 */
	uint32_t export_time_s;
	uint32_t domain;
	const struct reader_template *template;
	const struct reader_value *values; /* template->field_count */
};

typedef void (*reader_sink)(void *context, const struct reader_record *record);

/** @sink gets every data record, options included. */
struct reader *reader_new(reader_sink sink, void *context);
void reader_free(struct reader *reader);

/**
 * Read one message of @size octets. False with WEIR_ERROR_FORMAT if its header is wrong, a set runs
 * past its end, a template is malformed or not known; the sets that can be read are read all the
 * same. WEIR_ERROR_LIMIT: more templates than are kept.
 */
bool reader_message(struct reader *reader, const uint8_t *message, size_t size, GError **error);

/** The template @id of @domain with names and types as they are known now; NULL if unknown. */
const struct reader_template *reader_template(struct reader *reader, uint32_t domain, uint16_t id);

/**
 * Take the next record of @t from @w into @ret_values (t->field_count). False when there is none
 * (@w at its end or only padding is left) or it runs past the end (then w->bad).
 */
bool reader_next(const struct reader_template *t, struct wire *w, struct reader_value *ret_values);

/** Name and type of an element that is not in a template; @ret_name as in struct reader_field. */
uint8_t reader_element(const struct reader *reader, uint32_t enterprise, uint16_t id,
	char ret_name[ELEMENT_NAME_MAX]);
