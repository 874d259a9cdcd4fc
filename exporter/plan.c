#include "exporter/plan.h"

#include <glib.h>
#include <string.h>

#include "base/wire.h"

#define NTP_EPOCH_S UINT64_C(2208988800) /* from 1900 to 1970 */

/* From one member to the next, in the record. */
static const uint8_t strides[] = {
	[PLAN_COPY] = 1,
	[PLAN_IPV4] = 16,
	[PLAN_BE16] = 2,
	[PLAN_BE32] = 4,
	[PLAN_BE64] = 8,
	[PLAN_TIME] = 8,
	[PLAN_NTP] = 8,
	[PLAN_FLAGS] = 2,
	[PLAN_BOOL] = 1,
	[PLAN_TEXT] = 8,
};

static struct plan_op plan_op_of(const struct template_field *field)
{
	static const uint8_t kinds[] = {
		[RECORD_TIME] = PLAN_TIME,
		[RECORD_U64] = PLAN_BE64,
		[RECORD_U32] = PLAN_BE32,
		[RECORD_U16] = PLAN_BE16,
		[RECORD_FLAGS] = PLAN_FLAGS,
		[RECORD_U8] = PLAN_COPY,
		[RECORD_BOOL] = PLAN_BOOL,
		[RECORD_ADDR] = PLAN_COPY,
		[RECORD_MAC] = PLAN_COPY,
		[RECORD_TEXT] = PLAN_TEXT,
		[RECORD_OCTETS] = PLAN_TEXT,
		[RECORD_MICROSECONDS] = PLAN_NTP,
	};
	struct plan_op op = {
		.kind = kinds[field->member->kind], .count = 1, .offset = field->member->offset};

	if (op.kind == PLAN_COPY) {
		op.count = (uint8_t)field->octets;
	}
	if (field->member->kind == RECORD_ADDR && field->octets == 4) {
		op.kind = PLAN_IPV4;
		op.count = 1;
	}
	return op;
}

static uint8_t copy_kind(unsigned octets)
{
	if (octets <= 3) {
		return PLAN_COPY3;
	}
	if (octets <= 7) {
		return PLAN_COPY7;
	}
	return octets <= 16 ? PLAN_COPY16 : PLAN_COPY;
}

void plan_compile(const struct template *t, struct plan *ret_plan)
{
	struct plan *plan = ret_plan;

	memset(plan, 0, sizeof(*plan));
	plan->template_id = t->id;
	plan->octets = (uint16_t)template_record_octets(t);
	for (unsigned i = 0; i < t->field_count; i++) {
		struct plan_op op = plan_op_of(&t->fields[i]);
		struct plan_op *last = plan->op_count ? &plan->ops[plan->op_count - 1] : NULL;

		if (op.kind == PLAN_TEXT) {
			g_assert(plan->text_count < PLAN_TEXTS_MAX);
			plan->binary |= (uint16_t)((t->fields[i].member->kind == RECORD_OCTETS)
						   << plan->text_count);
			plan->text_offsets[plan->text_count++] = op.offset;
		}
		if (last && last->kind == op.kind &&
			last->offset + last->count * strides[op.kind] == op.offset) {
			last->count = (uint8_t)(last->count + op.count);
		} else {
			plan->ops[plan->op_count++] = op;
		}
	}
	for (unsigned i = 0; i < plan->op_count; i++) {
		if (plan->ops[i].kind == PLAN_COPY) {
			plan->ops[i].kind = copy_kind(plan->ops[i].count);
		}
	}
}

static inline void move64(uint8_t *out, const uint8_t *in)
{
	uint64_t v;

	memcpy(&v, in, sizeof(v));
	memcpy(out, &v, sizeof(v));
}

static inline void move32(uint8_t *out, const uint8_t *in)
{
	uint32_t v;

	memcpy(&v, in, sizeof(v));
	memcpy(out, &v, sizeof(v));
}

/*
 * Copies of a few octets, without the call and without the slow string instructions that some
 * compilers choose: the first and the last word, which may overlap.
 */
static inline uint8_t *put_octets(uint8_t *out, const uint8_t *in, unsigned count)
{
	for (unsigned i = 0; i + 8 < count; i += 8) {
		move64(out + i, in + i);
	}
	move64(out + count - 8, in + count - 8);
	return out + count;
}

