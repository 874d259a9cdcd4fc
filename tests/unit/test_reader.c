#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "exporter/encoder.h"
#include "exporter/reader.h"
#include "exporter/report.h"
#include "tests/unit/made_records.h"

static void keep(void *context, const struct encoder_message *message)
{
	(void)g_byte_array_append(context, message->octets, message->size);
}

static void count(void *context, const struct reader_record *record)
{
	unsigned *records = context;

	(*records)++;
}

/* Every prefix, and every octet changed; the address sanitizer sees what is read too far. */
static void damaged_messages_do_no_harm(void **state)
{
	struct encoder_config config = {
		.profile = "full", .message_octets_max = 1420, .reports = REPORT_BIT(REPORT_TYPES)};
	GByteArray *good = g_byte_array_new();
	struct encoder *encoder = encoder_new(&config, keep, good, NULL);
	struct made_records *made = g_new(struct made_records, 1);
	unsigned records = 0;
	size_t size;

	encoder_templates(encoder);
	made_init(made, 5);
	made_flows(made, 4);
	encoder_records(encoder, &made->batch);
	encoder_flush(encoder);
	for (size_t at = 0; at < good->len; at += size) {
		size = load_be16(good->data + at + 2);
		for (size_t change = 0; change < 2 * size; change++) {
			struct reader *reader = reader_new(count, &records);
			size_t kept = change < size ? change : size;
			uint8_t *copy = g_memdup2(good->data + at, MAX(kept, 1));

			if (change >= size) {
				copy[change - size] ^= 0xff;
			} else if (kept >= 4) {
				store_be16(copy + 2, (uint16_t)kept);
			}
			(void)reader_message(reader, copy, kept, NULL);
			g_free(copy);
			reader_free(reader);
		}
	}
	encoder_free(encoder);
	g_free(made);
	g_byte_array_unref(good);
}

static void the_number_of_templates_is_bounded(void **state)
{
	unsigned records = 0;
	struct reader *reader = reader_new(count, &records);
	uint8_t message[16 + 4 + 8] = {
		0, 10, 0, 28, [17] = 2, [19] = 12, [23] = 1, [25] = 4, [27] = 1};
	GError *error = NULL;

	for (unsigned id = 256; id < 256 + 4096; id++) {
		store_be16(message + 20, (uint16_t)id);
		assert_true(reader_message(reader, message, sizeof(message), NULL));
	}
	assert_true(reader_message(reader, message, sizeof(message), NULL));
	store_be16(message + 20, 9999);
	assert_false(reader_message(reader, message, sizeof(message), &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_LIMIT));
	g_clear_error(&error);
	reader_free(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged_messages_do_no_harm),
		cmocka_unit_test(the_number_of_templates_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
