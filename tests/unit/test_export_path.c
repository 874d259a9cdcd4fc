#include "tests/unit/unit.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/unit/export_peer.h"

/*
 * What the width of the path does to UDP, in a network of the test's own, whose loopback interface
 * may be made as narrow as needed. Where the system does not let us have one, there is only a note.
 */

static bool has_network;

/* False if the system does not let us. */
static bool loopback_mtu(int octets)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_mtu = octets};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool good = fd >= 0 && ioctl(fd, SIOCSIFMTU, &request) == 0;

	if (good) {
		request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
		good = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return good;
}

static int network_make(void **state)
{
	has_network = (unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) &&
		      loopback_mtu(1500);
	return 0;
}

static struct exporter *export_to(const char *host, uint16_t port, const char *options)
{
	struct export_config config = {.observation_domain = 1, .clock = &peer_clock};
	struct exporter *exporter = exporter_new(&config, NULL);
	g_autofree char *uri = g_strdup_printf("udp:%s:%u%s", host, port, options);
	g_autoptr(GError) error = NULL;

	if (!exporter_add(exporter, uri, &error)) {
		fail_msg("%s", error->message);
	}
	return exporter;
}

/* False, and a note, where a test cannot be made. */
static bool have_network(int mtu)
{
	peer_clock_reset();
	if (has_network && loopback_mtu(mtu)) {
		return true;
	}
	print_message("# no network of our own here: not tested\n");
	return false;
}

static void message_fits_an_ethernet_and_leaves_room_for_a_tunnel(void **state)
{
	struct peer peer;
	struct exporter *exporter;

	if (!have_network(1500)) {
		return;
	}
	peer_open_udp(&peer);
	exporter = export_to("127.0.0.1", peer.port, "");
	peer_records(exporter, 1, 1000, peer_wall_us);
	assert_true(exporter_close(exporter, 1000, NULL));
	peer_idle();
	assert_in_range(peer.collector.size_max, 1384, 1400);
	assert_true(collector_has(&peer.collector, 1, 1000));
	exporter_free(exporter);
	peer_close(&peer);
}

static void message_over_ipv6_has_room_for_the_larger_header(void **state)
{
	struct peer peer;
	struct exporter *exporter;
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};

	if (!have_network(1300)) {
		return;
	}
	peer_open_udp(&peer);
	address.sin6_port = htons(peer.port);
	if (!peer_move(&peer, (const struct sockaddr *)&address, sizeof(address))) {
		print_message("# no IPv6 here: not tested\n");
		peer_close(&peer);
		return;
	}
	exporter = export_to("[::1]", peer.port, "?dscp=10&source=::1");
	peer_records(exporter, 1, 1000, peer_wall_us);
	assert_true(exporter_close(exporter, 1000, NULL));
	peer_idle();
	assert_in_range(peer.collector.size_max, 1252 - 16, 1252);
	assert_true(collector_has(&peer.collector, 1, 1000));
	exporter_free(exporter);
	peer_close(&peer);
}

static void message_fits_a_narrow_path_whatever_was_asked_for(void **state)
{
	struct peer peer;
	struct exporter *exporter;

	if (!have_network(1000)) {
		return;
	}
	peer_open_udp(&peer);
	exporter = export_to("127.0.0.1", peer.port, "?message-octets=1400");
	peer_records(exporter, 1, 1000, peer_wall_us);
	assert_true(exporter_close(exporter, 1000, NULL));
	peer_idle();
	assert_in_range(peer.collector.size_max, 972 - 16, 972);
	assert_true(collector_has(&peer.collector, 1, 1000));
	exporter_free(exporter);
	peer_close(&peer);
}

static void path_that_gets_narrower_costs_one_message_which_is_counted(void **state)
{
	struct peer peer;
	struct exporter *exporter;
	struct export_counters counters;

	if (!have_network(1300)) {
		return;
	}
	peer_open_udp(&peer);
	exporter = export_to("127.0.0.1", peer.port, "");
	peer_records(exporter, 1, 64, peer_wall_us);
	assert_true(loopback_mtu(900));
	peer_records(exporter, 65, 64, peer_wall_us); /* 78 fill a message */
	counters = peer_counters(exporter);
	assert_int_equal(counters.not_sent_records, 78);
	assert_int_equal(counters.send_errors, 1);
	peer_records(exporter, 129, 1000, peer_wall_us);
	assert_true(exporter_close(exporter, 1000, NULL));
	peer_idle();
	assert_in_range(peer.collector.size_max, 872 - 16, 872);
	assert_int_equal(peer.collector.sequence_missing, 78);
	assert_true(collector_has(&peer.collector, 79, 1128 - 78));
	/* With the new limit the templates went out again. */
	assert_int_equal(peer.collector.template_messages, 2);
	exporter_free(exporter);
	peer_close(&peer);
}

static void host_without_a_route_is_tried_again(void **state)
{
	struct exporter *exporter;

	if (!have_network(1500)) {
		return;
	}
	exporter = export_to("192.0.2.1", 4739, "?retry=60");
	peer_records(exporter, 1, 10, peer_wall_us);
	assert_int_equal(peer_counters(exporter).connects, 0);
	assert_false(exporter_close(exporter, 0, NULL));
	assert_int_equal(peer_counters(exporter).not_sent_records, 10);
	exporter_free(exporter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_fits_an_ethernet_and_leaves_room_for_a_tunnel),
		/* IPv6 goes for good when the path gets narrower than it allows. */
		cmocka_unit_test(message_over_ipv6_has_room_for_the_larger_header),
		cmocka_unit_test(message_fits_a_narrow_path_whatever_was_asked_for),
		cmocka_unit_test(path_that_gets_narrower_costs_one_message_which_is_counted),
		cmocka_unit_test(host_without_a_route_is_tried_again),
	};

	return cmocka_run_group_tests_name("export over narrow paths", tests, network_make, NULL);
}
