#include "exporter/spool.h"

#include "tests/unit/spool_fixture.h"
#include "tests/unit/unit.h"

/* The files of a spool, as a crash could leave them. */
struct remains {
	char *names[3];
	char *octets[3];
	gsize sizes[3];
};

static void remains_take(struct spool_fixture *f, struct remains *r)
{
	static const char *const names[3] = {
		"0000000000000001.index", "0000000000000001.ipfix", "position"};

	for (int i = 0; i < 3; i++) {
		r->names[i] = g_build_filename(f->directory, names[i], NULL);
		assert_true(g_file_get_contents(r->names[i], &r->octets[i], &r->sizes[i], NULL));
	}
}

static void remains_put(const struct remains *r, int cut, gsize size)
{
	for (int i = 0; i < 3; i++) {
		assert_true(g_file_set_contents_full(r->names[i], r->octets[i],
			i == cut ? (gssize)size : (gssize)r->sizes[i], G_FILE_SET_CONTENTS_NONE,
			0600, NULL));
	}
}

static void remains_free(struct remains *r)
{
	for (int i = 0; i < 3; i++) {
		g_free(r->names[i]);
		g_free(r->octets[i]);
	}
}

/* Whatever comes must be one of those kept, in order and whole; how many came. */
static unsigned read_all(struct spool_fixture *f)
{
	uint32_t last = 0;
	uint32_t name;
	unsigned count = 0;

	while ((name = spool_take(f)) != 0) {
		assert_true(name > last && name <= 4);
		last = name;
		count++;
	}
	return count;
}

static void a_crash_at_any_octet_loses_only_what_was_not_whole(void **state)
{
	struct spool_fixture *f = *state;
	struct remains r;

	for (uint32_t i = 1; i <= 4; i++) {
		spool_keep(f, i);
	}
	remains_take(f, &r);
	for (int file = 0; file < 2; file++) {
		gsize head = file == 0 ? SPOOL_HEADER_OCTETS : 0;
		gsize each = file == 0 ? SPOOL_ENTRY_OCTETS : SPOOL_SMALL_OCTETS;

		for (gsize size = 0; size < r.sizes[file]; size++) {
			spool_free(f->spool);
			spool_empty_directory(f->directory);
			remains_put(&r, file, size);
			assert_true(spool_fixture_open(f, SPOOL_OCTETS_MIN));
			assert_int_equal(read_all(f), size < head ? 0 : (size - head) / each);
			spool_keep(f, 5);
		}
	}
	remains_free(&r);
}

static void damage_anywhere_is_noticed(void **state)
{
	struct spool_fixture *f = *state;
	struct remains r;

	for (uint32_t i = 1; i <= 4; i++) {
		spool_keep(f, i);
	}
	assert_int_equal(spool_take(f), 1);
	spool_delivered(f->spool, 1);
	remains_take(f, &r);
	for (int file = 0; file < 3; file++) {
		for (gsize at = 0; at < r.sizes[file]; at++) {
			unsigned got;

			spool_free(f->spool);
			spool_empty_directory(f->directory);
			r.octets[file][at] ^= 0x10;
			remains_put(&r, -1, 0);
			r.octets[file][at] ^= 0x10;
			f->lost = 0;
			assert_true(spool_fixture_open(f, SPOOL_OCTETS_MIN));
			got = read_all(f);
			spool_delivered(f->spool, got);
			/* At worst the one delivered comes again. */
			assert_true(got <= 4);
			if (file != 2) {
				assert_true(got == 3 || spool_count(f).damaged > 0);
			}
		}
	}
	remains_free(&r);
}

static void a_damaged_message_is_passed_over_and_told_once(void **state)
{
	struct spool_fixture *f = *state;
	struct remains r;

	for (uint32_t i = 1; i <= 4; i++) {
		spool_keep(f, i);
	}
	spool_free(f->spool);
	remains_take(f, &r);
	r.octets[1][SPOOL_SMALL_OCTETS + 50] ^= 1;
	remains_put(&r, -1, 0);
	assert_true(spool_fixture_open(f, SPOOL_OCTETS_MIN));
	assert_int_equal(spool_take(f), 1);
	assert_int_equal(spool_take(f), 3);
	spool_rewind(f->spool);
	assert_int_equal(f->lost, 0);
	assert_int_equal(spool_take(f), 1);
	assert_int_equal(spool_take(f), 3);
	spool_delivered(f->spool, 2);
	assert_int_equal(f->lost, 1);
	assert_int_equal(f->lost_records, 2);
	assert_int_equal(spool_take(f), 4);
	spool_delivered(f->spool, 1);
	assert_int_equal(spool_count(f).messages, 0);
	remains_free(&r);
}

#define SPOOL_TEST(name) cmocka_unit_test_setup_teardown(name, spool_set_up, spool_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(a_crash_at_any_octet_loses_only_what_was_not_whole),
		SPOOL_TEST(damage_anywhere_is_noticed),
		SPOOL_TEST(a_damaged_message_is_passed_over_and_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
