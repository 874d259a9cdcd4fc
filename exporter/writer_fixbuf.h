#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exporter/template.h"

/**
 * libfixbuf as an encoder into memory: it never sees a socket. For what is rare and intricate:
 * templates, options, and the check that faster encoders agree with it.
 */
struct fixbuf_writer;

/** A message that is complete but for export time and sequence number; borrowed. */
struct fixbuf_message {
	uint8_t *octets;
	uint32_t size;
	uint32_t data_records;
	bool templates;
};

typedef void (*fixbuf_sink)(void *context, const struct fixbuf_message *message);

/** A string or octet array in a record for fixbuf_writer_record(). Borrowed. */
struct fixbuf_text {
	size_t octets;
	const uint8_t *at;
};

/** Messages of at most @octets_max octets, IPFIX_MESSAGE_MIN to IPFIX_MESSAGE_MAX, for @domain. */
struct fixbuf_writer *fixbuf_writer_new(
	uint32_t domain, uint32_t octets_max, fixbuf_sink sink, void *context);
void fixbuf_writer_free(struct fixbuf_writer *w); /* NULL is fine; drops what is not flushed */

/**
 * Make @t known and append it to the message. Fails with WEIR_ERROR_LIMIT if it does not fit into
 * any message, WEIR_ERROR_SYSTEM if libfixbuf refuses it.
 */
bool fixbuf_writer_template(struct fixbuf_writer *w, const struct template *t, GError **error);

/**
 * Append a record of template @t, given before. @record: the fields in order without padding,
 * integers and IPv4 addresses of the field's length in host order, times in the units of the element, texts as struct
 * fixbuf_text. Fails with WEIR_ERROR_LIMIT if no message has room for it, WEIR_ERROR_SYSTEM if
 * libfixbuf refuses it.
 */
bool fixbuf_writer_record(
	struct fixbuf_writer *w, const struct template *t, const void *record, GError **error);

/** Hand over the message, if there is anything in it. */
bool fixbuf_writer_flush(struct fixbuf_writer *w, GError **error);
