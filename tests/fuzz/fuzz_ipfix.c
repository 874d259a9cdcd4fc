#include <glib.h>

#include "base/wire.h"
#include "exporter/dump_value.h"
#include "exporter/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct reader *reader;
	GString *line;
};

static void print(void *context, const struct reader_record *record)
{
	struct seen *seen = context;

	(void)g_string_truncate(seen->line, 0);
	dump_values(seen->line, seen->reader, record->domain, record->template, record->values);
	if (!g_utf8_validate_len(seen->line->str, seen->line->len, NULL)) {
		g_error("a line that is not UTF-8");
	}
}

/* A file of messages; lengths in their headers are kept to what there is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire w = wire_of(data, size);
	struct seen seen = {.line = g_string_new(NULL)};

	seen.reader = reader_new(print, &seen);
	while (wire_left(&w) >= 16) {
		size_t octets = load_be16(w.at + 2);

		octets = CLAMP(octets, 16, wire_left(&w));
		(void)reader_message(seen.reader, wire_take(&w, octets), octets, NULL);
	}
	reader_free(seen.reader);
	(void)g_string_free(seen.line, TRUE);
	return 0;
}
