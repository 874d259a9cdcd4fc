#include "base/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "tests/unit/stream_sample.h"
#include "tests/unit/unit.h"

static const enum stream_type small_types[] = {STREAM_HELLO, STREAM_DEVICE, STREAM_INTERFACE,
	STREAM_CACHE, STREAM_COUNTERS, STREAM_BYE, STREAM_SELECTION, STREAM_ACK};

#define SMALL_COUNT (sizeof(small_types) / sizeof(small_types[0]))

static struct stream_message decoded;
static uint8_t octets[STREAM_MESSAGE_MAX];

/* Decodes a copy of exact size, so that the sanitizer sees every octet read too far. */
static enum status decode(const uint8_t *message, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	enum status status;

	assert_non_null(copy);
	memcpy(copy, message, n);
	status = stream_decode(copy, n, &decoded);
	free(copy);
	return status;
}

static void small_messages_come_back_as_they_were(void **state)
{
	static struct stream_message message;
	static uint8_t again[STREAM_SMALL_MAX];

	for (size_t i = 0; i < SMALL_COUNT; i++) {
		size_t n;

		stream_sample_message(small_types[i], &message);
		n = stream_encode(octets, &message);
		assert_in_range(n, STREAM_HEADER_OCTETS + 1, STREAM_SMALL_MAX);
		assert_int_equal(decode(octets, n), STATUS_OK);
		assert_int_equal(decoded.type, small_types[i]);
		assert_int_equal(stream_encode(again, &decoded), n);
		assert_memory_equal(again, octets, n);
	}
	stream_sample_message(STREAM_CACHE, &message);
	(void)decode(octets, stream_encode(octets, &message));
	assert_string_equal(decoded.cache.name, "pairs");
	assert_int_equal(decoded.cache.key_fields, 3);
	assert_int_equal(decoded.cache.active_timeout_ms, 300000);
	assert_int_equal(decoded.cache.idle_timeout_ms, 60000);
	assert_int_equal(decoded.cache.flows_max, 65536);
	stream_sample_message(STREAM_DEVICE, &message);
	(void)decode(octets, stream_encode(octets, &message));
	assert_memory_equal(&decoded.device, &message.device, sizeof(message.device));
	stream_sample_message(STREAM_SELECTION, &message);
	(void)decode(octets, stream_encode(octets, &message));
	assert_memory_equal(&decoded.selection, &message.selection, sizeof(message.selection));
}

static enum status decode_with(size_t at, uint8_t value)
{
	static struct stream_message message;
	size_t n;

	stream_sample_message(STREAM_SELECTION, &message);
	message.selection.count = 1;
	n = stream_encode(octets, &message);
	octets[at] = value;
	return decode(octets, n);
}

static void selections_out_of_bounds_are_refused(void **state)
{
	const size_t selector = STREAM_HEADER_OCTETS + 13;

	assert_int_equal(decode_with(selector, SELECTION_CRC), STATUS_OK);
	assert_int_equal(decode_with(selector, SELECTION_CRC + 1), STATUS_MALFORMED);
	assert_int_equal(decode_with(selector + 1, 4), STATUS_MALFORMED);
	assert_int_equal(decode_with(selector + 2, SELECTION_RANGES_MAX + 1), STATUS_MALFORMED);
	assert_int_equal(decode_with(selector + 3, SELECTION_MATCHES_MAX + 1), STATUS_MALFORMED);
	assert_int_equal(decode_with(selector + 20, 0xff), STATUS_MALFORMED); /* no probability */
	assert_int_equal(decode_with(selector + 140, SELECTION_FIELDS), STATUS_MALFORMED);
	assert_int_equal(decode_with(selector + 142, 129), STATUS_MALFORMED);
	assert_int_equal(decode_with(3, SELECTION_SELECTORS_MAX + 1), STATUS_MALFORMED);
}

static void batches_come_back_as_they_were(void **state)
{
	const unsigned counts[] = {1, 2, RECORD_BATCH_MAX};

	for (size_t i = 0; i < 3; i++) {
		const struct record_batch *batch = stream_sample_batch(counts[i], 5);
		size_t n = stream_sample_flows(octets, batch, 42);

		assert_int_equal(stream_decode(octets, n, &decoded), STATUS_OK);
		assert_int_equal(decoded.flows.clock_us, 42);
		assert_int_equal(decoded.flows.batch.count, counts[i]);
		assert_int_equal(decoded.flows.batch.text_octets, batch->text_octets);
		assert_memory_equal(decoded.flows.batch.records, batch->records,
			counts[i] * sizeof(struct flow_record));
		assert_memory_equal(decoded.flows.batch.text, batch->text, batch->text_octets);
	}
}

