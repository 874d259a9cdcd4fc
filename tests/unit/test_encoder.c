#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "exporter/encoder.h"
#include "exporter/reader.h"
#include "exporter/report.h"
#include "tests/unit/made_records.h"

static const char *const profile_names[] = {"basic", "biflow", "full"};

/* An encoder whose messages are read back at once. */
struct bench {
	struct encoder *encoder;
	struct reader *reader;
	uint32_t octets_max;
	uint32_t sequence;
	unsigned messages;
	unsigned template_messages;
	uint64_t said_records; /* as the encoder says */
	uint64_t said_flows;
	uint64_t said_packets;
	uint64_t said_octets;
	uint64_t read_records; /* as the reader finds */
	uint64_t read_packets;
	uint64_t read_octets;
	uint32_t hash; /* of all messages of templates */
	GString *last; /* names and values of the last flow record: "name=hex " */
	struct made_records made;
};

static uint64_t number(const struct reader_value *v)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < v->octets; i++) {
		n = n << 8 | v->at[i];
	}
	return n;
}

static void take_record(void *context, const struct reader_record *record)
{
	struct bench *b = context;
	const struct reader_template *t = record->template;

	b->read_records++;
	if (t->scope_count > 0) {
		return;
	}
	(void)g_string_assign(b->last, " ");
	for (unsigned i = 0; i < t->field_count; i++) {
		const char *name = t->fields[i].name;
		const struct reader_value *v = &record->values[i];

		if (strcmp(name, "packetDeltaCount") == 0 ||
			strcmp(name, "reversePacketDeltaCount") == 0) {
			b->read_packets += number(v);
		}
		if (strcmp(name, "octetDeltaCount") == 0 ||
			strcmp(name, "reverseOctetDeltaCount") == 0) {
			b->read_octets += number(v);
		}
		g_string_append_printf(b->last, "%s=", name);
		for (uint32_t j = 0; j < v->octets; j++) {
			g_string_append_printf(b->last, "%02x", v->at[j]);
		}
		(void)g_string_append_c(b->last, ' ');
	}
}

/* No set of a message is empty. */
static void check_sets(const uint8_t *message, size_t size)
{
	struct wire w = wire_of(message, size);

	wire_skip(&w, 16);
	assert_true(wire_left(&w) > 0);
	while (wire_left(&w) > 0) {
		uint16_t length;

		wire_skip(&w, 2);
		length = wire_be16(&w);
		assert_true(length > 4);
		wire_skip(&w, length - 4u);
		assert_false(w.bad);
	}
}

static void take_message(void *context, const struct encoder_message *message)
{
	struct bench *b = context;
	uint64_t before = b->read_records;
	GError *error = NULL;

	assert_true(message->size <= b->octets_max);
	check_sets(message->octets, message->size);
	b->messages++;
	b->template_messages += message->templates;
	b->said_records += message->data_records;
	b->said_flows += message->flow_records;
	b->said_packets += message->flow_packets;
	b->said_octets += message->flow_octets;
	if (message->flow_records == 0) {
		for (uint32_t i = 12; i < message->size; i++) {
			b->hash = b->hash * 31 + message->octets[i];
		}
	}
	encoder_stamp(message->octets, 0x1234567890, b->sequence);
	assert_int_equal(load_be32(message->octets + 4), 0x34567890);
	assert_int_equal(load_be32(message->octets + 8), b->sequence);
	b->sequence += message->data_records;
	if (!reader_message(b->reader, message->octets, message->size, &error)) {
		print_message("%s\n", error->message);
		fail();
	}
	assert_int_equal(b->read_records - before, message->data_records);
}

static struct bench *bench_new(const char *profile, uint32_t octets_max)
{
	struct bench *b = g_new0(struct bench, 1);
	struct encoder_config config = {.profile = profile,
		.observation_domain = 7,
		.message_octets_max = octets_max,
		.reports = strcmp(profile, "full") == 0 ? REPORT_BIT(REPORT_TYPES) : 0};

	b->octets_max = octets_max;
	b->last = g_string_new(NULL);
	b->reader = reader_new(take_record, b);
	b->encoder = encoder_new(&config, take_message, b, NULL);
	assert_non_null(b->encoder);
	made_init(&b->made, octets_max);
	return b;
}

