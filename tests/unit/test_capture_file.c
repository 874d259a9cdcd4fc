#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "probe/capture.h"
#include "tests/unit/capture_image.h"

#define SMALL 64

static void check_refused(const void *octets, size_t n, const char *reason)
{
	struct image image = image_new(false);
	GError *error = NULL;

	image_octets(&image, octets, n);
	assert_null(image_open(&image, SMALL, n, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_FORMAT));
	assert_non_null(strstr(error->message, reason));
	assert_true(g_str_has_prefix(error->message, "image: "));
	g_error_free(error);
	image_free(&image);
}

static void what_is_no_capture_is_refused_with_its_name(void **state)
{
	check_refused("", 0, "empty");
	check_refused("\xd4", 1, "neither a pcap nor a pcapng file");
	check_refused("\xd4\xc3\xb2", 3, "neither a pcap nor a pcapng file");
	check_refused("hello, world", 12, "neither a pcap nor a pcapng file");
	check_refused("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0", 23,
		"ends within its header");
	check_refused("\xd4\xc3\xb2\xa1", 4, "ends within its header");
}

static void packed_files_are_told_by_name(void **state)
{
	check_refused("\x1f\x8b\x08\0\0\0\0\0", 8, "gzip");
	check_refused("\x1f\x8b", 2, "gzip -dc");
	check_refused("BZh91AY", 7, "bzip2");
	check_refused("\xfd\x37zXZ\0", 6, "xz");
	check_refused("\x28\xb5\x2f\xfd", 4, "zstd");
}

static void what_cannot_be_opened_or_read_is_told_with_the_reason(void **state)
{
	GError *error = NULL;

	assert_null(source_file_new("/nonexistent/x.pcap", &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
	assert_string_equal(error->message, "/nonexistent/x.pcap: No such file or directory");
	g_clear_error(&error);
	assert_null(source_file_new("/", &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
	assert_string_equal(error->message, "/: Is a directory");
	g_clear_error(&error);
}

static void count_sink(void *context, const struct packet *packets, unsigned count)
{
	*(unsigned *)context += count;
}

static struct image two_records(void)
{
	struct image image = image_new(false);

	image_pcap_header(&image, 0xa1b2c3d4, 1);
	image_pcap_record(&image, 1, 1, 30);
	image_pcap_record(&image, 1, 2, 30);
	return image;
}

static void a_file_is_opened_by_its_path(void **state)
{
	struct image image = two_records();
	char *path = NULL;
	int fd = g_file_open_tmp("capture-XXXXXX", &path, NULL);
	struct source *source;
	unsigned count = 0;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, image.octets->data, image.octets->len), image.octets->len);
	assert_int_equal(close(fd), 0);
	source = source_file_new(path, NULL);
	assert_non_null(source);
	assert_string_equal(source->name, path);
	assert_int_equal(source->ops->fd(source), -1);
	assert_false(source->ops->live);
	while (source_dispatch(source, count_sink, &count) == SOURCE_MORE) {
	}
	assert_int_equal(count, 2);
	source_free(source);
	assert_int_equal(unlink(path), 0);
	g_free(path);
	image_free(&image);
}

static void a_pipe_that_is_polled_never_makes_its_reader_wait(void **state)
{
	struct image image = two_records();
	struct source *source;
	unsigned count = 0;
	int pipes[2];

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(write(pipes[1], image.octets->data, 24 + 46 + 1), 24 + 46 + 1);
	source = capture_file_new(pipes[0], "pipe", SMALL, NULL);
	assert_non_null(source);
	source->polled = true;
	assert_int_equal(source->ops->fd(source), pipes[0]);
	while (source_dispatch(source, count_sink, &count) == SOURCE_MORE) {
	}
	assert_int_equal(count, 1);
	assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_IDLE);
	assert_int_equal(write(pipes[1], image.octets->data + 71, 45), 45);
	assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_MORE);
	assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_IDLE);
	assert_int_equal(count, 2);
	assert_int_equal(close(pipes[1]), 0);
	assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_END);
	source_free(source);
	image_free(&image);
}

