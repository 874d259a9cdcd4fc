/*
 * Sends UDP packets out of an interface, as bounded as tests want it: IPv4, each flow one sender
 * address and port, in turn. Prints what it has sent as a JSON object.
 *
 *	send IFACE COUNT FLOWS RATE [PAYLOAD]
 *
 * RATE is packets a second, 0: as fast as it goes. COUNT is at most COUNT_MAX; SIGTERM ends it early.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/wire.h"

#define COUNT_MAX   10000000
#define PAYLOAD_MAX 1400
#define IP_OFFSET   14
#define UDP_OFFSET  (IP_OFFSET + 20)
#define DATA_OFFSET (UDP_OFFSET + 8)

struct plan {
	unsigned long count;
	unsigned long flows;
	unsigned long rate;
	unsigned long payload;
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
	static const uint8_t ethernet[IP_OFFSET] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00};
	uint8_t *ip = frame + IP_OFFSET;
	uint8_t *udp = frame + UDP_OFFSET;

	memset(frame, 0, DATA_OFFSET + plan->payload);
	memcpy(frame, ethernet, sizeof(ethernet));
	ip[0] = 0x45;
	store_be16(ip + 2, (uint16_t)(28 + plan->payload));
	ip[8] = 64;
	ip[9] = 17;
	store_be32(ip + 12, 0x0a000000U + (uint32_t)(flow / 50000) + 1); /* 10.0.0.1 and up */
	store_be32(ip + 16, 0xc6336401U);                                /* 198.51.100.1 */
	store_be16(ip + 10, ip_checksum(ip));
	store_be16(udp, (uint16_t)(10000 + flow % 50000));
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

static int send_all(int fd, const struct sockaddr_ll *to, const struct plan *plan)
{
	uint8_t frame[DATA_OFFSET + PAYLOAD_MAX];
	struct timespec now;
	int64_t begin_ns;
	unsigned long i;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	begin_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	for (i = 0; i < plan->count && !told_to_end; i++) {
		ssize_t n;

		build(frame, plan, i % plan->flows);
		pace(plan, i, begin_ns);
		do {
			n = sendto(fd, frame, DATA_OFFSET + plan->payload, 0,
				(const struct sockaddr *)to, sizeof(*to));
		} while (n < 0 && (errno == ENOBUFS || errno == EINTR));
		if (n < 0) {
			perror("send");
			return 1;
		}
	}
	printf("{\"packets\":%lu,\"octets\":%lu,\"flows\":%lu}\n", i, i * (28 + plan->payload),
		i < plan->flows ? i : plan->flows);
	return 0;
}

static int usage(void)
{
	(void)fprintf(stderr, "usage: send IFACE COUNT FLOWS RATE [PAYLOAD]\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct sigaction end = {.sa_handler = take_signal};
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = ETH_ALEN};
	struct plan plan = {0};
	int status;
	int fd;

	if (argc < 5 || argc > 6) {
		return usage();
	}
	plan.count = strtoul(argv[2], NULL, 10);
	plan.flows = strtoul(argv[3], NULL, 10);
	plan.rate = strtoul(argv[4], NULL, 10);
	plan.payload = argc > 5 ? strtoul(argv[5], NULL, 10) : 32;
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	if (plan.count > COUNT_MAX || plan.flows == 0 || plan.payload > PAYLOAD_MAX ||
		to.sll_ifindex == 0) {
		return usage();
	}
	fd = socket(AF_PACKET, SOCK_RAW, 0); /* protocol 0: receives nothing */
	if (fd < 0) {
		perror("socket");
		return 1;
	}
	(void)sigaction(SIGTERM, &end, NULL);
	status = send_all(fd, &to, &plan);
	close(fd);
	return status;
}
