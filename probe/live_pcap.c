#include "probe/source.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <pcap/pcap.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "probe/link_loss.h"

/*
 * Live capture. libpcap keeps the ring (TPACKET_V3): the kernel fills blocks of packets and gives
 * one over when it is full or has waited LIVE_TIMEOUT_MS, so that a busy wire costs few wake-ups
 * and a silent one none.
 */

#define LIVE_SNAP_OCTETS     2048 /* a whole ClientHello or QUIC Initial */
#define LIVE_SNAP_OCTETS_MAX 262144
#define LIVE_RING_OCTETS     (4u << 20)
#define LIVE_RING_OCTETS_MAX (1u << 30)
#define LIVE_TIMEOUT_MS      100
#define LIVE_DISPATCH_MAX    4096 /* packets a call, so that other sources have their turn */

#define LINK_TYPE_RAW 101

struct live {
	struct source source;
	pcap_t *pcap;
	packet_sink sink; /* during a dispatch */
	void *context;
	struct source_counters counters;
	struct link_loss loss;
	uint64_t loss_before; /* the capture began */
	int64_t unit_ns;      /* of the time stamps' fraction */
	uint16_t link_type;
	int fd;
};

static void live_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
	struct live *live = (struct live *)(void *)user;
	struct packet packet = {
		.data = data,
		.captured = header->caplen,
		.wire = header->len,
		.time_ns = header->ts.tv_sec * INT64_C(1000000000) +
			   header->ts.tv_usec * live->unit_ns,
		.link_type = live->link_type,
	};

	live->counters.packets++;
	live->counters.octets += header->caplen;
	live->sink(live->context, &packet, 1);
}

static enum source_result live_dispatch(struct source *source, packet_sink sink, void *context)
{
	struct live *live = (struct live *)source;
	int n;

	if (source->fault[0] != '\0') {
		return SOURCE_FAULT;
	}
	live->sink = sink;
	live->context = context;
	n = pcap_dispatch(live->pcap, LIVE_DISPATCH_MAX, live_packet, (u_char *)live);
	if (n < 0) {
		(void)g_snprintf(source->fault, sizeof(source->fault), "interface %s: %s",
			source->name, pcap_geterr(live->pcap));
		return SOURCE_FAULT;
	}
	return n < LIVE_DISPATCH_MAX ? SOURCE_IDLE : SOURCE_MORE;
}

static int live_fd(const struct source *source)
{
	return ((const struct live *)source)->fd;
}

static void live_counters(struct source *source, struct source_counters *ret_counters)
{
	struct live *live = (struct live *)source;
	struct tpacket_stats stats;
	socklen_t n = sizeof(stats);
	uint64_t lost;

	/*
	 * Not by pcap_stats(): it counts in 32 bits and opens files of /sys, which a confined
	 * process cannot. The kernel starts anew with each answer, so nothing wraps. Of an
	 * interface that is gone the last figures stay.
	 */
	if (getsockopt(live->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &n) == 0) {
		live->counters.kernel_dropped += stats.tp_drops;
	}
	if (link_loss_read(&live->loss, &lost) && lost >= live->loss_before) {
		live->counters.if_dropped = lost - live->loss_before;
	}
	*ret_counters = live->counters;
}

static void live_free(struct source *source)
{
	struct live *live = (struct live *)source;

	pcap_close(live->pcap);
	link_loss_close(&live->loss);
	g_free(live);
}

static const struct source_ops live_ops = {
	.dispatch = live_dispatch,
	.fd = live_fd,
	.counters = live_counters,
	.free = live_free,
	.live = true,
};

/* Systems and files number link types alike but for this one, of all that Linux interfaces have. */
static uint16_t live_link_type(int dlt)
{
	return dlt == DLT_RAW ? LINK_TYPE_RAW : (uint16_t)dlt;
}

/* Name, number and address of the interface; "any" has neither of the latter. */
static struct source_interface *live_interface(const char *name, uint16_t link_type)
{
	struct source_interface *interface = g_new0(struct source_interface, 1);
	struct ifreq request = {0};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)g_strlcpy(interface->name, name, sizeof(interface->name));
	interface->index = if_nametoindex(name);
	interface->link_type = link_type;
	(void)g_strlcpy(request.ifr_name, name, sizeof(request.ifr_name));
	if (fd >= 0 && interface->index != 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0 &&
		request.ifr_hwaddr.sa_family == ARPHRD_ETHER) {
		memcpy(interface->mac, request.ifr_hwaddr.sa_data, sizeof(interface->mac));
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return interface;
}

