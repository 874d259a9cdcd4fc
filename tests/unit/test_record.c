#include "tests/unit/unit.h"

#include <string.h>

#include "base/record.h"

struct seen {
	unsigned batches;
	unsigned records;
	struct flow_record first;
	char text[64];
};

static void take(void *context, const struct record_batch *batch)
{
	struct seen *seen = context;
	const struct record_text *t = &batch->records[0].far_name;

	seen->batches++;
	seen->records += batch->count;
	seen->first = batch->records[0];
	assert_true(t->offset + t->octets <= batch->text_octets);
	assert_true(t->octets < sizeof(seen->text));
	memcpy(seen->text, batch->text + t->offset, t->octets);
	seen->text[t->octets] = '\0';
}

static void a_full_batch_is_handed_over_by_itself(void **state)
{
	struct seen seen = {0};
	static struct record_writer w;

	record_writer_init(&w, take, &seen);
	for (int i = 0; i < RECORD_BATCH_MAX + 1; i++) {
		struct flow_record *r = record_writer_next(&w);

		r->octets = 7;
		r->far_name = record_writer_text(&w, "www.example.com", 15);
	}
	assert_int_equal(seen.batches, 1);
	assert_int_equal(seen.records, RECORD_BATCH_MAX);
	assert_string_equal(seen.text, "www.example.com");
	record_writer_flush(&w);
	assert_int_equal(seen.batches, 2);
	assert_int_equal(seen.records, RECORD_BATCH_MAX + 1);
	record_writer_flush(&w);
	assert_int_equal(seen.batches, 2);
}

static void long_text_is_cut_on_a_character_boundary(void **state)
{
	struct seen seen = {0};
	static struct record_writer w;
	char text[300];
	struct record_text t;

	memset(text, 'a', sizeof(text));
	memcpy(text + 254, "\xc3\xa9", 2);
	record_writer_init(&w, take, &seen);
	(void)record_writer_next(&w);
	t = record_writer_text(&w, text, sizeof(text));
	assert_int_equal(t.octets, 254);
}

static void reversing_twice_gives_the_same_record(void **state)
{
	struct flow_record r;
	struct flow_record once;
	struct flow_record twice;

	for (size_t i = 0; i < sizeof(r); i++) {
		((uint8_t *)&r)[i] = (uint8_t)(i * 37 + 1);
	}
	r.ip_version = 4;
	r.protocol = 1;
	r.icmp_type_code = 8 << 8;
	r.direction = 0;
	r.biflow_direction = 1;
	record_reverse(&r, &once);
	assert_int_equal(once.icmp_type_code, 0);
	assert_int_equal(once.direction, 1);
	assert_int_equal(once.biflow_direction, 2);
	assert_int_equal(once.octets, r.rev_octets);
	assert_memory_equal(once.src_address, r.dst_address, 16);
	record_reverse(&once, &twice);
	assert_memory_equal(&r, &twice, sizeof(r));
}

static void icmp_types_pair_both_ways(void **state)
{
	for (int version = 4; version <= 6; version += 2) {
		for (int type = 0; type < 256; type++) {
			uint8_t pair = record_icmp_pair((uint8_t)version, (uint8_t)type);

			assert_int_equal(record_icmp_pair((uint8_t)version, pair), type);
		}
	}
	assert_int_equal(record_icmp_pair(4, 8), 0);
	assert_int_equal(record_icmp_pair(4, 3), 3);
	assert_int_equal(record_icmp_pair(6, 128), 129);
	assert_int_equal(record_icmp_pair(6, 135), 136);
	assert_int_equal(record_icmp_pair(6, 137), 137);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_batch_is_handed_over_by_itself),
		cmocka_unit_test(long_text_is_cut_on_a_character_boundary),
		cmocka_unit_test(reversing_twice_gives_the_same_record),
		cmocka_unit_test(icmp_types_pair_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
