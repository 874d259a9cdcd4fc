#include "base/options.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/unit/unit.h"

struct target {
	bool flag;
	char *config;
	char *text;
	char **list;
	char **objects;
	int64_t number;
	int64_t seconds_ms;
	int word;
};

static const char *const words[] = {"red", "green", NULL};

#define AT(member) offsetof(struct target, member)

static const struct option_spec specs[] = {
	{.name = "config", .letter = 'c', .kind = OPTION_TEXT, .offset = AT(config)},
	{.name = "flag", .key = "flag", .letter = 'f', .kind = OPTION_FLAG, .offset = AT(flag)},
	{.name = "text", .key = "text", .kind = OPTION_TEXT, .offset = AT(text)},
	{.name = "item", .key = "items", .letter = 'i', .kind = OPTION_LIST, .offset = AT(list)},
	{.name = "object", .key = "objects", .kind = OPTION_OBJECTS, .offset = AT(objects)},
	{.name = "number",
		.key = "number",
		.letter = 'n',
		.kind = OPTION_NUMBER,
		.offset = AT(number),
		.min = 1,
		.max = 1000,
		.argument = "N",
		.text = "a number"},
	{.name = "wait",
		.key = "wait-s",
		.kind = OPTION_SECONDS,
		.offset = AT(seconds_ms),
		.min = 1,
		.max = 60000},
	{.name = "word", .key = "word", .kind = OPTION_WORD, .offset = AT(word), .words = words},
};

static const struct option_table table = {specs, G_N_ELEMENTS(specs)};

static const struct option_set set = {
	.groups = {{&table, 0}}, .config = AT(config), .synopsis = "test [OPTION...]"};

static bool parse(struct target *target, GError **error, const char *const *constants)
{
	char **arguments = (char **)(uintptr_t)constants; /* as main() gets them */

	return options_parse(&set, target, (int)g_strv_length(arguments), arguments, error);
}

#define PARSE(target, error, ...) parse(target, error, (const char *[]){"test", __VA_ARGS__, NULL})

static void every_kind_is_set_from_the_command_line(void **state)
{
	struct target target = {.number = 7, .seconds_ms = 9};
	GError *error = NULL;

	assert_true(PARSE(&target, &error, "-f", "--text", "a b", "-i", "one", "--item=two", "-n12",
		"--wait", "0.5", "--word", "green"));
	assert_null(error);
	assert_true(target.flag);
	assert_string_equal(target.text, "a b");
	assert_string_equal(target.list[0], "one");
	assert_string_equal(target.list[1], "two");
	assert_null(target.list[2]);
	assert_int_equal(target.number, 12);
	assert_int_equal(target.seconds_ms, 500);
	assert_int_equal(target.word, 1);
	options_clear(&set, &target);
	assert_null(target.text);
	assert_null(target.list);
}

static void what_is_not_given_keeps_its_default(void **state)
{
	struct target target = {.number = 7, .seconds_ms = 9, .word = 1};

	assert_true(PARSE(&target, NULL, "--text", "x"));
	assert_int_equal(target.number, 7);
	assert_int_equal(target.seconds_ms, 9);
	assert_int_equal(target.word, 1);
	assert_false(target.flag);
	options_clear(&set, &target);
}

#define REFUSE(reason, ...)                                                                        \
	do {                                                                                       \
		struct target target_ = {0};                                                       \
		GError *error_ = NULL;                                                             \
		assert_false(PARSE(&target_, &error_, __VA_ARGS__));                               \
		assert_string_equal(error_->message, reason);                                      \
		g_clear_error(&error_);                                                            \
		options_clear(&set, &target_);                                                     \
	} while (0)

static void wrong_arguments_are_named(void **state)
{
	REFUSE("--number: '0' is not a number from 1 to 1000", "-n", "0");
	REFUSE("--number: '1001' is not a number from 1 to 1000", "-n", "1001");
	REFUSE("--number: '1.5' is not a number from 1 to 1000", "-n", "1.5");
	REFUSE("--number: 'x' is not a number from 1 to 1000", "-n", "x");
	REFUSE("--number: '5x' is not a number from 1 to 1000", "-n", "5x");
	REFUSE("--number: '' is not a number from 1 to 1000", "-n", "");
	REFUSE("--number: 'nan' is not a number from 1 to 1000", "-n", "nan");
	REFUSE("--wait: '0' is not a number of seconds from 0.001 to 60", "--wait", "0");
	REFUSE("--wait: '1000000000' is not a number of seconds from 0.001 to 60", "--wait", "1e9");
	REFUSE("--word: 'blue' is none of red, green", "--word", "blue");
	REFUSE("--unknown: there is no such option", "--unknown");
	REFUSE("-x: there is no such option", "-x");
	REFUSE("-n: its value is missing", "-n");
	REFUSE("--text: its value is missing", "--text");
	REFUSE("'stray' is not an option", "stray");
}

