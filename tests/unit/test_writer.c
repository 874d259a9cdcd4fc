#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "exporter/writer_fixbuf.h"

struct seen {
	unsigned messages;
	unsigned templates;
	unsigned records;
	uint32_t size; /* of the last */
};

static void take(void *context, const struct fixbuf_message *message)
{
	struct seen *seen = context;

	assert_int_equal(load_be16(message->octets), IPFIX_VERSION);
	assert_int_equal(load_be16(message->octets + 2), message->size);
	assert_int_equal(load_be32(message->octets + 12), 77);
	seen->messages++;
	seen->templates += message->templates;
	seen->records += message->data_records;
	seen->size = message->size;
}

/* Protocol and interface name. */
static struct template make_template(uint16_t id)
{
	struct template t = {.id = id};

	template_add(&t, "protocolIdentifier", 1, NULL);
	template_add(&t, "interfaceName", TEMPLATE_VARIABLE, NULL);
	return t;
}

struct record {
	uint8_t octets[1 + sizeof(struct fixbuf_text)];
};

static struct record make_record(const char *text, size_t octets)
{
	struct record r = {{6}};
	struct fixbuf_text t = {.octets = octets, .at = (const uint8_t *)text};

	memcpy(r.octets + 1, &t, sizeof(t));
	return r;
}

static void templates_and_records_go_into_messages_of_their_own(void **state)
{
	struct seen seen = {0};
	struct fixbuf_writer *w = fixbuf_writer_new(77, 512, take, &seen);
	struct template one = make_template(256);
	struct template two = make_template(257);
	struct record r = make_record("eth0", 4);

	assert_true(fixbuf_writer_flush(w, NULL));
	assert_int_equal(seen.messages, 0);
	assert_true(fixbuf_writer_template(w, &one, NULL));
	assert_true(fixbuf_writer_record(w, &one, r.octets, NULL));
	assert_true(fixbuf_writer_record(w, &one, r.octets, NULL));
	assert_int_equal(seen.messages, 1);
	assert_int_equal(seen.size, 16 + 4 + 4 + 8);
	assert_true(fixbuf_writer_template(w, &two, NULL));
	assert_int_equal(seen.messages, 2);
	assert_int_equal(seen.size, 16 + 4 + 2 * 6);
	assert_int_equal(seen.records, 2);
	assert_true(fixbuf_writer_record(w, &two, r.octets, NULL));
	assert_true(fixbuf_writer_record(w, &one, r.octets, NULL));
	assert_true(fixbuf_writer_flush(w, NULL));
	assert_int_equal(seen.messages, 4);
	assert_int_equal(seen.templates, 2);
	assert_int_equal(seen.records, 4);
	assert_int_equal(seen.size, 16 + 2 * (4 + 6));
	assert_true(fixbuf_writer_flush(w, NULL));
	assert_int_equal(seen.messages, 4);
	fixbuf_writer_free(w);
	fixbuf_writer_free(NULL);
}

static void a_full_message_leaves_without_an_empty_set(void **state)
{
	struct seen seen = {0};
	struct fixbuf_writer *w = fixbuf_writer_new(77, 512, take, &seen);
	struct template one = make_template(256);
	struct template two = make_template(257);
	char text[400] = {0};
	struct record large = make_record(text, 400);
	struct record small = make_record("eth0", 4);

	assert_true(fixbuf_writer_template(w, &one, NULL));
	assert_true(fixbuf_writer_template(w, &two, NULL));
	assert_true(fixbuf_writer_record(w, &one, small.octets, NULL));
	assert_true(fixbuf_writer_record(w, &two, large.octets, NULL));
	assert_true(fixbuf_writer_record(w, &one, large.octets, NULL));
	assert_int_equal(seen.messages, 2);
	assert_int_equal(seen.size, 16 + 4 + 6 + 4 + 404);
	assert_true(fixbuf_writer_flush(w, NULL));
	assert_int_equal(seen.messages, 3);
	assert_int_equal(seen.size, 16 + 4 + 404);
	fixbuf_writer_free(w);
}

static void what_fits_no_message_is_refused(void **state)
{
	struct seen seen = {0};
	struct fixbuf_writer *w = fixbuf_writer_new(77, 512, take, &seen);
	struct template t = make_template(256);
	struct template wide = {.id = 257};
	char text[512] = {0};
	struct record r = make_record(text, 488);
	GError *error = NULL;

	assert_true(fixbuf_writer_template(w, &t, NULL));
	assert_true(fixbuf_writer_record(w, &t, r.octets, NULL));
	assert_true(fixbuf_writer_flush(w, NULL));
	assert_int_equal(seen.size, 512);
	r = make_record(text, 489);
	assert_false(fixbuf_writer_record(w, &t, r.octets, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_LIMIT));
	assert_string_equal(error->message,
		"set 256: a record of 493 octets does not fit into messages of 512");
	g_clear_error(&error);
	for (unsigned i = 0; i < TEMPLATE_FIELDS_MAX; i++) {
		template_add(&wide, "deviceId", 4, NULL);
	}
	assert_false(fixbuf_writer_template(w, &wide, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_LIMIT));
	g_clear_error(&error);
	fixbuf_writer_free(w);
}

static void what_libfixbuf_refuses_is_said(void **state)
{
	struct seen seen = {0};
	struct fixbuf_writer *w = fixbuf_writer_new(77, 512, take, &seen);
	struct template t = make_template(256);
	static const struct element unheard = {.type = ELEMENT_UNSIGNED8, .name = "unheardOf"};
	struct template other = {
		.id = 257, .field_count = 1, .fields = {{.element = &unheard, .octets = 1}}};
	struct record r = make_record("x", 1);
	GError *error = NULL;

	assert_false(fixbuf_writer_record(w, &t, r.octets, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_SYSTEM));
	assert_true(g_str_has_prefix(error->message, "template 256: libfixbuf: "));
	g_clear_error(&error);
	assert_false(fixbuf_writer_template(w, &other, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_SYSTEM));
	g_clear_error(&error);
	fixbuf_writer_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_and_records_go_into_messages_of_their_own),
		cmocka_unit_test(a_full_message_leaves_without_an_empty_set),
		cmocka_unit_test(what_fits_no_message_is_refused),
		cmocka_unit_test(what_libfixbuf_refuses_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
