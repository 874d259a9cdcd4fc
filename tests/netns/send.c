/*
 * Sends UDP packets out of an interface, as bounded as tests want it: IPv4, each flow one sender
 * address and port, in turn; each device a MAC and addresses of its own. Prints what it has
 * sent as a JSON object.
 *
 *	send IFACE COUNT FLOWS RATE [PAYLOAD [DEVICES]]
 *
 * RATE is packets a second, 0: as fast as it goes. COUNT is at most COUNT_MAX; SIGTERM ends it early.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/wire.h"

#define BURST          64
#define BURST_RATE_MIN 50000 /* below it each packet has its own time */
#define COUNT_MAX      10000000
#define PAYLOAD_MAX    1400
#define IP_OFFSET      14
#define UDP_OFFSET     (IP_OFFSET + 20)
#define DATA_OFFSET    (UDP_OFFSET + 8)

struct plan {
	unsigned long count;
	unsigned long flows;
	unsigned long rate;
	unsigned long payload;
	unsigned long devices;
};

static volatile sig_atomic_t told_to_end;

static void take_signal(int signal)
{
	told_to_end = 1;
}

static uint16_t ip_checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 20; i += 2) {
		sum += load_be16(header + i);
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void build(uint8_t *frame, const struct plan *plan, unsigned long flow)
{
	static const uint8_t ethernet[IP_OFFSET] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0x08, 0x00};
	uint8_t *ip = frame + IP_OFFSET;
	uint8_t *udp = frame + UDP_OFFSET;
	unsigned long device = flow % plan->devices;
	unsigned long of_device = flow / plan->devices; /* the how manieth flow */
	unsigned long host = device + of_device / 50000 * plan->devices;

	memset(frame, 0, DATA_OFFSET + plan->payload);
	memcpy(frame, ethernet, sizeof(ethernet));
	store_be16(frame + 10, (uint16_t)(device + 1));
	ip[0] = 0x45;
	store_be16(ip + 2, (uint16_t)(28 + plan->payload));
	ip[8] = 64;
	ip[9] = 17;
	store_be32(ip + 12, 0x0a000001U + (uint32_t)host); /* 10.0.0.1 and up */
	store_be32(ip + 16, 0xc6336401U);                  /* 198.51.100.1 */
	store_be16(ip + 10, ip_checksum(ip));
	store_be16(udp, (uint16_t)(10000 + of_device % 50000));
	store_be16(udp + 2, 9);
	store_be16(udp + 4, (uint16_t)(8 + plan->payload));
}

static void pace(const struct plan *plan, unsigned long sent, int64_t begin_ns)
{
	struct timespec until;
	int64_t due_ns;

	if (plan->rate == 0) {
		return;
	}
	due_ns = begin_ns + (int64_t)(sent * UINT64_C(1000000000) / plan->rate);
	until.tv_sec = due_ns / 1000000000;
	until.tv_nsec = due_ns % 1000000000;
	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static int64_t monotonic_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Many frames a system call, so that a small machine reaches high rates. */
static bool send_burst(int fd, const struct plan *plan, unsigned long first, unsigned count)
{
	static uint8_t frames[BURST][DATA_OFFSET + PAYLOAD_MAX];
	struct iovec parts[BURST];
	struct mmsghdr messages[BURST] = {0};
	unsigned sent = 0;

	for (unsigned i = 0; i < count; i++) {
		build(frames[i], plan, (first + i) % plan->flows);
		parts[i].iov_base = frames[i];
		parts[i].iov_len = DATA_OFFSET + plan->payload;
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (sent < count) {
		int n = sendmmsg(fd, messages + sent, count - sent, 0);

		if (n > 0) {
			sent += (unsigned)n;
		} else if (errno != ENOBUFS && errno != EINTR) {
			return false;
		}
	}
	return true;
}

static int send_all(int fd, const struct plan *plan)
{
	unsigned burst = plan->rate > 0 && plan->rate < BURST_RATE_MIN ? 1 : BURST;
	int64_t begin_ns = monotonic_ns();
	unsigned long sent = 0;

	while (sent < plan->count && !told_to_end) {
		unsigned long left = plan->count - sent;
		unsigned count = left < burst ? (unsigned)left : burst;

		pace(plan, sent, begin_ns);
		if (!send_burst(fd, plan, sent, count)) {
			perror("send");
			return 1;
		}
		sent += count;
	}
	printf("{\"packets\":%lu,\"octets\":%lu,\"flows\":%lu,\"seconds\":%.6f}\n", sent,
		sent * (28 + plan->payload), sent < plan->flows ? sent : plan->flows,
		(double)(monotonic_ns() - begin_ns) / 1e9);
	return 0;
}

static int usage(void)
{
	(void)fprintf(stderr, "usage: send IFACE COUNT FLOWS RATE [PAYLOAD [DEVICES]]\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct sigaction end = {.sa_handler = take_signal};
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = ETH_ALEN};
	struct plan plan = {0};
	int status;
	int fd;

	if (argc < 5 || argc > 7) {
		return usage();
	}
	plan.count = strtoul(argv[2], NULL, 10);
	plan.flows = strtoul(argv[3], NULL, 10);
	plan.rate = strtoul(argv[4], NULL, 10);
	plan.payload = argc > 5 ? strtoul(argv[5], NULL, 10) : 32;
	plan.devices = argc > 6 ? strtoul(argv[6], NULL, 10) : 1;
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	if (plan.count > COUNT_MAX || plan.flows == 0 || plan.devices == 0 ||
		plan.payload > PAYLOAD_MAX || to.sll_ifindex == 0) {
		return usage();
	}
	fd = socket(AF_PACKET, SOCK_RAW, 0); /* protocol 0: receives nothing */
	if (fd < 0) {
		perror("socket");
		return 1;
	}
	(void)sigaction(SIGTERM, &end, NULL);
	if (bind(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("bind");
		return 1;
	}
	status = send_all(fd, &plan);
	close(fd);
	return status;
}
