/* The compiled plans against libfixbuf: the same record must become the same octets. */
#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "base/wire.h"
#include "exporter/plan.h"
#include "exporter/profile.h"
#include "exporter/text.h"
#include "exporter/writer_fixbuf.h"
#include "tests/unit/made_records.h"

#define RECORDS_PER_TEMPLATE 100000

struct last {
	uint8_t octets[IPFIX_MESSAGE_MAX];
	uint32_t size;
	unsigned messages;
};

static void take(void *context, const struct fixbuf_message *message)
{
	struct last *last = context;

	memcpy(last->octets, message->octets, message->size);
	last->size = message->size;
	last->messages++;
}

/* The slow way: a field at a time by the kind of its member, no table shared with the plan. */
static size_t convert(const struct template *t, const struct flow_record *r,
	const struct record_batch *batch, uint8_t *out)
{
	uint8_t *at = out;

	for (unsigned i = 0; i < t->field_count; i++) {
		const struct record_field *member = t->fields[i].member;
		const uint8_t *in = (const uint8_t *)r + member->offset;
		int64_t time_us;
		uint32_t address;
		struct record_text ref;
		struct fixbuf_text text;

		switch (member->kind) {
		case RECORD_TIME:
			memcpy(&time_us, in, 8);
			time_us = (int64_t)((uint64_t)time_us / 1000);
			memcpy(at, &time_us, 8);
			at += 8;
			break;
		case RECORD_FLAGS:
			*at++ = (uint8_t)(in[0] | in[1] << 8); /* little-endian hosts only */
			break;
		case RECORD_BOOL:
			*at++ = *in == 1 ? 1 : 2;
			break;
		case RECORD_ADDR:
			if (r->ip_version == 4) {
				address = load_be32(in); /* to libfixbuf an integer */
				memcpy(at, &address, 4);
				at += 4;
			} else {
				memcpy(at, in, 16);
				at += 16;
			}
			break;
		case RECORD_TEXT:
			memcpy(&ref, in, sizeof(ref));
			text.octets = ref.octets;
			text.at = batch->text + ref.offset;
			memcpy(at, &text, sizeof(text));
			at += sizeof(text);
			break;
		default:
			memcpy(at, in, member->octets);
			at += member->octets;
			break;
		}
	}
	return (size_t)(at - out);
}

static uint32_t plan_way(const struct plan *plan, const struct flow_record *r,
	struct text_source *source, uint8_t *out)
{
	struct plan_text texts[PLAN_TEXTS_MAX];
	uint32_t octets = text_fill(source, plan, r, texts);

	assert_int_equal(source->invalid, 0);
	assert_ptr_equal(plan_encode(plan, r, texts, out), out + octets);
	return octets;
}

struct bench {
	struct template templates[PROFILE_TEMPLATES_MAX];
	struct plan plans[PROFILE_TEMPLATES_MAX];
	struct made_records made;
	struct last last;
	uint8_t inside[2048];
	uint8_t outside[IPFIX_MESSAGE_MAX];
};

/* Make all records of the batch go into the template of @index. */
static void bend(struct bench *b, const struct profile *profile, unsigned index)
{
	for (unsigned i = 0; i < b->made.batch.count; i++) {
		struct flow_record *r = &b->made.records[i];

		while (profile_select(profile, r) != index) {
			uint64_t bits = made_random(&b->made);

			r->ip_version = bits & 1 ? 4 : 6;
			r->has_reverse = bits >> 1 & 1;
			r->protocol = (bits & 4 ? 6 : bits & 8 ? 1 : bits & 16 ? 58 : 17);
		}
	}
}

/* One set of a batch, both ways. */
static void compare(struct bench *b, unsigned index, struct fixbuf_writer *w)
{
	const struct template *t = &b->templates[index];
	struct text_source source = text_source_of(&b->made.batch);
	uint32_t octets = 0;

	for (unsigned i = 0; i < b->made.batch.count; i++) {
		const struct flow_record *r = &b->made.records[i];

		(void)convert(t, r, &b->made.batch, b->inside);
		assert_true(fixbuf_writer_record(w, t, b->inside, NULL));
		octets += plan_way(&b->plans[index], r, &source, b->outside + octets);
	}
	b->last.messages = 0;
	assert_true(fixbuf_writer_flush(w, NULL));
	assert_int_equal(b->last.messages, 1);
	assert_int_equal(b->last.size, IPFIX_HEADER + IPFIX_SET_HEADER + octets);
	assert_memory_equal(b->last.octets + IPFIX_HEADER + IPFIX_SET_HEADER, b->outside, octets);
}

