#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "probe/reassembly.h"

static struct reassembly *pool_of(uint32_t streams)
{
	struct hash_key key;
	struct reassembly *pool;

	hash_key_seeded(&key, 1);
	pool = reassembly_new(streams, &key, NULL);
	assert_non_null(pool);
	return pool;
}

static struct reassembly_id id_of(uint32_t flow)
{
	return (struct reassembly_id){.flow = flow, .generation = 7, .side = 1};
}

static struct reassembly_stream *keep(struct reassembly *pool, uint32_t flow, bool *ret_evicted)
{
	struct reassembly_stream *stream = reassembly_open(pool, flow);
	struct reassembly_id id = id_of(flow);

	*ret_evicted = reassembly_keep(pool, stream, &id);
	return stream;
}

static bool has(struct reassembly *pool, uint32_t flow)
{
	struct reassembly_id id = id_of(flow);
	struct reassembly_stream *stream = reassembly_find(pool, &id);

	return stream != NULL && stream->base == flow;
}

static void the_stream_not_used_for_longest_gives_way(void **state)
{
	struct reassembly *pool = pool_of(4);
	bool evicted;

	for (uint32_t flow = 0; flow < 4; flow++) {
		(void)keep(pool, flow, &evicted);
		assert_false(evicted);
	}
	assert_true(has(pool, 0)); /* and is the youngest now */
	(void)keep(pool, 4, &evicted);
	assert_true(evicted);
	assert_true(has(pool, 0));
	assert_false(has(pool, 1));
	assert_true(has(pool, 2));
	(void)keep(pool, 5, &evicted);
	assert_true(evicted);
	assert_false(has(pool, 3));
	reassembly_free(pool);
}

static void an_opened_stream_costs_nobody_its_place(void **state)
{
	struct reassembly *pool = pool_of(2);
	bool evicted;

	(void)keep(pool, 0, &evicted);
	(void)keep(pool, 1, &evicted);
	for (int i = 0; i < 5; i++) {
		reassembly_close(pool, reassembly_open(pool, 9));
	}
	assert_true(has(pool, 0));
	assert_true(has(pool, 1));
	reassembly_free(pool);
}

static void streams_of_other_generations_and_sides_are_others(void **state)
{
	struct reassembly *pool = pool_of(8);
	struct reassembly_id id = id_of(3);
	bool evicted;
	struct reassembly_stream *stream = keep(pool, 3, &evicted);

	assert_ptr_equal(reassembly_find(pool, &id), stream);
	id.side = 0;
	assert_null(reassembly_find(pool, &id));
	id = id_of(3);
	id.generation++;
	assert_null(reassembly_find(pool, &id));
	reassembly_close(pool, stream);
	assert_false(has(pool, 3));
	reassembly_free(NULL);
	reassembly_free(pool);
}

static void opening_and_closing_at_random_keeps_the_pool_whole(void **state)
{
	enum {
		STREAMS = 16,
		FLOWS = 64
	};
	struct reassembly *pool = pool_of(STREAMS);
	GRand *random = g_rand_new_with_seed(5);
	bool evicted;

	for (int i = 0; i < 20000; i++) {
		struct reassembly_id id = id_of((uint32_t)g_rand_int_range(random, 0, FLOWS));
		struct reassembly_stream *stream = reassembly_find(pool, &id);
		unsigned found = 0;

		if (stream == NULL) {
			(void)keep(pool, id.flow, &evicted);
			assert_true(has(pool, id.flow));
		} else if (g_rand_boolean(random)) {
			reassembly_close(pool, stream);
			assert_false(has(pool, id.flow));
		}
		for (uint32_t flow = 0; i % 1000 == 0 && flow < FLOWS; flow++) {
			found += has(pool, flow);
		}
		assert_true(found <= STREAMS);
	}
	g_rand_free(random);
	reassembly_free(pool);
}

static void the_first_copy_of_an_octet_stays(void **state)
{
	struct reassembly *pool = pool_of(1);
	struct reassembly_stream *stream = reassembly_open(pool, 100);

	assert_int_equal(reassembly_insert(stream, 103, (const uint8_t *)"ddd", 3), STATUS_OK);
	assert_int_equal(reassembly_insert(stream, 109, (const uint8_t *)"jj", 2), STATUS_OK);
	assert_int_equal(reassembly_contiguous(stream), 0);
	assert_int_equal(stream->range_count, 2);
	assert_int_equal(
		reassembly_insert(stream, 98, (const uint8_t *)"zzabcDEFghiJKlm", 15), STATUS_OK);
	assert_int_equal(reassembly_contiguous(stream), 13);
	assert_int_equal(stream->range_count, 1);
	assert_memory_equal(stream->octets, "abcdddghijjlm", 13);
	reassembly_free(pool);
}

/* Compare with the plainest thing that could be right: an octet and a mark for each position. */
struct model {
	uint8_t octets[REASSEMBLY_OCTETS_MAX];
	bool filled[REASSEMBLY_OCTETS_MAX];
	uint32_t base;
};

static void model_insert(struct model *model, uint32_t sequence, const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t at = sequence + (uint32_t)i - model->base;

		if (at < REASSEMBLY_OCTETS_MAX && !model->filled[at]) {
			model->filled[at] = true;
			model->octets[at] = octets[i];
		}
	}
}

