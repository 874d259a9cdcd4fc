#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/options.h"

static const char *const kind_names[] = {[OPTION_FLAG] = "true or false",
	[OPTION_TEXT] = "a string",
	[OPTION_LIST] = "an array of strings",
	[OPTION_NUMBER] = "a number",
	[OPTION_SECONDS] = "a number",
	[OPTION_WORD] = "a string"};

static bool refuse_type(
	const struct option_spec *spec, const char *what, const json_t *value, GError **error)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "%s: %.60s is not %s", what,
		text != NULL ? text : "?", kind_names[spec->kind]);
	free(text);
	return false;
}

static bool set_list(const struct option_spec *spec, void *target, const char *what,
	const json_t *value, GError **error)
{
	char ***list = (char ***)(void *)((char *)target + spec->offset);
	size_t index;
	const json_t *item;

	if (!json_is_array(value)) {
		return refuse_type(spec, what, value, error);
	}
	g_clear_pointer(list, g_strfreev);
	json_array_foreach(value, index, item)
	{
		if (!json_is_string(item)) {
			return refuse_type(spec, what, value, error);
		}
		(void)options_set_text(spec, target, what, json_string_value(item), NULL);
	}
	return true;
}

static bool set_value(const struct option_spec *spec, void *target, const char *what,
	const json_t *value, GError **error)
{
	switch (spec->kind) {
	case OPTION_FLAG:
		if (json_is_boolean(value)) {
			*(bool *)((char *)target + spec->offset) = json_is_true(value);
			return true;
		}
		break;
	case OPTION_TEXT:
	case OPTION_WORD:
		if (json_is_string(value)) {
			return options_set_text(
				spec, target, what, json_string_value(value), error);
		}
		break;
	case OPTION_NUMBER:
	case OPTION_SECONDS:
		if (json_is_number(value)) {
			return options_set_number(
				spec, target, what, json_number_value(value), error);
		}
		break;
	case OPTION_LIST:
		return set_list(spec, target, what, value, error);
	}
	return refuse_type(spec, what, value, error);
}

static const struct option_spec *find_key(
	const struct option_spec *specs, unsigned count, const char *key)
{
	for (unsigned i = 0; i < count; i++) {
		if (specs[i].key != NULL && strcmp(specs[i].key, key) == 0) {
			return &specs[i];
		}
	}
	return NULL;
}

static bool set_all(const struct option_set *set, void *target, const char *path,
	const json_t *object, GError **error)
{
	struct option_spec specs[OPTIONS_MAX];
	unsigned count = options_flatten(set, specs);
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		const struct option_spec *spec = find_key(specs, count, key);
		char *what = g_strdup_printf("%s: '%s'", path, key);
		bool good;

		if (spec == NULL) {
			g_free(what);
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"%s: '%s': there is no such setting", path, key);
			return false;
		}
		good = set_value(spec, target, what, value, error);
		g_free(what);
		if (!good) {
			return false;
		}
	}
	return true;
}

bool options_read(const struct option_set *set, void *target, const char *path, GError **error)
{
	json_error_t reason;
	json_t *object = json_load_file(path, JSON_REJECT_DUPLICATES, &reason);
	bool good;

	if (object == NULL && reason.line > 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "%s:%d: %s", path, reason.line,
			reason.text);
		return false;
	}
	if (object == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "%s", reason.text);
		return false;
	}
	if (!json_is_object(object)) {
		json_decref(object);
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "%s: is not a JSON object", path);
		return false;
	}
	good = set_all(set, target, path, object, error);
	json_decref(object);
	return good;
}
