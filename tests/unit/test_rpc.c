#include "base/rpc_json.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static unsigned calls;

static json_t *count(void *context, const json_t *params, const char **ret_fault)
{
	if (json_is_object(params)) {
		*ret_fault = "no names";
		return NULL;
	}
	calls++;
	return json_integer(
		(json_int_t)json_array_size(params) + (json_int_t) * (unsigned *)context);
}

static unsigned base = 40;
static const struct rpc_method methods[] = {{"count", "how many there are", count}};
static const struct rpc rpc = {"test", methods, 1, &base};

/* @want: NULL: no answer. */
static void asked(const char *line, const char *want)
{
	char *got = rpc_answer(&rpc, line, strlen(line));

	if (want == NULL) {
		assert_null(got);
	} else {
		assert_non_null(got);
		assert_string_equal(got, want);
	}
	free(got);
}

static void a_call_is_answered_under_its_id(void **state)
{
	asked("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"count\"}",
		"{\"jsonrpc\":\"2.0\",\"result\":40,\"id\":7}");
	asked("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"count\",\"params\":[1,2]}",
		"{\"jsonrpc\":\"2.0\",\"result\":42,\"id\":\"a\"}");
	asked("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"count\"}",
		"{\"jsonrpc\":\"2.0\",\"result\":40,\"id\":null}");
}

static void a_notification_is_heard_and_not_answered(void **state)
{
	calls = 0;
	asked("{\"jsonrpc\":\"2.0\",\"method\":\"count\"}", NULL);
	asked("[{\"jsonrpc\":\"2.0\",\"method\":\"count\"}]", NULL);
	assert_int_equal(calls, 2);
}

static void what_is_wrong_has_its_code(void **state)
{
	static const struct {
		const char *line;
		const char *code;
	} cases[] = {
		{"", "-32700"},
		{"{", "-32700"},
		{"{} x", "-32700"},
		{"{}", "-32600"},
		{"[]", "-32600"},
		{"3", "-32600"},
		{"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"count\"}", "-32600"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", "-32600"},
		{"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"count\"}", "-32600"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"count\",\"params\":3}", "-32600"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nothing\"}", "-32601"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"count\",\"params\":{}}",
			"-32602,\"message\":\"no names\""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = rpc_answer(&rpc, cases[i].line, strlen(cases[i].line));

		assert_non_null(got);
		if (strstr(got, cases[i].code) == NULL) {
			fail_msg("%s: %s", cases[i].line, got);
		}
		free(got);
	}
}

static void a_batch_is_answered_as_a_batch(void **state)
{
	asked("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"count\"},"
	      "{\"jsonrpc\":\"2.0\",\"method\":\"count\"},"
	      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"count\",\"params\":[0]}]",
		"[{\"jsonrpc\":\"2.0\",\"result\":40,\"id\":1},"
		"{\"jsonrpc\":\"2.0\",\"result\":41,\"id\":2}]");
}

static void sizes_are_bounded(void **state)
{
	char *line = calloc(1, RPC_LINE_MAX + 2);
	char *got;

	assert_non_null(line);
	memset(line, ' ', RPC_LINE_MAX + 1);
	line[0] = '1';
	got = rpc_answer(&rpc, line, RPC_LINE_MAX + 1);
	assert_non_null(strstr(got, "-32700"));
	free(got);
	line[0] = '[';
	for (unsigned i = 0; i <= RPC_BATCH_MAX; i++) {
		memcpy(line + 1 + 2 * i, "1,", 2);
	}
	line[2 + 2 * RPC_BATCH_MAX] = ']';
	got = rpc_answer(&rpc, line, 3 + 2 * RPC_BATCH_MAX);
	assert_non_null(strstr(got, "a batch has 1 to 64 requests"));
	free(got);
	free(line);
}

static void it_says_what_it_can_be_asked(void **state)
{
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}";
	char *got = rpc_answer(&rpc, line, strlen(line));

	assert_non_null(strstr(got, "\"openrpc\""));
	assert_non_null(strstr(got, "\"name\":\"count\",\"summary\":\"how many there are\""));
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_answered_under_its_id),
		cmocka_unit_test(a_notification_is_heard_and_not_answered),
		cmocka_unit_test(what_is_wrong_has_its_code),
		cmocka_unit_test(a_batch_is_answered_as_a_batch),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(it_says_what_it_can_be_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
