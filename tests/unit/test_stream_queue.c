#include "base/stream_queue.h"

#include <string.h>

#include "tests/unit/unit.h"

#define QUEUE_OCTETS 256

static bool put(struct stream_queue *queue, const char *text, size_t reserve)
{
	struct iovec parts[3] = {{.iov_base = (void *)(uintptr_t)text, .iov_len = 1},
		{.iov_base = NULL, .iov_len = 0},
		{.iov_base = (void *)(uintptr_t)(text + 1), .iov_len = strlen(text) - 1}};

	return stream_queue_put(queue, parts, 3, reserve);
}

static void take(struct stream_queue *queue, const char *text)
{
	size_t n;
	const uint8_t *octets = stream_queue_peek(queue, &n);

	assert_non_null(octets);
	assert_int_equal(n, strlen(text));
	assert_memory_equal(octets, text, n);
	stream_queue_drop(queue);
}

static void messages_leave_in_the_order_they_came(void **state)
{
	struct stream_queue queue;
	size_t n;

	assert_true(stream_queue_init(&queue, QUEUE_OCTETS));
	assert_null(stream_queue_peek(&queue, &n));
	assert_true(put(&queue, "one", 0));
	assert_true(put(&queue, "the second", 0));
	take(&queue, "one");
	take(&queue, "the second");
	assert_null(stream_queue_peek(&queue, &n));
	stream_queue_drop(&queue);
	stream_queue_done(&queue);
	stream_queue_done(&queue);
}

static void a_full_queue_takes_nothing_and_keeps_what_it_has(void **state)
{
	struct stream_queue queue;
	unsigned count = 0;

	assert_true(stream_queue_init(&queue, QUEUE_OCTETS));
	while (put(&queue, "twelve chars", 0)) {
		count++;
	}
	assert_int_equal(count, QUEUE_OCTETS / 16);
	assert_int_equal(queue.count, count);
	while (count-- > 0) {
		take(&queue, "twelve chars");
	}
	stream_queue_done(&queue);
}

static void a_reserve_is_left_free(void **state)
{
	struct stream_queue queue;
	unsigned count = 0;

	assert_true(stream_queue_init(&queue, QUEUE_OCTETS));
	while (put(&queue, "twelve chars", 64)) {
		count++;
	}
	assert_int_equal(count, (QUEUE_OCTETS - 64) / 16);
	while (put(&queue, "twelve chars", 0)) {
		count++;
	}
	assert_int_equal(count, QUEUE_OCTETS / 16);
	stream_queue_done(&queue);
}

/* Sizes that do not divide the ring, filled and drained in turn: every way to wrap. */
static void the_ring_wraps_anywhere(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
				      "abcdefghijklmnopqrstuvwxyz";
	struct stream_queue queue;
	unsigned in = 0;
	unsigned out = 0;
	char text[80];

	assert_true(stream_queue_init(&queue, QUEUE_OCTETS));
	for (unsigned round = 0; round < 2000; round++) {
		size_t n = 1 + in * 7 % 61;

		memcpy(text, letters, n);
		text[n] = '\0';
		if (put(&queue, text, 0)) {
			in++;
			continue;
		}
		assert_true(queue.count > 0);
		for (unsigned i = 0; i <= round % 3 && out < in; i++) {
			n = 1 + out * 7 % 61;
			memcpy(text, letters, n);
			text[n] = '\0';
			take(&queue, text);
			out++;
		}
	}
	assert_in_range(in, 700, 2000);
	assert_int_equal(queue.count, in - out);
	stream_queue_done(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_leave_in_the_order_they_came),
		cmocka_unit_test(a_full_queue_takes_nothing_and_keeps_what_it_has),
		cmocka_unit_test(a_reserve_is_left_free),
		cmocka_unit_test(the_ring_wraps_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
