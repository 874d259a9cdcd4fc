#include "tests/unit/unit.h"

#include "exporter/queue.h"

#include <glib.h>

#include "exporter/pacer.h"

static void push(struct queue *queue, uint8_t name, bool templates)
{
	uint8_t octets[10] = {name};
	struct message_info info = {.size = sizeof(octets), .templates = templates};

	queue_push(queue, &info, octets);
}

/* Take the first message out; 0 when empty. */
static uint8_t pop(struct queue *queue)
{
	g_autofree struct message *message = queue_pop(queue);

	return message == NULL ? 0 : message->octets[0];
}

static void messages_leave_in_the_order_in_which_they_came(void **state)
{
	struct queue queue = {0};

	push(&queue, 'a', false);
	push(&queue, 'b', false);
	assert_int_equal(queue.octets, 20);
	assert_int_equal(queue.count, 2);
	assert_int_equal(pop(&queue), 'a');
	push(&queue, 'c', false);
	assert_int_equal(pop(&queue), 'b');
	assert_int_equal(pop(&queue), 'c');
	assert_int_equal(pop(&queue), 0);
	assert_int_equal(queue.octets, 0);
	assert_null(queue.tail);
}

static void one_queue_goes_before_another(void **state)
{
	struct queue queue = {0};
	struct queue front = {0};

	queue_prepend(&queue, &front);
	push(&front, 'a', true);
	push(&front, 'b', true);
	queue_prepend(&queue, &front);
	assert_null(front.head);
	assert_int_equal(front.octets, 0);
	push(&queue, 'c', false);
	push(&front, 'd', true);
	queue_prepend(&queue, &front);
	assert_int_equal(queue.octets, 40);
	assert_int_equal(pop(&queue), 'd');
	assert_int_equal(pop(&queue), 'a');
	assert_int_equal(pop(&queue), 'b');
	assert_int_equal(pop(&queue), 'c');
	assert_int_equal(queue.count, 0);
}

static void data_and_templates_are_taken_apart(void **state)
{
	struct queue queue = {0};
	struct message *message;

	push(&queue, 't', true);
	push(&queue, 'a', false);
	push(&queue, 'b', false);
	message = queue_take_data(&queue, 2);
	assert_int_equal(message->octets[0], 'b');
	g_free(message);
	message = queue_take_data(&queue, 1);
	assert_int_equal(message->octets[0], 'a');
	g_free(message);
	assert_null(queue_take_data(&queue, 0));
	message = queue_take_templates(&queue);
	assert_int_equal(message->octets[0], 't');
	g_free(message);
	assert_null(queue_take_templates(&queue));
	push(&queue, 'c', false);
	assert_int_equal(queue.octets, 10);
	queue_clear(&queue);
	assert_int_equal(queue.count, 0);
}

static void pace_is_the_rate_over_time_and_a_burst_at_once(void **state)
{
	struct pacer pacer;
	int64_t now = 1;
	unsigned burst = 0;
	unsigned later = 0;

	pacer_init(&pacer, 100000, 1000);
	while (pacer_ready(&pacer, now)) {
		pacer_spend(&pacer, 1000);
		burst++;
	}
	assert_int_equal(burst, 8);
	for (; now < 10000001; now = MAX(now + 1, pacer_deadline(&pacer))) {
		while (pacer_ready(&pacer, now)) {
			pacer_spend(&pacer, 1000);
			later++;
		}
	}
	assert_in_range(later, 990, 1008);
}

static void slow_pace_loses_no_time_in_small_steps(void **state)
{
	struct pacer pacer;
	unsigned sent = 0;

	pacer_init(&pacer, 700, 512);
	for (int64_t now = 1; now <= 100000001; now += 1000) {
		if (pacer_ready(&pacer, now)) {
			pacer_spend(&pacer, 700);
			sent++;
		}
	}
	assert_in_range(sent, 100 + 5, 100 + 7);
}

static void without_a_rate_everything_may_leave(void **state)
{
	struct pacer pacer;

	pacer_init(&pacer, 0, 1000);
	for (unsigned i = 0; i < 100000; i++) {
		assert_true(pacer_ready(&pacer, 1));
		pacer_spend(&pacer, 65535);
	}
	assert_int_equal(pacer_deadline(&pacer), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_leave_in_the_order_in_which_they_came),
		cmocka_unit_test(one_queue_goes_before_another),
		cmocka_unit_test(data_and_templates_are_taken_apart),
		cmocka_unit_test(pace_is_the_rate_over_time_and_a_burst_at_once),
		cmocka_unit_test(slow_pace_loses_no_time_in_small_steps),
		cmocka_unit_test(without_a_rate_everything_may_leave),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
