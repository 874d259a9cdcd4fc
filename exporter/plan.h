#pragma once

#include <stdint.h>

#include "base/record.h"
#include "exporter/template.h"

/**
 * A template compiled into copies from the record to the wire. What lies side by side in both is
 * one operation, so that a record costs about as many branches as it has kinds of fields in a row.
 * The octets are those that libfixbuf makes of the same record (tested).
 */
enum plan_kind {
	PLAN_COPY,   /* count octets as they are, more than 16 */
	PLAN_COPY3,  /* the same, 1 to 3 octets */
	PLAN_COPY7,  /* 4 to 7 */
	PLAN_COPY16, /* 8 to 16 */
	PLAN_IPV4,   /* count addresses: the first four octets of sixteen */
	PLAN_BE16,   /* count integers of 16 bits */
	PLAN_BE32,
	PLAN_BE64,
	PLAN_TIME,  /* count times, µs to ms */
	PLAN_NTP,   /* a time, µs to the form of NTP */
	PLAN_FLAGS, /* count low octets of 16 bits */
	PLAN_BOOL,
	PLAN_TEXT
};

struct plan_op {
	uint8_t kind;
	uint8_t count;
	uint16_t offset; /* in struct flow_record */
};

#define PLAN_TEXTS_MAX 8

struct plan {
	uint16_t template_id;
	uint16_t op_count;
	uint16_t text_count;
	uint16_t octets; /* of a record whose texts are all empty */
	uint16_t binary; /* a bit for each text that may be any octets */
	struct plan_op ops[TEMPLATE_FIELDS_MAX];
	uint16_t text_offsets[PLAN_TEXTS_MAX]; /* of its texts in struct flow_record, in order */
};

/** A text to be encoded: at most 65,535 octets. */
struct plan_text {
	const uint8_t *at;
	uint32_t octets;
};

/** Octets that a text adds to plan.octets: itself, and a length of three octets from 255 on. */
static inline uint32_t plan_text_octets(uint32_t octets)
{
	return octets < 255 ? octets : octets + 2;
}

/** Compile @t, all of whose fields have members. */
void plan_compile(const struct template *t, struct plan *ret_plan);

/**
 * Write @record to @out, which has room for plan.octets and plan_text_octets() of each of the
 * plan.text_count @texts. Returns the end of what was written. Cost: tens of nanoseconds.
 */
uint8_t *plan_encode(const struct plan *plan, const struct flow_record *record,
	const struct plan_text *texts, uint8_t *out);