static void bench_free(struct bench *b)
{
	encoder_free(b->encoder);
	reader_free(b->reader);
	(void)g_string_free(b->last, TRUE);
	g_free(b);
}

static void encode_one(struct bench *b)
{
	b->made.batch.count = 1;
	encoder_records(b->encoder, &b->made.batch);
	encoder_flush(b->encoder);
}

static bool last_has(const struct bench *b, const char *field)
{
	char *spaced = g_strdup_printf(" %s ", field);
	bool has = strstr(b->last->str, spaced) != NULL;

	g_free(spaced);
	return has;
}

static bool last_names(const struct bench *b, const char *name)
{
	char *spaced = g_strdup_printf(" %s=", name);
	bool has = strstr(b->last->str, spaced) != NULL;

	g_free(spaced);
	return has;
}

/* Fifty batches through @profile; what goes in must come out. */
static void round_trip(const char *profile, uint32_t octets_max, bool uniflow)
{
	struct bench *b = bench_new(profile, octets_max);
	uint64_t packets = 0;
	uint64_t octets = 0;

	encoder_templates(b->encoder);
	for (unsigned batch = 0; batch < 50; batch++) {
		made_flows(&b->made, RECORD_BATCH_MAX);
		for (unsigned i = 0; i < RECORD_BATCH_MAX; i++) {
			const struct flow_record *r = &b->made.records[i];

			packets += r->packets + r->rev_packets;
			octets += r->octets + r->rev_octets;
		}
		encoder_records(b->encoder, &b->made.batch);
	}
	encoder_flush(b->encoder);
	encoder_flush(b->encoder);
	assert_int_equal(b->read_packets, packets);
	assert_int_equal(b->read_octets, octets);
	assert_int_equal(b->said_packets, packets);
	assert_int_equal(b->said_octets, octets);
	assert_int_equal(b->said_records, b->read_records);
	assert_true(uniflow || b->said_flows == 50 * RECORD_BATCH_MAX);
	bench_free(b);
}

static void every_profile_can_be_read_back_at_every_size(void **state)
{
	static const uint32_t sizes[] = {512, 513, 1420, 65535};

	for (size_t p = 0; p < G_N_ELEMENTS(profile_names); p++) {
		for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
			round_trip(profile_names[p], sizes[s], p == 0);
		}
	}
}

static void noise_fills_messages_to_their_limit_and_no_further(void **state)
{
	for (uint32_t size = 512; size < 2200; size += 97) {
		struct bench *b = bench_new("full", size);

		encoder_templates(b->encoder);
		for (unsigned batch = 0; batch < 4; batch++) {
			made_noise(&b->made, RECORD_BATCH_MAX);
			encoder_records(b->encoder, &b->made.batch);
		}
		encoder_flush(b->encoder);
		assert_int_equal(b->said_flows, 4 * RECORD_BATCH_MAX);
		bench_free(b);
	}
}

static void templates_are_the_same_every_time(void **state)
{
	for (size_t p = 0; p < G_N_ELEMENTS(profile_names); p++) {
		struct bench *b = bench_new(profile_names[p], 512);
		uint32_t first;
		unsigned count;

		encoder_templates(b->encoder);
		first = b->hash;
		count = b->messages;
		assert_true(b->template_messages > 0);
		made_flows(&b->made, RECORD_BATCH_MAX);
		encoder_records(b->encoder, &b->made.batch);
		encoder_flush(b->encoder);
		b->hash = 0;
		b->messages = 0;
		encoder_templates(b->encoder);
		assert_int_equal(b->hash, first);
		assert_int_equal(b->messages, count);
		bench_free(b);
	}
}

static unsigned own_elements(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < element_count; i++) {
		count += elements[i].enterprise != 0;
	}
	return count;
}

static void type_information_comes_before_the_templates_that_need_it(void **state)
{
	struct bench *b = bench_new("full", 65535);

	encoder_templates(b->encoder);
	assert_int_equal(b->template_messages, 2); /* its template; the flows' */
	assert_int_equal(b->messages, 3);          /* and the records between */
	assert_int_equal(b->read_records, own_elements());
	bench_free(b);
}

