#include "probe/frame.h"

#include "probe/frame_step.h"

#define ETHERTYPE_IPV4         0x0800
#define ETHERTYPE_IPV6         0x86dd
#define ETHERTYPE_PPPOE        0x8864
#define ETHERTYPE_MPLS         0x8847
#define ETHERTYPE_MPLS_UP      0x8848
#define ETHERTYPE_LENGTH_MAX   1500 /* smaller values are IEEE 802.3 lengths */
#define COOKED_PROTOCOL_802_2  4
#define COOKED_ARPHRD_NETLINK  824
#define COOKED_ARPHRD_RADIOTAP 803
#define COOKED_ARPHRD_IPGRE    778

static bool is_vlan_tag(uint16_t ethertype)
{
	return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100 ||
	       ethertype == 0x9200 || ethertype == 0x9300;
}

static enum frame_next ethernet(struct frame *f)
{
	const uint8_t *p;

	if (!frame_has(f, 14)) {
		return NEXT_CUT;
	}
	p = frame_here(f);
	if (f->depth == 0) {
		memcpy(f->destination_mac, p, 6);
		memcpy(f->source_mac, p + 6, 6);
	}
	return frame_ethertype(f, load_be16(p + 12), 14);
}

static enum frame_next by_ethertype(struct frame *f)
{
	while (is_vlan_tag(f->ethertype)) {
		const uint8_t *p;

		if (!frame_has(f, 4)) {
			return NEXT_CUT;
		}
		p = frame_here(f);
		if (f->vlan_count < 2) {
			f->vlan_ids[f->vlan_count] = load_be16(p) & 0xfff;
		}
		f->vlan_count++;
		f->ethertype = load_be16(p + 2);
		f->at += 4;
	}
	switch (f->ethertype) {
	case ETHERTYPE_IPV4:
		return NEXT_IPV4;
	case ETHERTYPE_IPV6:
		return NEXT_IPV6;
	case ETHERTYPE_PPPOE:
		return NEXT_PPPOE;
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_UP:
		return NEXT_MPLS;
	default:
		return f->ethertype <= ETHERTYPE_LENGTH_MAX ? NEXT_LLC : NEXT_NON_IP;
	}
}

static enum frame_next llc(struct frame *f)
{
	static const uint8_t bridge_tunnel[3] = {0, 0, 0xf8};
	static const uint8_t ethernet_types[3] = {0, 0, 0};
	const uint8_t *p;

	if (!frame_has(f, 3)) {
		return NEXT_CUT;
	}
	p = frame_here(f);
	if (p[0] == 0xaa && p[1] == 0xaa && p[2] == 3) {
		uint16_t type;

		if (!frame_has(f, 8)) {
			return NEXT_CUT;
		}
		type = load_be16(p + 6);
		if (type > ETHERTYPE_LENGTH_MAX && (memcmp(p + 3, ethernet_types, 3) == 0 ||
							   memcmp(p + 3, bridge_tunnel, 3) == 0)) {
			f->depth++;
			return frame_ethertype(f, type, 8);
		}
		return NEXT_NON_IP;
	}
	if (p[0] == 6 && p[1] == 6) {
		f->at += 3;
		return NEXT_IPV4;
	}
	return NEXT_NON_IP;
}

static enum frame_next raw_ip(struct frame *f)
{
	if (!frame_has(f, 1)) {
		return NEXT_CUT;
	}
	switch (*frame_here(f) >> 4) {
	case 4:
		return NEXT_IPV4;
	case 6:
		return NEXT_IPV6;
	default:
		return NEXT_BAD_VERSION;
	}
}

/* BSD null and loop: an address family in the byte order of whoever captured. */
static enum frame_next null_link(struct frame *f)
{
	uint32_t family;
	uint32_t swapped;

	if (!frame_has(f, 4)) {
		return NEXT_CUT;
	}
	family = load_be32(frame_here(f));
	swapped = __builtin_bswap32(family);
	family = swapped < family ? swapped : family;
	switch (family) {
	case 2:
		f->at += 4;
		return NEXT_IPV4;
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		f->at += 4;
		return NEXT_IPV6;
	default:
		if (family > ETHERTYPE_LENGTH_MAX && family <= UINT16_MAX) {
			return frame_ethertype(f, (uint16_t)family, 4);
		}
		return NEXT_NON_IP;
	}
}