static void every_prefix_is_short(void **state)
{
	static struct stream_message message;
	size_t n;

	for (size_t i = 0; i < SMALL_COUNT; i++) {
		stream_sample_message(small_types[i], &message);
		n = stream_encode(octets, &message);
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(decode(octets, k), STATUS_SHORT);
		}
	}
	n = stream_sample_flows(octets, stream_sample_batch(3, 1), 0);
	for (size_t k = 0; k < n; k++) {
		assert_int_equal(decode(octets, k), STATUS_SHORT);
	}
}

static void a_message_that_is_too_long_is_malformed(void **state)
{
	static struct stream_message message;
	size_t n;

	for (size_t i = 0; i < SMALL_COUNT; i++) {
		stream_sample_message(small_types[i], &message);
		n = stream_encode(octets, &message);
		octets[n] = 0;
		assert_int_equal(decode(octets, n + 1), STATUS_MALFORMED);
		store_be32(octets + 4, (uint32_t)(n + 1 - STREAM_HEADER_OCTETS));
		assert_int_equal(decode(octets, n + 1), STATUS_MALFORMED);
	}
}

/* Whatever octet is changed, the decoder gives a verdict and what it accepts is sound. */
static void every_changed_octet_is_survived(void **state)
{
	static struct stream_message message;
	const uint8_t changes[] = {0x01, 0x80, 0xff};
	size_t sizes[SMALL_COUNT + 1];

	for (size_t i = 0; i <= SMALL_COUNT; i++) {
		if (i < SMALL_COUNT) {
			stream_sample_message(small_types[i], &message);
			sizes[i] = stream_encode(octets, &message);
		} else {
			sizes[i] = stream_sample_flows(octets, stream_sample_batch(2, 9), 0);
		}
		for (size_t k = 0; k < sizes[i] * 3; k++) {
			octets[k / 3] ^= changes[k % 3];
			if (decode(octets, sizes[i]) == STATUS_OK) {
				assert_int_equal(decoded.type, octets[0]);
			}
			octets[k / 3] ^= changes[k % 3];
		}
		assert_int_equal(decode(octets, sizes[i]), STATUS_OK);
	}
}

static enum status decode_changed(void (*change)(struct flow_record *record))
{
	static struct flow_record record;
	size_t n = stream_sample_flows(octets, stream_sample_batch(1, 3), 0);

	memcpy(&record, octets + STREAM_FLOWS_OCTETS, sizeof(record));
	change(&record);
	memcpy(octets + STREAM_FLOWS_OCTETS, &record, sizeof(record));
	return decode(octets, n);
}

static void change_nothing(struct flow_record *record)
{
}

static void change_offset(struct flow_record *record)
{
	record->far_name.offset = 1000;
}

static void change_octets(struct flow_record *record)
{
	record->far_name.octets += 1;
}

static void change_wrap(struct flow_record *record)
{
	record->far_name.offset = UINT32_MAX;
	record->far_name.octets = 2;
}

static void change_cut_character(struct flow_record *record)
{
	record->far_name.octets = 4; /* "ger" and half an umlaut */
}

static void change_version(struct flow_record *record)
{
	record->ip_version = 5;
}

static void change_cache(struct flow_record *record)
{
	record->cache_id = RECORD_CACHES_MAX;
}

static void change_bool(struct flow_record *record)
{
	record->has_reverse = 2;
}

static void change_reserved(struct flow_record *record)
{
	record->reserved[0] = 1;
}

static void records_with_bad_references_are_refused(void **state)
{
	assert_int_equal(decode_changed(change_nothing), STATUS_OK);
	assert_int_equal(decode_changed(change_offset), STATUS_MALFORMED);
	assert_int_equal(decode_changed(change_octets), STATUS_MALFORMED);
	assert_int_equal(decode_changed(change_wrap), STATUS_MALFORMED);
	assert_int_equal(decode_changed(change_cut_character), STATUS_MALFORMED);
	assert_int_equal(decode_changed(change_version), STATUS_MALFORMED);
	assert_int_equal(decode_changed(change_bool), STATUS_MALFORMED);
	assert_int_equal(decode_changed(change_cache), STATUS_MALFORMED);
	assert_int_equal(decode_changed(change_reserved), STATUS_MALFORMED);
}

static void a_batch_of_two_caches_is_refused(void **state)
{
	struct flow_record record;
	size_t n = stream_sample_flows(octets, stream_sample_batch(2, 3), 0);
	uint8_t *second = octets + STREAM_FLOWS_OCTETS + sizeof(record);

	assert_int_equal(decode(octets, n), STATUS_OK);
	memcpy(&record, second, sizeof(record));
	record.cache_id = 1;
	memcpy(second, &record, sizeof(record));
	assert_int_equal(decode(octets, n), STATUS_MALFORMED);
}