static void refuse(const char *profile, uint32_t octets_max, const char *message)
{
	struct encoder_config config = {.profile = profile, .message_octets_max = octets_max};
	GError *error = NULL;

	assert_null(encoder_new(&config, take_message, NULL, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_string_equal(error->message, message);
	g_error_free(error);
}

static void what_cannot_be_is_refused_with_its_reason(void **state)
{
	bool names;

	refuse("complete", 1420, "profile 'complete': not one of basic, biflow, full, psamp");
	refuse("basic", 511, "message size 511: not within 512 to 65535 octets");
	refuse("basic", 65536, "message size 65536: not within 512 to 65535 octets");
	assert_true(encoder_profile("basic", &names));
	assert_false(names);
	assert_true(encoder_profile("full", &names));
	assert_true(names);
	assert_false(encoder_profile("fuller", &names));
	encoder_free(NULL);
}

static void text_that_is_not_utf8_is_sent_as_empty_and_counted(void **state)
{
	static const char *const bad[] = {"\xff", "abc\xc3", "\xed\xa0\x80", "\xc0\xaf",
		"a\xf5zzzzzz", "0123456\x80", "01234567\x80"};
	struct bench *b = bench_new("full", 1420);
	struct encoder_counters counters;

	encoder_templates(b->encoder);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		made_flows(&b->made, 1);
		b->made.records[0].far_name =
			(struct record_text){.octets = (uint32_t)strlen(bad[i])};
		memcpy(b->made.text, bad[i], strlen(bad[i]));
		b->made.records[0].device_name = (struct record_text){0};
		b->made.records[0].device_vendor = (struct record_text){0};
		b->made.records[0].device_class = (struct record_text){0};
		b->made.records[0].node_name = (struct record_text){0};
		b->made.records[0].application = (struct record_text){0};
		encode_one(b);
		assert_true(last_has(b, "farEndName="));
	}
	encoder_counters(b->encoder, &counters);
	assert_int_equal(counters.texts_invalid, G_N_ELEMENTS(bad));
	made_flows(&b->made, 1);
	b->made.records[0].far_name = (struct record_text){.octets = 4};
	memcpy(b->made.text, "ab\0c", 4);
	b->made.records[0].node_name =
		(struct record_text){.offset = b->made.batch.text_octets, .octets = 1};
	b->made.records[0].application = (struct record_text){.offset = UINT32_MAX, .octets = 9};
	encode_one(b);
	assert_true(last_has(b, "farEndName="));
	assert_true(last_has(b, "farEndNode="));
	assert_true(last_has(b, "applicationName="));
	encoder_counters(b->encoder, &counters);
	assert_true(counters.texts_invalid >= G_N_ELEMENTS(bad) + 3);
	assert_int_equal(counters.texts_cut, 0);
	bench_free(b);
}

/* Records with names of @octets each, the last characters two octets long. */
static void long_names(struct bench *b, uint32_t octets)
{
	struct record_text t = {.octets = octets};
	struct flow_record *r = &b->made.records[0];

	made_flows(&b->made, 1);
	memset(b->made.text, 'n', octets);
	memcpy(b->made.text + octets - 4, "\xc3\xa9\xc3\xa9", 4);
	b->made.batch.text_octets = octets;
	r->protocol = 17;
	r->ip_version = 6;
	r->has_reverse = 1;
	r->device_name = r->device_vendor = r->device_class = t;
	r->far_name = r->node_name = r->application = t;
}

static void names_give_way_where_a_record_is_too_large(void **state)
{
	struct bench *b = bench_new("full", 512);
	struct encoder_counters counters;

	encoder_templates(b->encoder);
	long_names(b, 100);
	encode_one(b);
	encoder_counters(b->encoder, &counters);
	assert_int_equal(counters.texts_cut, 4);
	assert_true(last_has(b, "deviceVendorClass="));
	assert_true(last_has(b, "farEndNode="));
	assert_false(last_has(b, "farEndName="));
	assert_false(last_has(b, "deviceName="));
	long_names(b, 255);
	encode_one(b);
	encoder_counters(b->encoder, &counters);
	assert_int_equal(counters.texts_cut, 9);
	assert_true(last_has(b, "farEndName="));
	assert_non_null(strstr(b->last->str, "6ec3a9c3a9 "));
	assert_int_equal(counters.texts_invalid, 0);
	bench_free(b);
}

static void a_text_is_cut_at_255_octets_between_characters(void **state)
{
	struct bench *b = bench_new("full", 4096);

	encoder_templates(b->encoder);
	long_names(b, 257);
	encode_one(b);
	assert_non_null(strstr(b->last->str, "6ec3a9 ")); /* 255 of 257 */
	long_names(b, 256);
	encode_one(b);
	assert_non_null(strstr(b->last->str, "6ec3a9 ")); /* 254 of 256: not half of the last */
	bench_free(b);
}

static void a_biflow_becomes_two_uniflows(void **state)
{
	struct bench *b = bench_new("basic", 1420);
	struct flow_record *r = &b->made.records[0];

	encoder_templates(b->encoder);
	made_flows(&b->made, 1);
	memset(r, 0, sizeof(*r));
	r->ip_version = 4;
	r->protocol = 6;
	memcpy(r->src_address, "\x0a\x00\x00\x01", 4);
	memcpy(r->dst_address, "\x0a\x00\x00\x02", 4);
	r->src_port = 0x1111;
	r->dst_port = 0x2222;
	r->has_reverse = 1;
	r->packets = 3;
	r->octets = 333;
	r->rev_packets = 4;
	r->rev_octets = 444;
	r->tcp_flags = 0x02;
	r->rev_tcp_flags = 0x12;
	encode_one(b);
	assert_int_equal(b->said_flows, 2);
	assert_true(last_has(b, "sourceIPv4Address=0a000002"));
	assert_true(last_has(b, "sourceTransportPort=2222"));
	assert_true(last_has(b, "packetDeltaCount=0000000000000004"));
	assert_true(last_has(b, "tcpControlBits=12"));
	assert_false(last_names(b, "reversePacketDeltaCount"));
	bench_free(b);
}

static void no_uniflow_is_made_of_a_direction_without_packets(void **state)
{
	struct bench *b = bench_new("basic", 1420);
	struct flow_record *r = &b->made.records[0];
	struct encoder_counters counters;

	encoder_templates(b->encoder);
	made_flows(&b->made, 1);
	r->has_reverse = 1;
	r->packets = 0;
	r->octets = 0;
	r->rev_packets = 5;
	encode_one(b);
	assert_int_equal(b->said_flows, 1);
	assert_true(last_has(b, "packetDeltaCount=0000000000000005"));
	r->packets = 6;
	r->has_reverse = 0;
	encode_one(b);
	assert_int_equal(b->said_flows, 2);
	assert_true(last_has(b, "packetDeltaCount=0000000000000006"));
	encoder_counters(b->encoder, &counters);
	assert_int_equal(counters.skipped, 0);
	r->packets = 0;
	encode_one(b);
	r->ip_version = 5;
	r->packets = 1;
	encode_one(b);
	assert_int_equal(b->said_flows, 2);
	encoder_counters(b->encoder, &counters);
	assert_int_equal(counters.skipped, 2);
	bench_free(b);
}

static void a_biflow_without_forward_packets_has_the_times_of_its_answer(void **state)
{
	struct bench *b = bench_new("biflow", 1420);
	struct flow_record *r = &b->made.records[0];

	encoder_templates(b->encoder);
	made_flows(&b->made, 1);
	r->has_reverse = 1;
	r->packets = 0;
	r->octets = 0;
	r->start_us = 0;
	r->end_us = 0;
	r->rev_packets = 1;
	r->rev_start_us = 1000;
	r->rev_end_us = 2000;
	encode_one(b);
	assert_true(last_has(b, "flowStartMilliseconds=0000000000000001"));
	assert_true(last_has(b, "flowEndMilliseconds=0000000000000002"));
	assert_true(last_has(b, "packetDeltaCount=0000000000000000"));
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_profile_can_be_read_back_at_every_size),
		cmocka_unit_test(noise_fills_messages_to_their_limit_and_no_further),
		cmocka_unit_test(templates_are_the_same_every_time),
		cmocka_unit_test(type_information_comes_before_the_templates_that_need_it),
		cmocka_unit_test(what_cannot_be_is_refused_with_its_reason),
		cmocka_unit_test(text_that_is_not_utf8_is_sent_as_empty_and_counted),
		cmocka_unit_test(names_give_way_where_a_record_is_too_large),
		cmocka_unit_test(a_text_is_cut_at_255_octets_between_characters),
		cmocka_unit_test(a_biflow_becomes_two_uniflows),
		cmocka_unit_test(no_uniflow_is_made_of_a_direction_without_packets),
		cmocka_unit_test(a_biflow_without_forward_packets_has_the_times_of_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