static bool live_activate(pcap_t *pcap, const char *name, GError **error)
{
	int status = pcap_activate(pcap);
	const char *detail = pcap_geterr(pcap);

	if (status == 0) {
		return true;
	}
	if (detail[0] == '\0') {
		detail = pcap_statustostr(status);
	}
	if (status > 0) {
		log_warning("capture", "interface %s: %s", name, detail);
		return true;
	}
	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		detail = "no such interface";
		break;
	case PCAP_ERROR_IFACE_NOT_UP:
		detail = "it is not up";
		break;
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		detail = "capturing needs the capability CAP_NET_RAW";
		break;
	default:
		break;
	}
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "interface %s: %s", name, detail);
	return false;
}

static bool live_filter(pcap_t *pcap, const struct source_live_config *config, GError **error)
{
	struct bpf_program program;
	int status;

	if (config->filter == NULL) {
		return true;
	}
	if (pcap_compile(pcap, &program, config->filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "filter '%s': %s", config->filter,
			pcap_geterr(pcap));
		return false;
	}
	status = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	if (status != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "interface %s: filter '%s': %s",
			config->interface, config->filter, pcap_geterr(pcap));
		return false;
	}
	return true;
}

static bool live_config_check(const struct source_live_config *config, GError **error)
{
	if (config->interface[0] == '\0' || strlen(config->interface) >= IFNAMSIZ) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"interface '%s': a name has 1 to %d octets", config->interface,
			IFNAMSIZ - 1);
		return false;
	}
	if (config->snap_octets > LIVE_SNAP_OCTETS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"interface %s: snap length %" G_GUINT32_FORMAT ": %d octets at most",
			config->interface, config->snap_octets, LIVE_SNAP_OCTETS_MAX);
		return false;
	}
	if (config->ring_octets > LIVE_RING_OCTETS_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"interface %s: ring of %" G_GUINT32_FORMAT " octets: %u at most",
			config->interface, config->ring_octets, LIVE_RING_OCTETS_MAX);
		return false;
	}
	return true;
}

/* A capture that runs, not blocking. */
static pcap_t *live_open(const struct source_live_config *config, GError **error)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_create(config->interface, reason);

	if (pcap == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "interface %s: %s", config->interface,
			reason);
		return NULL;
	}
	/* These fail only on a capture that runs already, or fall back to what they can do. */
	(void)pcap_set_snaplen(
		pcap, (int)(config->snap_octets != 0 ? config->snap_octets : LIVE_SNAP_OCTETS));
	(void)pcap_set_buffer_size(
		pcap, (int)(config->ring_octets != 0 ? config->ring_octets : LIVE_RING_OCTETS));
	(void)pcap_set_promisc(pcap, config->promiscuous);
	(void)pcap_set_timeout(pcap, LIVE_TIMEOUT_MS);
	(void)pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	if (!live_activate(pcap, config->interface, error) || !live_filter(pcap, config, error)) {
		pcap_close(pcap);
		return NULL;
	}
	if (pcap_setnonblock(pcap, 1, reason) != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "interface %s: %s", config->interface,
			reason);
		pcap_close(pcap);
		return NULL;
	}
	if (pcap_get_selectable_fd(pcap) < 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM,
			"interface %s: this kind of capture cannot be waited for",
			config->interface);
		pcap_close(pcap);
		return NULL;
	}
	return pcap;
}

struct source *source_live_new(const struct source_live_config *config, GError **error)
{
	struct live *live;
	pcap_t *pcap;

	if (!live_config_check(config, error)) {
		return NULL;
	}
	pcap = live_open(config, error);
	if (pcap == NULL) {
		return NULL;
	}
	live = g_new0(struct live, 1);
	live->source.ops = &live_ops;
	live->source.name = g_strdup(config->interface);
	live->pcap = pcap;
	live->fd = pcap_get_selectable_fd(pcap);
	live->link_type = live_link_type(pcap_datalink(pcap));
	live->unit_ns = pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
	live->source.interfaces = live_interface(config->interface, live->link_type);
	live->source.interface_count = 1;
	live->loss = link_loss_open(live->source.interfaces[0].index);
	(void)link_loss_read(&live->loss, &live->loss_before);
	return &live->source;
}