static char *write_file(const char *content)
{
	char *path = NULL;
	int fd = g_file_open_tmp("weir-test-XXXXXX", &path, NULL);

	assert_true(fd >= 0);
	assert_true(g_close(fd, NULL));
	assert_true(g_file_set_contents(path, content, -1, NULL));
	return path;
}

static void a_file_sets_every_kind(void **state)
{
	struct target target = {0};
	char *path = write_file("{\"flag\": true, \"text\": \"t\", \"items\": [\"a\", \"b\"],"
				"\"number\": 5, \"wait-s\": 1.25, \"word\": \"green\"}");
	GError *error = NULL;

	assert_true(PARSE(&target, &error, "--config", path));
	assert_null(error);
	assert_true(target.flag);
	assert_string_equal(target.text, "t");
	assert_string_equal(target.list[1], "b");
	assert_int_equal(target.number, 5);
	assert_int_equal(target.seconds_ms, 1250);
	assert_int_equal(target.word, 1);
	options_clear(&set, &target);
	(void)g_unlink(path);
	g_free(path);
}

static void the_command_line_overrides_the_file_wherever_it_stands(void **state)
{
	struct target target = {0};
	char *path =
		write_file("{\"text\": \"file\", \"items\": [\"a\", \"b\", \"c\"], \"number\": 5}");

	assert_true(PARSE(&target, NULL, "--text", "line", "-i", "x", "-c", path, "-i", "y"));
	assert_string_equal(target.text, "line");
	assert_string_equal(target.list[0], "x");
	assert_string_equal(target.list[1], "y");
	assert_null(target.list[2]);
	assert_int_equal(target.number, 5);
	options_clear(&set, &target);
	(void)g_unlink(path);
	g_free(path);
}

static void refuse_file(const char *content, const char *message)
{
	struct target target = {0};
	char *path = write_file(content);
	GError *error = NULL;

	assert_false(PARSE(&target, &error, "--config", path));
	assert_true(g_str_has_prefix(error->message, path));
	assert_string_equal(error->message + strlen(path), message);
	g_clear_error(&error);
	options_clear(&set, &target);
	(void)g_unlink(path);
	g_free(path);
}

static void wrong_files_are_named_with_key_and_value(void **state)
{
	refuse_file("{\"txt\": 1}", ": 'txt': there is no such setting");
	refuse_file("{\"config\": \"x\"}", ": 'config': there is no such setting");
	refuse_file("{\"number\": \"5\"}", ": 'number': \"5\" is not a number");
	refuse_file("{\"number\": 0}", ": 'number': '0' is not a number from 1 to 1000");
	refuse_file("{\"flag\": 1}", ": 'flag': 1 is not true or false");
	refuse_file("{\"items\": \"a\"}", ": 'items': \"a\" is not an array of strings");
	refuse_file("{\"items\": [1]}", ": 'items': [1] is not an array of strings");
	refuse_file("{\"text\": null}", ": 'text': null is not a string");
	refuse_file("{\"word\": \"blue\"}", ": 'word': 'blue' is none of red, green");
	refuse_file(
		"{\"wait-s\": 0}", ": 'wait-s': '0' is not a number of seconds from 0.001 to 60");
	refuse_file("[]", ": is not a JSON object");
	refuse_file(
		"{\"text\": \"a\", \"text\": \"b\"}", ":1: duplicate object key near '\"text\"'");
}

static void objects_of_a_file_are_texts_with_options(void **state)
{
	struct target target = {0};
	char *path = write_file("{\"objects\": [\"plain?a=b\", {\"name\": \"n\"},"
				"{\"yes\": true, \"name\": \"n\", \"no\": false, \"half\": 0.5,"
				"\"text\": \"a&b%c,d\", \"list\": [\"x\", \"y\"]}]}");

	assert_true(PARSE(&target, NULL, "--config", path));
	assert_string_equal(target.objects[0], "plain?a=b");
	assert_string_equal(target.objects[1], "n");
	assert_string_equal(
		target.objects[2], "n?yes=yes&no=no&half=0.5&text=a%26b%25c,d&list=x,y");
	assert_null(target.objects[3]);
	assert_true(PARSE(&target, NULL, "--config", path, "--object", "one", "--object", "two"));
	assert_string_equal(target.objects[0], "one");
	assert_string_equal(target.objects[1], "two");
	assert_null(target.objects[2]);
	options_clear(&set, &target);
	assert_null(target.objects);
	(void)g_unlink(path);
	g_free(path);
}

