#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/wire.h"
#include "probe/source.h"

/*
 * Live capture on a virtual interface in a network namespace of the test's own, which goes with it.
 * The other end of its wire is a descriptor: what is written there has passed the interface when
 * write() returns, so nothing gets lost or late under load. Skipped without the right to make one.
 */

#define ETHERTYPE_TEST 0x88b5 /* for experiments: nothing else on this wire has it */
#define WAIT_MS        10000  /* far more than anything takes; no test waits for it to pass */

struct seen {
	struct packet last;
	uint8_t data[2048];
	uint64_t frames; /* of ours */
};

static void seen_sink(void *context, const struct packet *packets, unsigned count)
{
	struct seen *seen = context;

	assert_int_equal(count, 1);
	if (packets->captured >= 14 && (load_be16(packets->data + 12) == ETHERTYPE_TEST ||
					       load_be16(packets->data + 12) == 0x8100)) {
		assert_true(packets->captured <= sizeof(seen->data));
		seen->frames++;
		seen->last = *packets;
		memcpy(seen->data, packets->data, packets->captured);
		seen->last.data = seen->data;
	}
}

static void run(const char *const *argv)
{
	GError *error = NULL;
	int status = 0;

	if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
		    &status, &error)) {
		fail_msg("%s: %s", argv[0], error->message);
	}
	assert_int_equal(status, 0);
}

static void link_set(const char *name, const char *state)
{
	const char *argv[] = {"ip", "link", "set", name, state, NULL};

	run(argv);
}

/* The near end of a new wire whose far end is the interface "far". @kind: IFF_TAP or IFF_TUN. */
static int wire_open(short kind)
{
	struct ifreq request = {.ifr_name = "far", .ifr_flags = (short)(kind | IFF_NO_PI)};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int wire_setup(void **state)
{
	int *near = g_new(int, 1);

	*near = wire_open(IFF_TAP);
	assert_true(*near >= 0);
	link_set("far", "up");
	*state = near;
	return 0;
}

static int wire_teardown(void **state)
{
	int *near = *state;

	if (*near >= 0) {
		assert_int_equal(close(*near), 0);
	}
	g_free(near);
	return 0;
}

/* @vlan: 0 for none. */
static void send_frames(void **state, unsigned count, unsigned octets, uint16_t vlan)
{
	const int *near = *state;
	uint8_t frame[1500] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8};

	assert_true(octets >= 18 && octets <= sizeof(frame));
	store_be16(frame + 12, ETHERTYPE_TEST);
	if (vlan != 0) {
		store_be16(frame + 12, 0x8100);
		store_be16(frame + 14, vlan);
		store_be16(frame + 16, ETHERTYPE_TEST);
	}
	for (unsigned i = 0; i < count; i++) {
		frame[octets - 1] = (uint8_t)i;
		assert_int_equal(write(*near, frame, octets), octets);
	}
}

static struct source *far_open(const struct source_live_config *config)
{
	struct source_live_config filled = *config;
	GError *error = NULL;
	struct source *source;

	filled.interface = "far";
	source = source_live_new(&filled, &error);
	if (source == NULL) {
		fail_msg("%s", error->message);
	}
	return source;
}

/* Work as the daemon does until @frames of ours were seen or the source gave a fault. */
static enum source_result pump(struct source *source, struct seen *seen, uint64_t frames)
{
	enum source_result result = SOURCE_IDLE;

	while (seen->frames < frames && result != SOURCE_FAULT) {
		struct pollfd ready = {.fd = source->ops->fd(source), .events = POLLIN};

		if (result == SOURCE_IDLE) {
			assert_true(poll(&ready, 1, WAIT_MS) == 1);
		}
		result = source_dispatch(source, seen_sink, seen);
		assert_int_not_equal(result, SOURCE_END);
	}
	return result;
}

