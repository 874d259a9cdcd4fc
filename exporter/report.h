#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "exporter/export.h"
#include "exporter/privacy.h"
#include "exporter/report_facts.h"
#include "exporter/report_writer.h"

/**
 * Reports: what the exporter tells of itself and of what it meters, as data records of options
 * templates (RFC 7011 4, RFC 5610) or as lines of JSON. A kind is what a user switches; it has one
 * options template or several. To add one: a line in each of the two tables of report.c, and the
 * function that fills in the fields.
 */
enum report_kind {
	REPORT_METERING,      /* what was exported, what the metering process ignored: 4.1, 4.2 */
	REPORT_EXPORTING,     /* what was metered and not sent: 4.3 */
	REPORT_KEYS,          /* which fields of each template are the flow key: 4.4 */
	REPORT_TYPES,         /* types of own elements: exporter/typeinfo.h */
	REPORT_INTERFACES,    /* names of the interfaces that records have the numbers of */
	REPORT_DEVICES,       /* the home's devices, to be joined by number or MAC address */
	REPORT_ADDRESSES,     /* which device has which address */
	REPORT_SELECTIONS,    /* which packets are metered: RFC 5476 6.5.1, 6.5.2 */
	REPORT_SELECTED,      /* how many of them: 6.5.3 */
	REPORT_ANONYMISATION, /* what of each template is not as it was: RFC 6235 6.1 */
	REPORT_KINDS
};

#define REPORT_BIT(kind) (1U << (kind))

/**
 * Kinds that hold for the whole session until they change: they are sent anew with the templates,
 * and as soon as they change.
 */
#define REPORT_TABLES                                                                              \
	(REPORT_BIT(REPORT_KEYS) | REPORT_BIT(REPORT_INTERFACES) | REPORT_BIT(REPORT_DEVICES) |    \
		REPORT_BIT(REPORT_ADDRESSES) | REPORT_BIT(REPORT_SELECTIONS) |                     \
		REPORT_BIT(REPORT_ANONYMISATION))

/** Kinds whose templates are made when there is something to tell. */
#define REPORT_MADE (REPORT_BIT(REPORT_SELECTIONS) | REPORT_BIT(REPORT_SELECTED))

struct report_kind_row {
	const char *name;
	unsigned interval_s; /* unless told otherwise; 0: goes with the templates alone */
};

extern const struct report_kind_row report_kinds[REPORT_KINDS];

/** Their names, parted by ", "; to be freed. */
char *report_kind_names(void);

/** What the fields are filled from. */
struct report_input {
	const struct report_facts *facts;
	uint32_t key_fields;             /* of the flows (base/key.h); 0: not known */
	struct export_counters counters; /* of the destination */
	uint32_t domain;
	const struct template *templates; /* of the flow records, for their keys */
	unsigned template_count;
	struct privacy *privacy; /* what is not to be told; NULL: all is */
	uint64_t since;          /* rows of tables that changed after this revision; 0: all */
};

/** Give @w the options templates of @kinds. Errors as those of fixbuf_writer_template(). */
bool report_announce(struct fixbuf_writer *w, unsigned kinds, GError **error);

/** Where messages of reports go. */
struct report_output {
	uint32_t octets_max; /* of a message */
	fixbuf_sink sink;
	void *context;
	GHashTable
		*announced; /* ids of the templates that were made, as pointers; more are added */
};

/**
 * Encode @kinds into messages of data records alone: their templates went with report_announce(),
 * but those of REPORT_MADE, which go before them unless they were announced already.
 * Fails with WEIR_ERROR_SYSTEM if libfixbuf refuses something. Cost: about half a millisecond, for
 * libfixbuf's model is made and given up each time, which is rare and keeps no memory.
 */
bool report_messages(unsigned kinds, const struct report_input *input,
	const struct report_output *output, GError **error);

/** Append a line of JSON for every record of @kinds to @out; returns how many. */
uint32_t report_lines(unsigned kinds, const struct report_input *input, GString *out);
