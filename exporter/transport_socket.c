#include "exporter/transport_socket.h"

#include <errno.h>
#include <glib-unix.h>
#include <linux/tcp.h> /* knows more of struct tcp_info than netinet/tcp.h */
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "exporter/transport_udp_error.h"

enum {
	HEADERS_IPV4 = 28, /* with UDP's */
	HEADERS_IPV6 = 48,
	DATAGRAM_MIN = 512, /* all that may be assumed of an unknown path */
	KEEPALIVE_S = 60,
	KEEPALIVE_PROBES = 4,
	USER_TIMEOUT_S = 60, /* unacknowledged data so old means a dead path */
};

static bool socket_number(int fd, int level, int option, int64_t value)
{
	int number = (int)value;

	return setsockopt(fd, level, option, &number, sizeof(number)) == 0;
}

static void socket_source_done(void *owner, GArray *addresses, const GError *error)
{
	*(GArray **)owner = addresses;
}

/* uri_parse() has seen that it is an address, so this never asks anybody. */
static bool socket_bind(struct transport *transport, int fd, int family)
{
	const char *source = transport->config.uri->source;
	g_autoptr(GArray) found = NULL;
	struct lookup_address *address;

	(void)lookup_start(transport->config.context, source, 0, socket_source_done, &found);
	address = &g_array_index(found, struct lookup_address, 0);
	if (address->storage.ss_family != family) {
		g_clear_error(&transport->error);
		transport->error = g_error_new(WEIR_ERROR, WEIR_ERROR_IO,
			"source address %s is not of the collector's IP version", source);
		return false;
	}
	if (bind(fd, (struct sockaddr *)&address->storage, address->octets) != 0) {
		transport_fail(transport, errno, "cannot send from source address %s", source);
		return false;
	}
	return true;
}

int socket_new(struct transport *transport, const struct lookup_address *address, int type)
{
	const struct uri *uri = transport->config.uri;
	int family = address->storage.ss_family;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool good = fd >= 0;

	if (good && uri->sndbuf != URI_UNSET) {
		good = socket_number(fd, SOL_SOCKET, SO_SNDBUF, uri->sndbuf);
	}
	if (good && uri->dscp != URI_UNSET) {
		good = family == AF_INET6
			       ? socket_number(fd, IPPROTO_IPV6, IPV6_TCLASS, uri->dscp << 2)
			       : socket_number(fd, IPPROTO_IP, IP_TOS, uri->dscp << 2);
	}
	if (!good) {
		transport_fail(transport, errno, "cannot set up a socket");
	} else if (uri->interface != NULL &&
		   setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, uri->interface,
			   (socklen_t)strlen(uri->interface)) != 0) {
		transport_fail(
			transport, errno, "cannot send through interface %s", uri->interface);
		good = false;
	}
	if (good && uri->source != NULL) {
		good = socket_bind(transport, fd, family);
	}
	if (!good && fd >= 0) {
		(void)close(fd);
	}
	return good ? fd : -1;
}

int socket_new_datagram(struct transport *transport, const struct lookup_address *address)
{
	bool ipv6 = address->storage.ss_family == AF_INET6;
	int fd = socket_new(transport, address, SOCK_DGRAM);
	g_autofree char *text = NULL;

	if (fd < 0) {
		return -1;
	}
	udp_error_ask(fd, ipv6);
	if (socket_number(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
		    ipv6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER,
		    ipv6 ? IPV6_PMTUDISC_DO : IP_PMTUDISC_DO) &&
		connect(fd, (const struct sockaddr *)&address->storage, address->octets) == 0) {
		return fd;
	}
	text = lookup_address_text(address);
	transport_fail(transport, errno, "cannot send to %s", text);
	(void)close(fd);
	return -1;
}

uint32_t socket_path_octets(int fd)
{
	struct sockaddr_storage own = {.ss_family = AF_INET};
	socklen_t own_octets = sizeof(own);
	int mtu = 0;
	socklen_t size = sizeof(mtu);
	bool ipv6 = getsockname(fd, (struct sockaddr *)&own, &own_octets) == 0 &&
		    own.ss_family == AF_INET6;
	int headers = ipv6 ? HEADERS_IPV6 : HEADERS_IPV4;
	int found = ipv6 ? getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &size)
			 : getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &size);

	if (found != 0 || mtu - headers < DATAGRAM_MIN) {
		return DATAGRAM_MIN;
	}
	return (uint32_t)MIN(mtu - headers, UINT16_MAX - headers);
}

void socket_tune_stream(struct transport *transport, int fd)
{
	const struct uri *uri = transport->config.uri;
	int64_t idle_s = uri->keepalive_s == URI_UNSET ? KEEPALIVE_S : uri->keepalive_s;
	int64_t silence_s = uri->user_timeout_s == URI_UNSET ? USER_TIMEOUT_S : uri->user_timeout_s;

	/* All of these make a dead peer known sooner; a kernel that lacks one is no worse. */
	if (idle_s > 0) {
		(void)socket_number(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
		(void)socket_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
		(void)socket_number(fd, IPPROTO_TCP, TCP_KEEPINTVL, MAX(1, idle_s / 4));
		(void)socket_number(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
	}
	if (silence_s > 0) {
		(void)socket_number(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, silence_s * 1000);
	}
	(void)socket_number(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

uint32_t socket_window_octets(int fd)
{
	struct tcp_info info = {.tcpi_snd_wnd = 0};
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
		size < offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof(info.tcpi_snd_wnd)) {
		return 0;
	}
	return info.tcpi_snd_wnd;
}

GSource *socket_watch(GMainContext *context, int fd, GIOCondition condition,
	gboolean (*callback)(gint fd, GIOCondition condition, gpointer data), gpointer data)
{
	GSource *watch = g_unix_fd_source_new(fd, condition);

	g_source_set_callback(watch, G_SOURCE_FUNC(callback), data, NULL);
	g_source_attach(watch, context);
	return watch;
}

void socket_unwatch(GSource **watch)
{
	if (*watch != NULL) {
		g_source_destroy(*watch);
		g_source_unref(*watch);
		*watch = NULL;
	}
}
