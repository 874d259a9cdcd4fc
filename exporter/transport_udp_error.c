#include "exporter/transport_udp_error.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h> /* needs time.h */

void udp_error_ask(int fd, bool ipv6)
{
	int on = 1;

	(void)setsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_RECVERR : IP_RECVERR,
		&on, sizeof(on));
}

bool udp_error_next(int fd, struct udp_error *ret_error)
{
	/* Behind the error stands the address of who told it. */
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(
			sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6))];
	} control;
	struct iovec part = {.iov_base = ret_error->octets, .iov_len = sizeof(ret_error->octets)};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	ssize_t size = recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
	struct sock_extended_err error = {.ee_errno = 0};

	if (size < 0) {
		return false;
	}
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
			(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR)) {
			memcpy(&error, CMSG_DATA(c), sizeof(error));
		}
	}
	ret_error->code = (int)error.ee_errno;
	ret_error->remote =
		error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6;
	ret_error->size = (uint32_t)size;
	return true;
}
