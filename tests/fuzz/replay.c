/*
 * Replays the corpus of a fuzz target as an ordinary test: every file as it is, then its prefixes
 * and its copies with one octet changed. Files of more than SMALL_OCTETS are sampled, evenly and
 * always in the same places. Each input lies in an allocation of its exact size, so that the
 * address sanitizer sees every octet read too far.
 *
 *	fuzz_X           the files in $TOP_SRCDIR/tests/fuzz/corpus/X
 *	fuzz_X FILE...   these files
 */
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL_OCTETS 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_copy(const uint8_t *data, size_t size, size_t changed, uint8_t change)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL) {
		abort();
	}
	memcpy(copy, data, size);
	if (changed < size) {
		copy[changed] ^= change;
	}
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static unsigned run_neighbours(const uint8_t *data, size_t size)
{
	static const uint8_t changes[] = {0x01, 0x80, 0xff};
	size_t step = size / SMALL_OCTETS + 1;
	unsigned runs = 0;

	for (size_t at = 0; at < size; at += step) {
		run_copy(data, at, at, 0);
		runs++;
		for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
			run_copy(data, size, at, changes[i]);
			runs++;
		}
	}
	return runs;
}

static bool replay_file(const char *path, unsigned number)
{
	char *data = NULL;
	gsize size = 0;
	GError *error = NULL;
	unsigned runs;

	if (!g_file_get_contents(path, &data, &size, &error)) {
		printf("not ok %u - %s\n", number, error->message);
		g_error_free(error);
		return false;
	}
	printf("# replaying %s\n", path); /* names the culprit should the target crash */
	(void)fflush(stdout);
	run_copy((const uint8_t *)data, size, size, 0);
	runs = 1 + run_neighbours((const uint8_t *)data, size);
	printf("ok %u - %s, %u inputs\n", number,
		strrchr(path, '/') ? strrchr(path, '/') + 1 : path, runs);
	g_free(data);
	return true;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *corpus_files(const char *program)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	const char *top = g_getenv("TOP_SRCDIR");
	char *base = g_path_get_basename(program);
	const char *target = g_str_has_prefix(base, "fuzz_") ? base + strlen("fuzz_") : base;
	char *folder = g_build_filename(top ? top : ".", "tests", "fuzz", "corpus", target, NULL);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
	}
	if (dir != NULL) {
		g_dir_close(dir);
	}
	if (paths->len == 0) {
		printf("# no files in %s\n", folder);
	}
	g_ptr_array_sort(paths, compare_paths);
	g_free(folder);
	g_free(base);
	return paths;
}

int main(int argc, char **argv)
{
	GPtrArray *paths;
	bool good;

	if (argc > 1) {
		paths = g_ptr_array_new();
		for (int i = 1; i < argc; i++) {
			g_ptr_array_add(paths, argv[i]);
		}
	} else {
		paths = corpus_files(argv[0]);
	}
	good = paths->len > 0;
	printf("1..%u\n", paths->len > 0 ? paths->len : 1);
	if (!good) {
		printf("not ok 1 - the corpus has files\n");
	}
	for (unsigned i = 0; i < paths->len; i++) {
		good = replay_file(g_ptr_array_index(paths, i), i + 1) && good;
	}
	g_ptr_array_unref(paths);
	return good ? 0 : 1;
}
