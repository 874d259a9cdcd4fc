#include "exporter/dump.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "exporter/dump_value.h"
#include "exporter/json_text.h"
#include "exporter/reader.h"
#include "exporter/template.h"

struct dump {
	struct reader *reader;
	FILE *out;
	GString *line;
};

static void dump_record(void *context, const struct reader_record *record)
{
	struct dump *d = context;
	const struct reader_template *t = record->template;
	GString *line = d->line;

	(void)g_string_assign(line, "{");
	json_text_name(line, "msg");
	json_text_u64(line, record->message);
	json_text_name(line, "domain");
	json_text_u64(line, record->domain);
	json_text_name(line, "template");
	json_text_u64(line, t->id);
	json_text_name(line, "export");
	json_text_u64(line, record->export_time_s);
	if (t->scope_count > 0) {
		json_text_name(line, "scope");
		for (unsigned i = 0; i < t->scope_count; i++) {
			(void)g_string_append_c(line, i == 0 ? '[' : ',');
			json_text_string(line, (const uint8_t *)t->fields[i].name,
				strlen(t->fields[i].name));
		}
		(void)g_string_append_c(line, ']');
	}
	json_text_name(line, "rec");
	dump_values(line, d->reader, record->domain, t, record->values);
	(void)g_string_append(line, "}\n");
	(void)fwrite(line->str, 1, line->len, d->out);
}

/* One message into @buffer; its size, 0 at the end of the file or with an error. */
static size_t dump_read(FILE *in, const char *path, uint8_t *buffer, GError **error)
{
	size_t got = fread(buffer, 1, IPFIX_HEADER, in);
	size_t size = got >= 4 ? load_be16(buffer + 2) : 0;

	if (got == IPFIX_HEADER && load_be16(buffer) == IPFIX_VERSION && size >= IPFIX_HEADER) {
		got += fread(buffer + got, 1, size - got, in);
		if (got == size) {
			return size;
		}
	} else if (got == IPFIX_HEADER) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT,
			"%s: octet %ld: version %u, length %zu: not an IPFIX message", path,
			ftell(in) - IPFIX_HEADER, load_be16(buffer), size);
		return 0;
	}
	if (ferror(in)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", path, g_strerror(errno));
		return 0;
	}
	if (got > 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT,
			"%s: ends inside a message, after %zu of its octets", path, got);
		return 0;
	}
	return 0;
}

static bool dump_stream(struct dump *d, FILE *in, const char *path, GError **error)
{
	uint8_t *buffer = g_malloc(IPFIX_MESSAGE_MAX);
	GError *first = NULL;
	GError *last = NULL;
	size_t size;

	while ((size = dump_read(in, path, buffer, &last)) > 0) {
		if (!reader_message(d->reader, buffer, size, first ? NULL : &first) &&
			first != NULL && !g_str_has_prefix(first->message, path)) {
			g_prefix_error(&first, "%s: ", path);
		}
	}
	g_free(buffer);
	if (last != NULL && (first == NULL || last->code == WEIR_ERROR_IO)) {
		g_clear_error(&first);
		g_propagate_error(error, last);
		return false;
	}
	g_clear_error(&last);
	if (first != NULL) {
		g_propagate_error(error, first);
		return false;
	}
	return true;
}

bool dump_file(const char *path, FILE *out, GError **error)
{
	struct dump d = {.out = out};
	bool standard = strcmp(path, "-") == 0;
	FILE *in = standard ? stdin : fopen(path, "rbe");
	bool good;

	if (in == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", path, g_strerror(errno));
		return false;
	}
	d.reader = reader_new(dump_record, &d);
	d.line = g_string_sized_new(4096);
	good = dump_stream(&d, in, standard ? "standard input" : path, error);
	(void)g_string_free(d.line, TRUE);
	reader_free(d.reader);
	if (!standard) {
		(void)fclose(in);
	}
	if (good && (fflush(out) != 0 || ferror(out))) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "output of %s: %s", path,
			g_strerror(errno));
		return false;
	}
	return good;
}