static enum status decode_cache(const struct stream_cache *cache)
{
	static struct stream_message message;

	message.type = STREAM_CACHE;
	message.cache = *cache;
	return decode(octets, stream_encode(octets, &message));
}

static void a_cache_that_cannot_be_is_refused(void **state)
{
	assert_int_equal(decode_cache(&(struct stream_cache){.count = 1}), STATUS_OK);
	assert_int_equal(decode_cache(&(struct stream_cache){.id = 3, .count = 4}), STATUS_OK);
	assert_int_equal(decode_cache(&(struct stream_cache){.count = 0}), STATUS_MALFORMED);
	assert_int_equal(
		decode_cache(&(struct stream_cache){.id = 1, .count = 1}), STATUS_MALFORMED);
	assert_int_equal(decode_cache(&(struct stream_cache){.count = RECORD_CACHES_MAX + 1}),
		STATUS_MALFORMED);
	assert_int_equal(decode_cache(&(struct stream_cache){.count = 1, .key_fields = 1U << 31}),
		STATUS_MALFORMED);
	assert_int_equal(
		decode_cache(&(struct stream_cache){.count = 1, .name = "\xff"}), STATUS_MALFORMED);
}

static void counts_out_of_bounds_are_refused(void **state)
{
	static struct stream_message message;
	size_t n = stream_sample_flows(octets, stream_sample_batch(1, 3), 0);

	store_be16(octets + 2, 0);
	assert_int_equal(decode(octets, n), STATUS_MALFORMED);
	store_be16(octets + 2, RECORD_BATCH_MAX + 1);
	assert_int_equal(decode(octets, n), STATUS_MALFORMED);
	store_be16(octets + 2, 1);
	store_be32(octets + 24, RECORD_BATCH_TEXT + 1);
	assert_int_equal(decode(octets, n), STATUS_MALFORMED);
	stream_sample_message(STREAM_DEVICE, &message);
	n = stream_encode(octets, &message);
	store_be16(octets + 2, STREAM_DEVICE_ADDRS + 1);
	assert_int_not_equal(decode(octets, n), STATUS_OK);
	stream_sample_message(STREAM_BYE, &message);
	n = stream_encode(octets, &message);
	octets[n - 1] = 3;
	assert_int_equal(decode(octets, n), STATUS_MALFORMED);
	store_be16(octets + 2, 1);
	assert_int_equal(decode(octets, n), STATUS_MALFORMED);
	octets[0] = 99;
	store_be16(octets + 2, 0);
	assert_int_equal(decode(octets, n), STATUS_MALFORMED);
}

static void a_hello_of_another_build_does_not_match(void **state)
{
	struct stream_hello hello;
	char reason[160];

	stream_hello_init(&hello, "weir-test", 0);
	assert_true(stream_hello_matches(&hello, reason));
	assert_string_equal(reason, "");
	hello.layout ^= 1;
	assert_false(stream_hello_matches(&hello, reason));
	assert_non_null(strstr(reason, "another build"));
	hello.version = 9;
	assert_false(stream_hello_matches(&hello, reason));
	assert_non_null(strstr(reason, "version 9"));
}

static void a_hello_of_another_version_tells_its_version(void **state)
{
	static struct stream_message message;
	size_t n;

	stream_sample_message(STREAM_HELLO, &message);
	n = stream_encode(octets, &message);
	store_be16(octets + 12, STREAM_VERSION + 1);
	assert_int_equal(decode(octets, n), STATUS_OK);
	assert_int_equal(decoded.hello.version, STREAM_VERSION + 1);
	octets[8] ^= 1;
	assert_int_equal(decode(octets, n), STATUS_MALFORMED);
}

static void a_program_name_is_cut_to_fit(void **state)
{
	struct stream_hello hello;

	stream_hello_init(&hello, "a-program-whose-name-is-longer-than-allowed", 0);
	assert_int_equal(strlen(hello.program), STREAM_PROGRAM_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_messages_come_back_as_they_were),
		cmocka_unit_test(batches_come_back_as_they_were),
		cmocka_unit_test(selections_out_of_bounds_are_refused),
		cmocka_unit_test(every_prefix_is_short),
		cmocka_unit_test(a_message_that_is_too_long_is_malformed),
		cmocka_unit_test(every_changed_octet_is_survived),
		cmocka_unit_test(records_with_bad_references_are_refused),
		cmocka_unit_test(a_batch_of_two_caches_is_refused),
		cmocka_unit_test(a_cache_that_cannot_be_is_refused),
		cmocka_unit_test(counts_out_of_bounds_are_refused),
		cmocka_unit_test(a_hello_of_another_build_does_not_match),
		cmocka_unit_test(a_hello_of_another_version_tells_its_version),
		cmocka_unit_test(a_program_name_is_cut_to_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
