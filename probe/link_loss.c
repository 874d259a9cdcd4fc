#include "probe/link_loss.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_OCTETS 16384

struct link_loss link_loss_open(uint32_t index)
{
	struct link_loss loss = {.fd = -1, .index = index};

	if (index != 0) {
		loss.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	}
	return loss;
}

void link_loss_close(struct link_loss *loss)
{
	if (loss->fd >= 0) {
		(void)close(loss->fd);
		loss->fd = -1;
	}
}

static bool link_loss_ask(struct link_loss *loss)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST,
			.nlmsg_seq = ++loss->sequence},
		.link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)loss->index},
	};
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

	return sendto(loss->fd, &request, sizeof(request), MSG_DONTWAIT, (struct sockaddr *)&kernel,
		       sizeof(kernel)) == (ssize_t)sizeof(request);
}

static bool link_loss_parse(const struct nlmsghdr *header, uint64_t *ret_packets)
{
	const struct ifinfomsg *link = NLMSG_DATA(header);
	const struct rtattr *attribute = IFLA_RTA(link);
	size_t left = IFLA_PAYLOAD(header);
	struct rtnl_link_stats64 stats = {0};

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == IFLA_STATS64) {
			size_t n = RTA_PAYLOAD(attribute);

			/* Kernels differ in how many counters follow; these are old. */
			memcpy(&stats, RTA_DATA(attribute), n < sizeof(stats) ? n : sizeof(stats));
			*ret_packets = stats.rx_missed_errors + stats.rx_fifo_errors;
			return true;
		}
	}
	return false;
}

bool link_loss_read(struct link_loss *loss, uint64_t *ret_packets)
{
	union {
		struct nlmsghdr header;
		char octets[ANSWER_OCTETS];
	} answer;
	ssize_t n;

	if (loss->fd < 0 || !link_loss_ask(loss)) {
		return false;
	}
	/* The kernel has answered before sendto() returned. */
	while ((n = recv(loss->fd, &answer, sizeof(answer), MSG_DONTWAIT)) > 0) {
		if (NLMSG_OK(&answer.header, (size_t)n) &&
			answer.header.nlmsg_seq == loss->sequence) {
			return answer.header.nlmsg_type == RTM_NEWLINK &&
			       link_loss_parse(&answer.header, ret_packets);
		}
	}
	return false;
}
