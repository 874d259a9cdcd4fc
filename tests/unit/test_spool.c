#include "exporter/spool.h"

#include <string.h>

#include "base/wire.h"
#include "tests/unit/spool_fixture.h"
#include "tests/unit/unit.h"

static unsigned files(const struct spool_fixture *f, const char *suffix)
{
	g_autoptr(GDir) dir = g_dir_open(f->directory, 0, NULL);
	const char *name;
	unsigned count = 0;

	while ((name = g_dir_read_name(dir)) != NULL) {
		count += g_str_has_suffix(name, suffix);
	}
	return count;
}

static void messages_come_back_whole_and_in_order(void **state)
{
	struct spool_fixture *f = *state;

	assert_false(spool_waits(f->spool));
	assert_int_equal(spool_take(f), 0);
	for (uint32_t i = 1; i <= 10; i++) {
		spool_keep(f, i);
	}
	assert_true(spool_waits(f->spool));
	for (uint32_t i = 1; i <= 10; i++) {
		assert_int_equal(spool_take(f), i);
	}
	assert_int_equal(spool_take(f), 0);
	assert_int_equal(spool_count(f).messages, 10);
	assert_int_equal(spool_count(f).oldest_us, SPOOL_NOW_US + 1);
	spool_delivered(f->spool, 10);
	assert_int_equal(spool_count(f).messages, 0);
	assert_int_equal(spool_count(f).octets, 0);
	assert_int_equal(files(f, ".ipfix"), 0);
	spool_keep(f, 11);
	assert_int_equal(spool_take(f), 11);
	assert_int_equal(f->lost, 0);
}

static void what_is_not_delivered_is_given_again(void **state)
{
	struct spool_fixture *f = *state;

	for (uint32_t i = 1; i <= 5; i++) {
		spool_keep(f, i);
	}
	assert_int_equal(spool_take(f), 1);
	assert_int_equal(spool_take(f), 2);
	assert_int_equal(spool_take(f), 3);
	spool_delivered(f->spool, 2);
	spool_rewind(f->spool);
	assert_int_equal(spool_take(f), 3);
	assert_int_equal(spool_take(f), 4);
	spool_delivered(f->spool, 1);
	assert_int_equal(spool_take(f), 5);
	spool_delivered(f->spool, 2);
	assert_int_equal(spool_take(f), 0);
	assert_int_equal(spool_count(f).messages, 0);
}

static void a_new_process_goes_on_where_the_former_ended(void **state)
{
	struct spool_fixture *f = *state;

	for (uint32_t i = 1; i <= 5; i++) {
		spool_keep(f, i);
	}
	assert_int_equal(spool_take(f), 1);
	assert_int_equal(spool_take(f), 2);
	spool_delivered(f->spool, 1);
	spool_fixture_reopen(f, SPOOL_OCTETS_MIN);
	assert_int_equal(spool_mark(f->spool).instance, 7);
	assert_int_equal(spool_mark(f->spool).number, 5);
	spool_keep(f, 6);
	for (uint32_t i = 2; i <= 6; i++) {
		assert_int_equal(spool_take(f), i);
	}
	spool_delivered(f->spool, 5);
	spool_fixture_reopen(f, SPOOL_OCTETS_MIN);
	assert_false(spool_waits(f->spool));
	assert_int_equal(spool_mark(f->spool).number, 6);
	spool_keep(f, 7);
	assert_int_equal(spool_take(f), 7);
	assert_int_equal(f->lost, 0);
}

static void the_oldest_give_way_and_are_told(void **state)
{
	struct spool_fixture *f = *state;
	uint32_t first;
	uint32_t count = 0;

	for (uint32_t i = 1; i <= 1000; i++) {
		spool_keep_size(f, i, 1000);
	}
	assert_true(spool_count(f).octets <= SPOOL_OCTETS_MIN);
	assert_true(spool_count(f).octets > SPOOL_OCTETS_MIN * 7 / 8);
	first = spool_take(f);
	assert_int_equal(first, f->lost + 1);
	assert_int_equal(f->lost_records, 2 * f->lost);
	assert_int_equal(spool_count(f).dropped, f->lost);
	for (uint32_t i = first + 1; i <= 1000; i++) {
		assert_int_equal(spool_take(f), i);
		count++;
	}
	assert_int_equal(spool_count(f).messages, count + 1);
}

static void what_is_being_delivered_does_not_give_way(void **state)
{
	struct spool_fixture *f = *state;

	for (uint32_t i = 1; i <= 100; i++) {
		spool_keep_size(f, i, 1000);
	}
	assert_int_equal(spool_take(f), 1);
	assert_int_equal(spool_take(f), 2);
	for (uint32_t i = 101; i <= 1000; i++) {
		spool_keep_size(f, i, 1000);
	}
	assert_true(f->lost > 0);
	spool_rewind(f->spool);
	assert_int_equal(spool_take(f), 1);
	assert_int_equal(spool_take(f), 2);
	spool_delivered(f->spool, 2);
	assert_int_equal(spool_take(f), 3);
	assert_int_equal(spool_count(f).messages, 1000 - f->lost - 2);
}