/* The protocol of a Linux cooked header; some hardware types give it another meaning. */
static enum frame_next cooked_protocol(struct frame *f, uint16_t hardware, uint16_t protocol)
{
	if (hardware == COOKED_ARPHRD_NETLINK || hardware == COOKED_ARPHRD_RADIOTAP ||
		hardware == COOKED_ARPHRD_IPGRE) {
		return NEXT_NON_IP;
	}
	if (protocol == COOKED_PROTOCOL_802_2) {
		return NEXT_LLC;
	}
	return protocol <= ETHERTYPE_LENGTH_MAX ? NEXT_NON_IP : frame_ethertype(f, protocol, 0);
}

static enum frame_next cooked(struct frame *f)
{
	const uint8_t *p;

	if (!frame_has(f, 16)) {
		return NEXT_CUT;
	}
	p = frame_here(f);
	if (load_be16(p + 4) == 6) {
		memcpy(f->source_mac, p + 6, 6);
	}
	f->at += 16;
	return cooked_protocol(f, load_be16(p + 2), load_be16(p + 14));
}

static enum frame_next cooked2(struct frame *f)
{
	const uint8_t *p;

	if (!frame_has(f, 20)) {
		return NEXT_CUT;
	}
	p = frame_here(f);
	if (p[11] == 6) {
		memcpy(f->source_mac, p + 12, 6);
	}
	f->at += 20;
	return cooked_protocol(f, load_be16(p + 8), load_be16(p));
}

enum frame_next frame_link(uint32_t link_type)
{
	switch (link_type) {
	case 1:
		return NEXT_ETHERNET;
	case 0:
	case 108:
		return NEXT_NULL;
	case 9:
	case 50:
		return NEXT_PPP;
	case 12:
	case 14:
	case 101:
		return NEXT_RAW_IP;
	case 51:
		return NEXT_PPPOE;
	case 100:
		return NEXT_LLC;
	case 104:
		return NEXT_CHDLC;
	case 105:
		return NEXT_WLAN;
	case 107:
		return NEXT_FRAME_RELAY;
	case 113:
		return NEXT_COOKED;
	case 119:
	case 163:
		return NEXT_AVS_PRISM;
	case 127:
		return NEXT_RADIOTAP;
	case 192:
		return NEXT_PPI;
	case 204:
		return NEXT_PPP_DIRECTION;
	case 219:
		return NEXT_MPLS;
	case 228:
		return NEXT_IPV4;
	case 229:
		return NEXT_IPV6;
	case 239:
		return NEXT_NFLOG;
	case 276:
		return NEXT_COOKED2;
	default:
		return NEXT_UNSUPPORTED;
	}
}

enum frame_result frame_unwrap(const struct packet *packet, struct frame *ret_frame)
{
	static enum frame_next (*const steps[NEXT_KINDS])(struct frame *) = {
		[NEXT_ETHERNET] = ethernet,
		[NEXT_ETHERTYPE] = by_ethertype,
		[NEXT_LLC] = llc,
		[NEXT_PPP] = frame_ppp,
		[NEXT_CHDLC] = frame_chdlc,
		[NEXT_MPLS] = frame_mpls,
		[NEXT_WLAN] = frame_wlan,
		[NEXT_RAW_IP] = raw_ip,
		[NEXT_NULL] = null_link,
		[NEXT_COOKED] = cooked,
		[NEXT_COOKED2] = cooked2,
		[NEXT_RADIOTAP] = frame_radiotap,
		[NEXT_AVS_PRISM] = frame_avs_prism,
		[NEXT_PPI] = frame_ppi,
		[NEXT_FRAME_RELAY] = frame_relay,
		[NEXT_NFLOG] = frame_nflog,
		[NEXT_PPPOE] = frame_pppoe,
		[NEXT_PPP_DIRECTION] = frame_ppp_direction,
	};
	enum frame_next next = frame_link(packet->link_type);

	memset(ret_frame, 0, sizeof(*ret_frame));
	ret_frame->data = packet->data;
	ret_frame->end = packet->captured;
	while (next >= NEXT_ETHERNET) {
		next = steps[next](ret_frame);
	}
	return (enum frame_result)next;
}