static void prove(const char *name, uint64_t seed)
{
	const struct profile *profile = profile_by_name(name);
	struct bench *b = g_new0(struct bench, 1);
	struct fixbuf_writer *w = fixbuf_writer_new(1, IPFIX_MESSAGE_MAX, take, &b->last);

	assert_non_null(profile);
	profile_templates(profile, b->templates);
	for (unsigned i = 0; i < profile->template_count; i++) {
		plan_compile(&b->templates[i], &b->plans[i]);
		assert_true(fixbuf_writer_template(w, &b->templates[i], NULL));
	}
	assert_true(fixbuf_writer_flush(w, NULL));
	made_init(&b->made, seed);
	for (unsigned index = 0; index < profile->template_count; index++) {
		for (unsigned done = 0; done < RECORDS_PER_TEMPLATE; done += RECORD_BATCH_MAX) {
			made_noise(&b->made, RECORD_BATCH_MAX);
			bend(b, profile, index);
			compare(b, index, w);
		}
	}
	fixbuf_writer_free(w);
	g_free(b);
}

static void basic_plans_give_the_octets_of_libfixbuf(void **state)
{
	prove("basic", 1);
}

static void biflow_plans_give_the_octets_of_libfixbuf(void **state)
{
	prove("biflow", 2);
}

static void full_plans_give_the_octets_of_libfixbuf(void **state)
{
	prove("full", 3);
}

static uint16_t octets_of(const struct record_field *f, bool ipv6)
{
	switch (f->kind) {
	case RECORD_TEXT:
		return TEMPLATE_VARIABLE;
	case RECORD_FLAGS:
		return 1;
	case RECORD_ADDR:
		return ipv6 ? 16 : 4;
	default:
		return f->octets;
	}
}

/* A template of some rows of members, in any order, for one version. */
static void some_members(struct template *t, struct made_records *made, bool ipv6)
{
	unsigned texts = 0;

	memset(t, 0, sizeof(*t));
	t->id = TEMPLATE_ID_FIRST;
	while (t->field_count < TEMPLATE_FIELDS_MAX / 2) {
		size_t at = made_random(made) % record_field_count;
		size_t end = at + 1 + made_random(made) % 6;

		for (; at < MIN(end, record_field_count); at++) {
			const struct record_field *f = &record_fields[at];

			texts += f->kind == RECORD_TEXT;
			if (f->element[0] != '-' &&
				(f->kind != RECORD_TEXT || texts <= PLAN_TEXTS_MAX)) {
				template_add(
					t, ipv6 ? f->element6 : f->element, octets_of(f, ipv6), f);
			}
		}
	}
}

static void any_choice_of_members_gives_the_octets_of_libfixbuf(void **state)
{
	struct bench *b = g_new0(struct bench, 1);

	made_init(&b->made, 4);
	for (unsigned round = 0; round < 500; round++) {
		struct fixbuf_writer *w = fixbuf_writer_new(1, IPFIX_MESSAGE_MAX, take, &b->last);

		some_members(&b->templates[0], &b->made, round % 2);
		plan_compile(&b->templates[0], &b->plans[0]);
		assert_true(fixbuf_writer_template(w, &b->templates[0], NULL));
		assert_true(fixbuf_writer_flush(w, NULL));
		made_noise(&b->made, 8);
		for (unsigned i = 0; i < 8; i++) {
			b->made.records[i].ip_version = round % 2 ? 6 : 4;
		}
		compare(b, 0, w);
		fixbuf_writer_free(w);
	}
	g_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(basic_plans_give_the_octets_of_libfixbuf),
		cmocka_unit_test(biflow_plans_give_the_octets_of_libfixbuf),
		cmocka_unit_test(full_plans_give_the_octets_of_libfixbuf),
		cmocka_unit_test(any_choice_of_members_gives_the_octets_of_libfixbuf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