static void a_file_is_an_ipfix_file_with_its_own_sequence(void **state)
{
	struct spool_fixture *f = *state;
	g_autofree struct message *template = spool_make(99, 200);
	struct queue templates = {0};
	g_autofree char *path = NULL;
	g_autofree char *octets = NULL;
	gsize size = 0;
	const uint32_t sequences[] = {0, 5, 7};
	const uint32_t sizes[] = {200, SPOOL_SMALL_OCTETS, SPOOL_SMALL_OCTETS};
	const uint8_t *at;

	template->info.templates = true;
	template->info.data_records = 5;
	queue_push(&templates, &template->info, template->octets);
	spool_templates(f->spool, &templates);
	queue_clear(&templates);
	spool_keep(f, 1);
	spool_keep(f, 2);
	path = g_build_filename(f->directory, "0000000000000001.ipfix", NULL);
	assert_true(g_file_get_contents(path, &octets, &size, NULL));
	assert_int_equal(size, 200 + 2 * SPOOL_SMALL_OCTETS);
	at = (const uint8_t *)octets;
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		assert_int_equal(load_be16(at), 10);
		assert_int_equal(load_be16(at + 2), sizes[i]);
		assert_int_equal(load_be32(at + 4), SPOOL_NOW_US / 1000000);
		assert_int_equal(load_be32(at + 8), sequences[i]);
		at += sizes[i];
	}
}

static void messages_of_former_templates_bring_them_along(void **state)
{
	struct spool_fixture *f = *state;
	struct queue templates = {0};
	struct queue found = {0};
	uint64_t former;

	for (uint32_t i = 0; i < 2; i++) {
		g_autofree struct message *m = spool_make(50 + i, 60 + i);

		m->info.data_records = i;
		queue_push(&templates, &m->info, m->octets);
	}
	spool_templates(f->spool, &templates);
	former = spool_layout_current(f->spool);
	spool_keep(f, 1);
	spool_fixture_reopen(f, SPOOL_OCTETS_MIN);
	assert_int_equal(spool_layout(f->spool), former);
	assert_true(former != spool_layout_current(f->spool));
	spool_keep(f, 2);
	assert_true(spool_layout_templates(f->spool, &found, NULL));
	assert_int_equal(found.count, 2);
	assert_int_equal(found.head->info.data_records, 0);
	assert_int_equal(found.head->next->info.data_records, 1);
	assert_int_equal(spool_name_of(found.head), 50);
	assert_int_equal(spool_name_of(found.head->next), 51);
	assert_int_equal(spool_take(f), 1);
	assert_int_equal(spool_layout(f->spool), spool_layout_current(f->spool));
	queue_clear(&found);
	/* The same templates have the same layout, whatever time they are stamped with. */
	store_be32(templates.head->octets + 4, 12345);
	spool_templates(f->spool, &templates);
	assert_int_equal(spool_layout_current(f->spool), former);
	queue_clear(&templates);
}

static void two_cannot_use_one_directory(void **state)
{
	struct spool_fixture *f = *state;
	struct spool_config config = {.directory = f->directory,
		.octets_max = SPOOL_OCTETS_MIN,
		.lost = spool_count_lost,
		.context = f};
	g_autoptr(GError) error = NULL;

	assert_null(spool_open(&config, &error));
	assert_non_null(strstr(error->message, "another destination or process uses it"));
}

static void a_directory_that_cannot_be_made_is_an_error(void **state)
{
	struct spool_fixture *f = *state;
	g_autofree char *path = g_build_filename(f->directory, "no", "such", NULL);
	struct spool_config config = {.directory = path,
		.octets_max = SPOOL_OCTETS_MIN,
		.lost = spool_count_lost,
		.context = f};
	g_autoptr(GError) error = NULL;

	assert_null(spool_open(&config, &error));
	assert_non_null(strstr(error->message, "cannot make the directory"));
	assert_non_null(strstr(error->message, path));
}

static void a_spool_that_shrank_makes_room(void **state)
{
	struct spool_fixture *f = *state;

	spool_fixture_reopen(f, 4 * SPOOL_OCTETS_MIN);
	for (uint32_t i = 1; i <= 900; i++) {
		spool_keep_size(f, i, 1000);
	}
	assert_int_equal(f->lost, 0);
	spool_fixture_reopen(f, SPOOL_OCTETS_MIN);
	assert_int_equal(f->lost, 0);
	spool_keep_size(f, 901, 1000);
	assert_true(f->lost > 0);
	assert_true(spool_count(f).octets <= SPOOL_OCTETS_MIN);
	assert_int_equal(spool_take(f), f->lost + 1);
}

#define SPOOL_TEST(name) cmocka_unit_test_setup_teardown(name, spool_set_up, spool_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(messages_come_back_whole_and_in_order),
		SPOOL_TEST(what_is_not_delivered_is_given_again),
		SPOOL_TEST(a_new_process_goes_on_where_the_former_ended),
		SPOOL_TEST(the_oldest_give_way_and_are_told),
		SPOOL_TEST(what_is_being_delivered_does_not_give_way),
		SPOOL_TEST(a_file_is_an_ipfix_file_with_its_own_sequence),
		SPOOL_TEST(messages_of_former_templates_bring_them_along),
		SPOOL_TEST(two_cannot_use_one_directory),
		SPOOL_TEST(a_directory_that_cannot_be_made_is_an_error),
		SPOOL_TEST(a_spool_that_shrank_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