static inline uint8_t *put_7(uint8_t *out, const uint8_t *in, unsigned count)
{
	move32(out, in);
	move32(out + count - 4, in + count - 4);
	return out + count;
}

static inline uint8_t *put_3(uint8_t *out, const uint8_t *in, unsigned count)
{
	out[0] = in[0];
	out[count / 2] = in[count / 2];
	out[count - 1] = in[count - 1];
	return out + count;
}

static uint8_t *put_ipv4(uint8_t *out, const uint8_t *in, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		move32(out, in);
		in += 16;
		out += 4;
	}
	return out;
}

static uint8_t *put_times(uint8_t *out, const uint8_t *in, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		int64_t us;

		memcpy(&us, in + 8 * (size_t)i, sizeof(us));
		store_be64(out, (uint64_t)us / 1000);
		out += 8;
	}
	return out;
}

/* RFC 7011 6.1.9: seconds since 1900 and a fraction of 2^-32, of which 11 bits are left 0. */
static uint8_t *put_ntp(uint8_t *out, const uint8_t *in, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t us;

		memcpy(&us, in + 8 * (size_t)i, sizeof(us));
		store_be32(out, (uint32_t)(us / 1000000 + NTP_EPOCH_S));
		store_be32(out + 4, (uint32_t)(((us % 1000000) << 32) / 1000000) & ~0x7ffU);
		out += 8;
	}
	return out;
}

static uint8_t *put_be64(uint8_t *out, const uint8_t *in, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t v;

		memcpy(&v, in + 8 * (size_t)i, sizeof(v));
		store_be64(out, v);
		out += 8;
	}
	return out;
}

static uint8_t *put_be32(uint8_t *out, const uint8_t *in, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint32_t v;

		memcpy(&v, in + 4 * (size_t)i, sizeof(v));
		store_be32(out, v);
		out += 4;
	}
	return out;
}

static uint8_t *put_be16(uint8_t *out, const uint8_t *in, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint16_t v;

		memcpy(&v, in + 2 * (size_t)i, sizeof(v));
		store_be16(out, v);
		out += 2;
	}
	return out;
}

static uint8_t *put_flags(uint8_t *out, const uint8_t *in, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint16_t v;

		memcpy(&v, in + 2 * (size_t)i, sizeof(v));
		*out++ = (uint8_t)v;
	}
	return out;
}

static uint8_t *put_texts(uint8_t *out, const struct plan_text *texts, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint32_t octets = texts[i].octets;

		if (octets < 255) {
			*out++ = (uint8_t)octets;
		} else {
			*out = 255;
			store_be16(out + 1, (uint16_t)octets);
			out += 3;
		}
		if (octets > 0) {
			memcpy(out, texts[i].at, octets);
			out += octets;
		}
	}
	return out;
}

uint8_t *plan_encode(const struct plan *plan, const struct flow_record *record,
	const struct plan_text *texts, uint8_t *out)
{
	const struct plan_op *end = plan->ops + plan->op_count;

	for (const struct plan_op *op = plan->ops; op < end; op++) {
		const uint8_t *in = (const uint8_t *)record + op->offset;

		switch (op->kind) {
		case PLAN_COPY:
			out = put_octets(out, in, op->count);
			break;
		case PLAN_COPY3:
			out = put_3(out, in, op->count);
			break;
		case PLAN_COPY7:
			out = put_7(out, in, op->count);
			break;
		case PLAN_COPY16:
			move64(out, in);
			move64(out + op->count - 8, in + op->count - 8);
			out += op->count;
			break;
		case PLAN_IPV4:
			out = put_ipv4(out, in, op->count);
			break;
		case PLAN_BE16:
			out = put_be16(out, in, op->count);
			break;
		case PLAN_BE32:
			out = put_be32(out, in, op->count);
			break;
		case PLAN_BE64:
			out = put_be64(out, in, op->count);
			break;
		case PLAN_TIME:
			out = put_times(out, in, op->count);
			break;
		case PLAN_NTP:
			out = put_ntp(out, in, op->count);
			break;
		case PLAN_FLAGS:
			out = put_flags(out, in, op->count);
			break;
		case PLAN_BOOL:
			for (unsigned i = 0; i < op->count; i++) {
				*out++ = in[i] ? 1 : 2; /* RFC 7011 6.1.5 */
			}
			break;
		default:
			out = put_texts(out, texts, op->count);
			texts += op->count;
			break;
		}
	}
	return out;
}
