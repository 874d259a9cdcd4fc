#include "base/rpc_json.h"

#include <stdbool.h>
#include <string.h>

/* @id: a new reference. */
static json_t *response(json_t *id, const char *key, json_t *value)
{
	json_t *out = json_object();

	json_object_set_new(out, "jsonrpc", json_string("2.0"));
	json_object_set_new(out, key, value);
	json_object_set_new(out, "id", id);
	return out;
}

static json_t *fault(json_t *id, enum rpc_code code, const char *message)
{
	json_t *error = json_object();

	json_object_set_new(error, "code", json_integer(code));
	json_object_set_new(error, "message", json_string(message));
	return response(id, "error", error);
}

static json_t *discover(const struct rpc *rpc)
{
	json_t *out = json_object();
	json_t *info = json_object();
	json_t *methods = json_array();

	json_object_set_new(info, "title", json_string(rpc->title));
	json_object_set_new(info, "version", json_string(PACKAGE_VERSION));
	for (size_t i = 0; i < rpc->method_count; i++) {
		json_t *method = json_object();
		json_t *result = json_object();

		json_object_set_new(result, "name", json_string("result"));
		json_object_set_new(result, "schema", json_object());
		json_object_set_new(method, "name", json_string(rpc->methods[i].name));
		json_object_set_new(method, "summary", json_string(rpc->methods[i].text));
		json_object_set_new(method, "params", json_array());
		json_object_set_new(method, "result", result);
		json_array_append_new(methods, method);
	}
	json_object_set_new(out, "openrpc", json_string("1.2.6"));
	json_object_set_new(out, "info", info);
	json_object_set_new(out, "methods", methods);
	return out;
}

/* Call @name. @id: a new reference. */
static json_t *call(const struct rpc *rpc, const char *name, const json_t *params, json_t *id)
{
	const char *wrong = "they do not fit the method";

	if (strcmp(name, "rpc.discover") == 0) {
		return response(id, "result", discover(rpc));
	}
	for (size_t i = 0; i < rpc->method_count; i++) {
		if (strcmp(rpc->methods[i].name, name) == 0) {
			json_t *result = rpc->methods[i].call(rpc->context, params, &wrong);

			return result != NULL ? response(id, "result", result)
					      : fault(id, RPC_PARAMS, wrong);
		}
	}
	return fault(id, RPC_METHOD, "there is no such method");
}

static bool is_id(const json_t *id)
{
	return json_is_string(id) || json_is_number(id) || json_is_null(id);
}

/* One request; NULL if it wants no answer. */
static json_t *answer(const struct rpc *rpc, const json_t *request)
{
	json_t *id = json_object_get(request, "id");
	const char *version = json_string_value(json_object_get(request, "jsonrpc"));
	const char *name = json_string_value(json_object_get(request, "method"));
	json_t *params = json_object_get(request, "params");
	json_t *out;

	if (version == NULL || strcmp(version, "2.0") != 0 || name == NULL ||
		(id != NULL && !is_id(id)) ||
		(params != NULL && !json_is_array(params) && !json_is_object(params))) {
		return fault(id != NULL && is_id(id) ? json_incref(id) : json_null(), RPC_REQUEST,
			"not a request of JSON-RPC 2.0");
	}
	out = call(rpc, name, params, id != NULL ? json_incref(id) : json_null());
	if (id == NULL) {
		json_decref(out);
		return NULL;
	}
	return out;
}

static json_t *answer_batch(const struct rpc *rpc, const json_t *requests)
{
	size_t count = json_array_size(requests);
	json_t *out;

	if (count == 0 || count > RPC_BATCH_MAX) {
		return fault(json_null(), RPC_REQUEST, "a batch has 1 to 64 requests");
	}
	out = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *one = answer(rpc, json_array_get(requests, i));

		if (one != NULL) {
			json_array_append_new(out, one);
		}
	}
	if (json_array_size(out) == 0) {
		json_decref(out);
		return NULL;
	}
	return out;
}

char *rpc_answer(const struct rpc *rpc, const char *line, size_t octets)
{
	json_t *request =
		octets > RPC_LINE_MAX ? NULL : json_loadb(line, octets, JSON_DECODE_ANY, NULL);
	json_t *out;
	char *text;

	if (request == NULL) {
		out = fault(json_null(), RPC_PARSE, "not JSON, or too long");
	} else if (json_is_array(request)) {
		out = answer_batch(rpc, request);
	} else {
		out = answer(rpc, request);
	}
	json_decref(request);
	if (out == NULL) {
		return NULL;
	}
	text = json_dumps(out, JSON_COMPACT);
	json_decref(out);
	return text;
}