/* What has come through a pipe is given before the reader waits for more. */
static void packets_come_through_a_pipe_as_they_are_written(void **state)
{
	struct image image = two_records();
	struct source_counters counters;
	struct source *source;
	unsigned count = 0;
	int pipes[2];

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(write(pipes[1], image.octets->data, 24 + 46 + 1), 24 + 46 + 1);
	source = capture_file_new(pipes[0], "pipe", SMALL, NULL);
	assert_non_null(source);
	/* What opening read ahead, then the rest of what is there. */
	assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_MORE);
	assert_int_equal(write(pipes[1], image.octets->data + 71, 45), 45);
	assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_MORE);
	assert_int_equal(count, 1);
	assert_int_equal(close(pipes[1]), 0);
	assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_END);
	assert_int_equal(count, 2);
	source->ops->counters(source, &counters);
	assert_int_equal(counters.size, 0);
	assert_int_equal(counters.position, image.octets->len);
	source_free(source);
	image_free(&image);
}

static void standard_input_is_read_and_left_open(void **state)
{
	struct image image = two_records();
	int saved = dup(STDIN_FILENO);
	struct source *source;
	unsigned count = 0;
	int pipes[2];

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(dup2(pipes[0], STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(write(pipes[1], image.octets->data, image.octets->len), image.octets->len);
	assert_int_equal(close(pipes[1]), 0);
	source = source_file_new("-", NULL);
	assert_non_null(source);
	assert_string_equal(source->name, "standard input");
	while (source_dispatch(source, count_sink, &count) == SOURCE_MORE) {
	}
	assert_int_equal(count, 2);
	source_free(source);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	assert_int_equal(close(pipes[0]), 0);
	if (saved >= 0) {
		assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
		assert_int_equal(close(saved), 0);
	}
	image_free(&image);
}

static void on_alarm(int number)
{
}

/* The program's own handler has run; it decides whether to go on. */
static void a_signal_ends_the_waiting_for_input(void **state)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct sigaction before;
	struct image image = two_records();
	GError *error = NULL;
	struct source *source;
	unsigned count = 0;
	int pipes[2];

	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	for (unsigned blocking = 0; blocking < 2; blocking++) {
		assert_int_equal(pipe2(pipes, O_CLOEXEC | (blocking ? 0 : O_NONBLOCK)), 0);
		assert_int_equal(write(pipes[1], image.octets->data, 24), 24);
		source = capture_file_new(pipes[0], "pipe", SMALL, NULL);
		assert_non_null(source);
		ualarm(1000, 1000); /* again and again: one may come before the wait */
		assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_MORE);
		ualarm(0, 0);
		source_free(source);
		assert_int_equal(close(pipes[1]), 0);
	}
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	ualarm(1000, 1000);
	assert_null(capture_file_new(pipes[0], "pipe", SMALL, &error));
	ualarm(0, 0);
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
	assert_string_equal(error->message, "pipe: Interrupted system call");
	g_clear_error(&error);
	assert_int_equal(close(pipes[1]), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	image_free(&image);
}

static void a_read_that_fails_later_is_a_fault(void **state)
{
	struct image image = two_records();
	struct source *source = image_open(&image, SMALL, image.octets->len, NULL);
	struct capture_file *file = (struct capture_file *)source;
	unsigned count = 0;
	int folder = open("/", O_RDONLY | O_CLOEXEC);

	assert_non_null(source);
	assert_true(folder >= 0);
	assert_int_equal(dup3(folder, file->buffer.fd, O_CLOEXEC), file->buffer.fd);
	assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_FAULT);
	assert_string_equal(source->fault, "reading at offset 64: Is a directory");
	assert_int_equal(source_dispatch(source, count_sink, &count), SOURCE_FAULT);
	assert_int_equal(close(folder), 0);
	source_free(source);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_capture_is_refused_with_its_name),
		cmocka_unit_test(packed_files_are_told_by_name),
		cmocka_unit_test(what_cannot_be_opened_or_read_is_told_with_the_reason),
		cmocka_unit_test(a_file_is_opened_by_its_path),
		cmocka_unit_test(packets_come_through_a_pipe_as_they_are_written),
		cmocka_unit_test(a_pipe_that_is_polled_never_makes_its_reader_wait),
		cmocka_unit_test(standard_input_is_read_and_left_open),
		cmocka_unit_test(a_signal_ends_the_waiting_for_input),
		cmocka_unit_test(a_read_that_fails_later_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
