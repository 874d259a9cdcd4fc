#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "exporter/template.h"
#include "exporter/writer_fixbuf.h"

#define REPORT_RECORD_MAX 512 /* octets of a record in memory: numbers, and references to texts */

/**
 * Puts a report's record together, field by field in the order of its template, and hands it on
 * whole: as a data record to libfixbuf or as a line of JSON. The first error stays, and nothing is
 * written after it.
 */
struct report_writer {
	struct fixbuf_writer *fixbuf; /* NULL: JSON */
	uint32_t octets_max;          /* of a message */
	GString *json;                /* lines are appended; NULL: libfixbuf */
	const char *name;             /* of the report, for JSON */
	uint32_t records;             /* written so far */
	GError **error;
	bool failed;
	const struct template *template;
	unsigned field; /* next */
	size_t used;
	uint8_t octets[REPORT_RECORD_MAX];
};

/** Records of @t from now on; with libfixbuf it has been given @t. @t must stay. */
void report_writer_template(struct report_writer *w, const char *name, const struct template *t);

/** Next field: an unsigned number; a boolean is 0 or not, a time µs since the epoch. */
void report_number(struct report_writer *w, uint64_t value);

/** Next field: a float64. */
void report_real(struct report_writer *w, double value);

/** Next field: a MAC or IP address as it is on the wire, of the field's length. */
void report_address(struct report_writer *w, const uint8_t *address);

/** Next field: text, which must stay until report_end(). What is not UTF-8 is left empty. */
void report_text(struct report_writer *w, const char *text);

/**
 * The record is complete: write it. Where it is larger than a message, texts are left out whole,
 * the last first.
 */
void report_end(struct report_writer *w);
