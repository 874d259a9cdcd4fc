#include "exporter/plan.h"

#include <glib.h>
#include <string.h>

#include "base/wire.h"

static const uint8_t member_octets[] = {
	[PLAN_COPY] = 1,
	[PLAN_COPY4] = 16,
	[PLAN_COPY32] = 32,
	[PLAN_BE16] = 2,
	[PLAN_BE32] = 4,
	[PLAN_BE64] = 8,
	[PLAN_TIME] = 8,
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
	};
	struct plan_op op = {
		.kind = kinds[field->member->kind], .count = 1, .offset = field->member->offset};

	if (op.kind == PLAN_COPY) {
		op.count = (uint8_t)field->octets;
	}
	if (field->member->kind == RECORD_ADDR && field->octets == 4) {
		op.kind = PLAN_COPY4;
		op.count = 1;
	}
	return op;
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
			plan->text_offsets[plan->text_count++] = op.offset;
		}
		if (last && last->kind == op.kind &&
			last->offset + last->count * member_octets[op.kind] == op.offset) {
			last->count = (uint8_t)(last->count + op.count);
		} else {
			plan->ops[plan->op_count++] = op;
		}
	}
	for (unsigned i = 0; i < plan->op_count; i++) {
		if (plan->ops[i].kind == PLAN_COPY && plan->ops[i].count == 32) {
			plan->ops[i].kind = PLAN_COPY32;
		}
	}
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
			memcpy(out, in, op->count);
			out += op->count;
			break;
		case PLAN_COPY4:
			for (unsigned i = 0; i < op->count; i++) {
				memcpy(out, in + 16 * (size_t)i, 4);
				out += 4;
			}
			break;
		case PLAN_COPY32:
			memcpy(out, in, 32);
			out += 32;
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