static void model_consume(struct model *model, uint32_t n)
{
	for (uint32_t i = 0; i < REASSEMBLY_OCTETS_MAX; i++) {
		bool there = i + n < REASSEMBLY_OCTETS_MAX;

		model->filled[i] = there && model->filled[i + n];
		model->octets[i] = there ? model->octets[i + n] : 0;
	}
	model->base += n;
}

static void assert_same(const struct reassembly_stream *stream, const struct model *model)
{
	uint32_t contiguous = 0;
	uint32_t at = 0;

	while (contiguous < REASSEMBLY_OCTETS_MAX && model->filled[contiguous]) {
		contiguous++;
	}
	assert_int_equal(reassembly_contiguous(stream), contiguous);
	for (unsigned i = 0; i < stream->range_count; i++) {
		struct reassembly_range range = stream->ranges[i];

		assert_true(range.start < range.end);
		assert_true(i == 0 || range.start > at); /* touching ranges are one */
		for (; at < range.start; at++) {
			assert_false(model->filled[at]);
		}
		for (; at < range.end; at++) {
			assert_true(model->filled[at]);
			assert_int_equal(stream->octets[at], model->octets[at]);
		}
	}
	for (; at < REASSEMBLY_OCTETS_MAX; at++) {
		assert_false(model->filled[at]);
	}
}

static void pieces_at_random_give_what_the_model_gives(void **state)
{
	struct reassembly *pool = pool_of(1);
	GRand *random = g_rand_new_with_seed(20);
	static struct model model;
	static uint8_t octets[600];
	unsigned refused = 0;

	for (int run = 0; run < 60; run++) {
		/* Half of them wrap around. */
		uint32_t base = run % 2 ? g_rand_int(random)
					: -(uint32_t)g_rand_int_range(random, 0, 16000);
		int most = run % 3 == 0 ? 20 : 600;
		struct reassembly_stream *stream = reassembly_open(pool, base);

		memset(&model, 0, sizeof(model));
		model.base = base;
		for (int i = 0; i < 120; i++) {
			uint32_t at = model.base + (uint32_t)g_rand_int_range(random, -700, 16900);
			size_t n = (size_t)g_rand_int_range(random, 0, most);
			uint16_t ranges = stream->range_count;
			enum status status;

			memset(octets, g_rand_int_range(random, 0, 256), sizeof(octets));
			status = reassembly_insert(stream, at, octets, n);
			if (status == STATUS_FULL && ranges == REASSEMBLY_RANGES_MAX &&
				stream->range_count == ranges) {
				refused++;
				continue;
			}
			model_insert(&model, at, octets, n);
			if (i % 50 == 49) {
				uint32_t forward = (uint32_t)g_rand_int_range(random, 0, 5000);

				reassembly_consume(stream, forward);
				model_consume(&model, forward);
			}
		}
		assert_same(stream, &model);
		reassembly_close(pool, stream);
	}
	assert_true(refused > 0);
	g_rand_free(random);
	reassembly_free(pool);
}

static void what_lies_beyond_the_bound_is_left_out_and_told(void **state)
{
	struct reassembly *pool = pool_of(1);
	struct reassembly_stream *stream = reassembly_open(pool, UINT32_MAX - 5);
	uint32_t end = UINT32_MAX - 5 + REASSEMBLY_OCTETS_MAX;

	assert_int_equal(reassembly_insert(stream, end, (const uint8_t *)"x", 1), STATUS_FULL);
	assert_int_equal(reassembly_insert(stream, end, (const uint8_t *)"x", 0), STATUS_OK);
	assert_int_equal(stream->range_count, 0);
	assert_int_equal(reassembly_insert(stream, end - 1, (const uint8_t *)"xy", 2), STATUS_FULL);
	assert_int_equal(stream->ranges[0].end, REASSEMBLY_OCTETS_MAX);
	assert_int_equal(reassembly_insert(stream, UINT32_MAX - 5 - 2, (const uint8_t *)"abc", 3),
		STATUS_OK);
	assert_int_equal(reassembly_contiguous(stream), 1);
	assert_int_equal(stream->octets[0], 'c');
	assert_int_equal(stream->octets[REASSEMBLY_OCTETS_MAX - 1], 'x');
	reassembly_free(pool);
}

static void consuming_more_than_has_arrived_skips(void **state)
{
	struct reassembly *pool = pool_of(1);
	struct reassembly_stream *stream = reassembly_open(pool, 0);

	(void)reassembly_insert(stream, 0, (const uint8_t *)"abc", 3);
	reassembly_consume(stream, 40000);
	assert_int_equal(stream->range_count, 0);
	assert_int_equal(stream->base, 40000);
	assert_int_equal(
		reassembly_insert(stream, 39990, (const uint8_t *)"0123456789x", 11), STATUS_OK);
	assert_int_equal(reassembly_contiguous(stream), 1);
	assert_int_equal(stream->octets[0], 'x');
	reassembly_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stream_not_used_for_longest_gives_way),
		cmocka_unit_test(an_opened_stream_costs_nobody_its_place),
		cmocka_unit_test(streams_of_other_generations_and_sides_are_others),
		cmocka_unit_test(opening_and_closing_at_random_keeps_the_pool_whole),
		cmocka_unit_test(the_first_copy_of_an_octet_stays),
		cmocka_unit_test(pieces_at_random_give_what_the_model_gives),
		cmocka_unit_test(what_lies_beyond_the_bound_is_left_out_and_told),
		cmocka_unit_test(consuming_more_than_has_arrived_skips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
