#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"

/**
 * Turns flow records into IPFIX messages for one destination: its profile, its message size, its
 * template ids. Messages leave without export time and sequence number; whoever sends them stamps
 * both at that moment (RFC 7011 3.1).
 */
struct encoder;

struct report_input; /* exporter/report.h */

struct encoder_config {
	const char *profile; /* "basic", "biflow", "full", "psamp" */
	uint32_t observation_domain;
	uint32_t message_octets_max; /* 512 to 65,535, header included */
	unsigned reports;            /* kinds that will be sent, REPORT_BIT() each */
	bool payload;                /* packet reports may have sections with payload */
};

/** A complete message, borrowed: valid until the sink returns. */
struct encoder_message {
	uint8_t *octets; /* the sink may stamp it in place */
	uint32_t size;
	uint32_t data_records; /* options data included: what the sequence number counts */
	uint32_t flow_records;
	uint64_t flow_packets; /* sums over the flow records, for notSent reports */
	uint64_t flow_octets;
	/* Carries templates, or data that is told anew with them: of no use to another session. */
	bool templates;
};

typedef void (*encoder_sink)(void *context, const struct encoder_message *message);

/**
 * Makes all templates at once, numbered from 256 and the same for the encoder's whole life. Fails
 * with WEIR_ERROR_USAGE on an unknown profile or a message size no record of it fits in.
 */
struct encoder *encoder_new(
	const struct encoder_config *config, encoder_sink sink, void *context, GError **error);
void encoder_free(struct encoder *encoder);

/**
 * Emit every template, options template and the options data that must accompany them, templates
 * first. They are kept encoded, so that this costs no more than sending them.
 */
void encoder_templates(struct encoder *encoder);

/**
 * Add records; full messages go to the sink. No allocation. Records of one batch are grouped by
 * template. Where a record is larger than a message, texts give way in this order: device class,
 * vendor, application, node, far-end name, all whole, since half a name would be another's; last
 * the end of the device's name.
 */
void encoder_records(struct encoder *encoder, const struct record_batch *batch);

/**
 * Emit those of @kinds that the encoder was made for, in messages of their own; @input: all but
 * domain and templates, which are the encoder's. Fails as report_messages() does.
 */
bool encoder_reports(
	struct encoder *encoder, unsigned kinds, const struct report_input *input, GError **error);

/** Emit what is collected, if anything. */
void encoder_flush(struct encoder *encoder);

/** What could not be exported as it was; totals since encoder_new(). */
struct encoder_counters {
	uint64_t withheld;      /* packet reports with payload, where it may not go */
	uint64_t texts_invalid; /* not well-formed UTF-8: sent as empty (RFC 7011 6.1.6) */
	uint64_t texts_cut;     /* cut or left out, because the record would not fit a message */
	uint64_t skipped;       /* records of no IP version, without a packet in the direction,
			   * or that are not for the profile */
};

/** Read the counters. */
void encoder_counters(const struct encoder *encoder, struct encoder_counters *ret_counters);

/** True if it encodes packet reports, and nothing else. */
bool encoder_takes_packets(const struct encoder *encoder);

/** True if the profile @name exists; *ret_names: it carries devices and names. */
bool encoder_profile(const char *name, bool *ret_names);

/** Write export time (seconds since the epoch, modulo 2^32) and sequence number into a message. */
void encoder_stamp(uint8_t *message, uint64_t export_time_s, uint32_t sequence);