static void objects_that_are_no_text_are_refused(void **state)
{
	const char *reason = " is not an array of strings or of objects with a name";
	const char *const wrong[] = {"{\"name\":\"a\"}", "[1]", "[{}]", "[{\"name\":1}]",
		"[{\"name\":\"a\",\"b\":{}}]", "[{\"name\":\"a\",\"b\":null}]",
		"[{\"name\":\"a\",\"b\":[1]}]"};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		char *content = g_strdup_printf("{\"objects\": %s}", wrong[i]);
		char *message = g_strdup_printf(": 'objects': %s%s", wrong[i], reason);

		refuse_file(content, message);
		g_free(content);
		g_free(message);
	}
	refuse_file("{\"items\": [{\"name\":\"a\"}]}",
		": 'items': [{\"name\":\"a\"}] is not an array of strings");
}

static void a_file_that_is_not_there_is_named(void **state)
{
	struct target target = {0};
	GError *error = NULL;

	assert_false(PARSE(&target, &error, "--config", "/nonexistent/weir.json"));
	assert_non_null(strstr(error->message, "/nonexistent/weir.json"));
	g_clear_error(&error);
	options_clear(&set, &target);
}

static void the_help_names_every_option(void **state)
{
	char *text = NULL;
	size_t octets = 0;
	FILE *out = open_memstream(&text, &octets);

	options_help(&set, out);
	assert_int_equal(fclose(out), 0);
	assert_true(g_str_has_prefix(text, "usage: test [OPTION...]\n"));
	assert_non_null(strstr(text, "  -n, --number N"));
	for (unsigned i = 0; i < table.count; i++) {
		char *name = g_strdup_printf("--%s", specs[i].name);

		assert_non_null(strstr(text, name));
		g_free(name);
	}
	free(text);
}

struct shared {
	bool loud;
	char *name;
};

struct sharer {
	int64_t own;
	char *config;
	struct shared shared;
};

static const struct option_spec shared_specs[] = {
	{.name = "loud",
		.letter = 'l',
		.kind = OPTION_FLAG,
		.offset = offsetof(struct shared, loud)},
	{.name = "name",
		.key = "name",
		.kind = OPTION_TEXT,
		.offset = offsetof(struct shared, name)},
};

static const struct option_spec sharer_specs[] = {
	{.name = "own",
		.letter = 'o',
		.kind = OPTION_NUMBER,
		.offset = offsetof(struct sharer, own),
		.max = 9},
	{.name = "config", .kind = OPTION_TEXT, .offset = offsetof(struct sharer, config)},
};

static const struct option_table shared_table = {shared_specs, G_N_ELEMENTS(shared_specs)};
static const struct option_table sharer_table = {sharer_specs, G_N_ELEMENTS(sharer_specs)};

static const struct option_set sharer_set = {
	.groups = {{&sharer_table, 0}, {&shared_table, offsetof(struct sharer, shared)}},
	.config = offsetof(struct sharer, config),
	.synopsis = "sharer"};

static void a_shared_table_fills_the_struct_of_its_own(void **state)
{
	struct sharer sharer = {0};
	char *path = write_file("{\"name\": \"of the file\"}");
	const char *argv[] = {"sharer", "-lo5", "--config", path, NULL};
	const char *again[] = {"sharer", "--config", path, "--name", "of the line", NULL};

	assert_true(options_parse(&sharer_set, &sharer, 4, (char **)(uintptr_t)argv, NULL));
	assert_int_equal(sharer.own, 5);
	assert_true(sharer.shared.loud);
	assert_string_equal(sharer.shared.name, "of the file");
	assert_true(options_parse(&sharer_set, &sharer, 5, (char **)(uintptr_t)again, NULL));
	assert_string_equal(sharer.shared.name, "of the line");
	options_clear(&sharer_set, &sharer);
	assert_null(sharer.shared.name);
	assert_null(sharer.config);
	(void)g_unlink(path);
	g_free(path);
}

static void a_flat_table_counts_from_the_program_s_struct(void **state)
{
	struct option_spec flat[OPTIONS_MAX];

	assert_int_equal(options_flatten(&sharer_set, flat), 4);
	assert_string_equal(flat[0].name, "own");
	assert_int_equal(flat[0].offset, offsetof(struct sharer, own));
	assert_string_equal(flat[3].name, "name");
	assert_int_equal(flat[3].offset, offsetof(struct sharer, shared.name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_set_from_the_command_line),
		cmocka_unit_test(what_is_not_given_keeps_its_default),
		cmocka_unit_test(wrong_arguments_are_named),
		cmocka_unit_test(a_file_sets_every_kind),
		cmocka_unit_test(the_command_line_overrides_the_file_wherever_it_stands),
		cmocka_unit_test(wrong_files_are_named_with_key_and_value),
		cmocka_unit_test(objects_of_a_file_are_texts_with_options),
		cmocka_unit_test(objects_that_are_no_text_are_refused),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(the_help_names_every_option),
		cmocka_unit_test(a_shared_table_fills_the_struct_of_its_own),
		cmocka_unit_test(a_flat_table_counts_from_the_program_s_struct),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