static void packets_on_the_wire_are_handed_over(void **state)
{
	struct source *source = far_open(&(struct source_live_config){0});
	struct source_counters counters;
	struct seen seen = {0};
	struct ifreq request = {.ifr_name = "far"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int64_t before = (int64_t)time(NULL) - 2;

	assert_int_equal(ioctl(fd, SIOCGIFHWADDR, &request), 0);
	assert_int_equal(close(fd), 0);
	assert_true(source->ops->live);
	assert_true(source->ops->fd(source) >= 0);
	assert_string_equal(source->name, "far");
	assert_int_equal(source->interface_count, 1);
	assert_string_equal(source->interfaces[0].name, "far");
	assert_int_equal(source->interfaces[0].index, if_nametoindex("far"));
	assert_int_equal(source->interfaces[0].link_type, 1);
	assert_memory_equal(source->interfaces[0].mac, request.ifr_hwaddr.sa_data, 6);
	send_frames(state, 3, 1000, 0);
	pump(source, &seen, 3);
	assert_int_equal(seen.frames, 3);
	assert_int_equal(seen.last.captured, 1000);
	assert_int_equal(seen.last.wire, 1000);
	assert_int_equal(seen.last.link_type, 1);
	assert_int_equal(seen.last.interface, 0);
	assert_int_equal(seen.data[999], 2);
	assert_in_range(seen.last.time_ns / 1000000000, before, (int64_t)time(NULL) + 2);
	source->ops->counters(source, &counters);
	assert_true(counters.packets >= 3);
	assert_true(counters.octets >= 3000);
	assert_int_equal(counters.kernel_dropped, 0);
	assert_int_equal(counters.if_dropped, 0);
	source_free(source);
}

static void the_snap_length_cuts_packets(void **state)
{
	struct source *source = far_open(&(struct source_live_config){.snap_octets = 64});
	struct seen seen = {0};

	send_frames(state, 1, 1000, 0);
	pump(source, &seen, 1);
	assert_int_equal(seen.last.captured, 64);
	assert_int_equal(seen.last.wire, 1000);
	source_free(source);
}

static void tags_that_the_interface_took_off_are_back(void **state)
{
	struct source *source = far_open(&(struct source_live_config){.promiscuous = true});
	struct seen seen = {0};

	send_frames(state, 1, 100, 42);
	pump(source, &seen, 1);
	assert_int_equal(seen.last.captured, 100);
	assert_int_equal(load_be16(seen.data + 12), 0x8100);
	assert_int_equal(load_be16(seen.data + 14), 42);
	assert_int_equal(load_be16(seen.data + 16), ETHERTYPE_TEST);
	source_free(source);
}

static void a_filter_keeps_the_rest_out(void **state)
{
	struct source *source = far_open(
		&(struct source_live_config){.filter = "ether proto 0x88b5 and greater 500"});
	struct source_counters counters;
	struct seen seen = {0};

	send_frames(state, 10, 100, 0);
	send_frames(state, 2, 600, 0);
	pump(source, &seen, 2);
	source->ops->counters(source, &counters);
	assert_int_equal(counters.packets, 2);
	assert_int_equal(counters.octets, 1200);
	source_free(source);
}

static void a_wrong_filter_is_told_with_its_text(void **state)
{
	struct source_live_config config = {.interface = "far", .filter = "prot tcp"};
	GError *error = NULL;

	assert_null(source_live_new(&config, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_true(g_str_has_prefix(error->message, "filter 'prot tcp': "));
	assert_true(strlen(error->message) > strlen("filter 'prot tcp': "));
	g_error_free(error);
}

static void a_dispatch_is_bounded_and_gives_everything_in_the_end(void **state)
{
	struct source *source =
		far_open(&(struct source_live_config){.filter = "ether proto 0x88b5"});
	struct seen seen = {0};
	uint64_t before;

	send_frames(state, 9000, 60, 0);
	while (seen.frames < 9000) {
		struct pollfd ready = {.fd = source->ops->fd(source), .events = POLLIN};

		assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
		before = seen.frames;
		if (source_dispatch(source, seen_sink, &seen) == SOURCE_MORE) {
			assert_int_equal(seen.frames - before, 4096);
		}
		assert_true(seen.frames - before <= 4096);
	}
	assert_int_equal(seen.frames, 9000);
	assert_int_equal(source_dispatch(source, seen_sink, &seen), SOURCE_IDLE);
	source_free(source);
}

static void what_the_ring_had_no_room_for_is_counted(void **state)
{
	struct source *source = far_open(&(struct source_live_config){
		.filter = "ether proto 0x88b5", .ring_octets = 1u << 18});
	struct source_counters counters;
	struct seen seen = {0};

	send_frames(state, 6000, 1000, 0); /* nobody takes them out meanwhile */
	source->ops->counters(source, &counters);
	assert_true(counters.kernel_dropped > 0 && counters.kernel_dropped < 6000);
	pump(source, &seen, 6000 - counters.kernel_dropped);
	assert_int_equal(source_dispatch(source, seen_sink, &seen), SOURCE_IDLE);
	assert_int_equal(seen.frames + counters.kernel_dropped, 6000);
	source->ops->counters(source, &counters);
	assert_int_equal(counters.packets + counters.kernel_dropped, 6000);
	source_free(source);
}

static void an_interface_that_goes_down_goes_on_when_up_again(void **state)
{
	struct source *source = far_open(&(struct source_live_config){0});
	struct pollfd ready = {.fd = source->ops->fd(source), .events = POLLIN};
	struct seen seen = {0};

	send_frames(state, 1, 100, 0);
	pump(source, &seen, 1);
	link_set("far", "down");
	/* The descriptor tells of it once, and has nothing more to say then. */
	for (unsigned i = 0; i < 10 && poll(&ready, 1, 0) == 1; i++) {
		assert_int_equal(source_dispatch(source, seen_sink, &seen), SOURCE_IDLE);
	}
	assert_int_equal(poll(&ready, 1, 0), 0);
	assert_int_equal(source_dispatch(source, seen_sink, &seen), SOURCE_IDLE);
	link_set("far", "up");
	send_frames(state, 1, 100, 0);
	pump(source, &seen, 2);
	assert_int_equal(seen.frames, 2);
	source_free(source);
}

static void an_interface_that_vanishes_is_a_fault(void **state)
{
	int *near = *state;
	struct source *source = far_open(&(struct source_live_config){0});
	struct source_counters counters;
	struct seen seen = {0};

	send_frames(state, 1, 100, 0);
	pump(source, &seen, 1);
	assert_int_equal(close(*near), 0);
	*near = -1;
	assert_int_equal(pump(source, &seen, 2), SOURCE_FAULT);
	assert_true(g_str_has_prefix(source->fault, "interface far: "));
	assert_int_equal(source_dispatch(source, seen_sink, &seen), SOURCE_FAULT);
	source->ops->counters(source, &counters);
	assert_true(counters.packets >= 1);
	source_free(source);
}

static void an_interface_that_vanishes_while_down_is_a_fault(void **state)
{
	int *near = *state;
	struct source *source = far_open(&(struct source_live_config){0});
	struct seen seen = {0};

	link_set("far", "down");
	assert_int_equal(source_dispatch(source, seen_sink, &seen), SOURCE_IDLE);
	assert_int_equal(close(*near), 0);
	*near = -1;
	assert_int_equal(source_dispatch(source, seen_sink, &seen), SOURCE_FAULT);
	assert_true(g_str_has_prefix(source->fault, "interface far: "));
	source_free(source);
}

static void an_interface_without_a_link_layer_gives_bare_ip(void **state)
{
	int *near = *state;
	struct source *source;

	assert_int_equal(close(*near), 0);
	*near = wire_open(IFF_TUN);
	assert_true(*near >= 0);
	link_set("far", "up");
	source = far_open(&(struct source_live_config){0});
	assert_int_equal(source->interfaces[0].link_type, 101);
	assert_memory_equal(source->interfaces[0].mac, "\0\0\0\0\0\0", 6);
	source_free(source);
}

static void an_interface_must_be_there_and_up(void **state)
{
	struct source_live_config config = {.interface = "far"};
	GError *error = NULL;

	link_set("far", "down");
	assert_null(source_live_new(&config, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
	assert_string_equal(error->message, "interface far: it is not up");
	g_clear_error(&error);
	config.interface = "nowhere";
	assert_null(source_live_new(&config, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
	assert_string_equal(error->message, "interface nowhere: no such interface");
	g_clear_error(&error);
}

#define WIRE_TEST(f) cmocka_unit_test_setup_teardown(f, wire_setup, wire_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(packets_on_the_wire_are_handed_over),
		WIRE_TEST(the_snap_length_cuts_packets),
		WIRE_TEST(tags_that_the_interface_took_off_are_back),
		WIRE_TEST(a_filter_keeps_the_rest_out),
		WIRE_TEST(a_wrong_filter_is_told_with_its_text),
		WIRE_TEST(a_dispatch_is_bounded_and_gives_everything_in_the_end),
		WIRE_TEST(what_the_ring_had_no_room_for_is_counted),
		WIRE_TEST(an_interface_that_goes_down_goes_on_when_up_again),
		WIRE_TEST(an_interface_that_vanishes_is_a_fault),
		WIRE_TEST(an_interface_that_vanishes_while_down_is_a_fault),
		WIRE_TEST(an_interface_without_a_link_layer_gives_bare_ip),
		WIRE_TEST(an_interface_must_be_there_and_up),
	};
	int near;

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
		printf("1..0 # SKIP no network namespace of its own: %s\n", g_strerror(errno));
		return 0;
	}
	near = wire_open(IFF_TAP);
	if (near < 0) {
		printf("1..0 # SKIP no virtual interface: %s\n", g_strerror(errno));
		return 0;
	}
	(void)close(near);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
