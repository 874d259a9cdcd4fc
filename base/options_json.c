#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/options.h"

static const char *const kind_names[] = {[OPTION_FLAG] = "true or false",
	[OPTION_TEXT] = "a string",
	[OPTION_LIST] = "an array of strings",
	[OPTION_OBJECTS] = "an array of strings or of objects with a name",
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

/* What a member of an object is as text; NULL: it cannot be one. Owned. */
static char *member_text(const json_t *value)
{
	g_autoptr(GPtrArray) items = NULL;
	size_t index;
	const json_t *item;

	if (json_is_string(value)) {
		return g_strdup(json_string_value(value));
	}
	if (json_is_boolean(value)) {
		return g_strdup(json_is_true(value) ? "yes" : "no");
	}
	if (json_is_number(value)) {
		return g_strdup_printf("%.15g", json_number_value(value));
	}
	if (!json_is_array(value)) {
		return NULL;
	}
	items = g_ptr_array_new();
	json_array_foreach(value, index, item)
	{
		if (!json_is_string(item)) {
			return NULL;
		}
		g_ptr_array_add(items, (void *)(uintptr_t)json_string_value(item));
	}
	g_ptr_array_add(items, NULL);
	return g_strjoinv(",", (char **)items->pdata);
}

/* An object as the text that stands for it; NULL: it has no name, or members that no text can be. */
static char *object_text(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "name"));
	GString *text;
	const char *key;
	json_t *value;
	char separator = '?';

	if (name == NULL) {
		return NULL;
	}
	text = g_string_new(name);
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		g_autofree char *plain = member_text(value);

		if (plain == NULL) {
			g_string_free(text, TRUE);
			return NULL;
		}
		if (strcmp(key, "name") != 0) {
			g_string_append_printf(text, "%c%s=", separator, key);
			g_string_append_uri_escaped(text, plain, ",:/", TRUE);
			separator = '&';
		}
	}
	return g_string_free(text, FALSE);
}

static char *item_text(const struct option_spec *spec, const json_t *item)
{
	if (json_is_string(item)) {
		return g_strdup(json_string_value(item));
	}
	return spec->kind == OPTION_OBJECTS && json_is_object(item) ? object_text(item) : NULL;
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
		g_autofree char *text = item_text(spec, item);

		if (text == NULL) {
			return refuse_type(spec, what, value, error);
		}
		(void)options_set_text(spec, target, what, text, NULL);
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
	case OPTION_OBJECTS:
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
