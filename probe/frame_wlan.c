/* 802.11 data frames and the pseudo-headers that captures put before them. */
#include "probe/frame_step.h"

#define WLAN_TYPE_DATA    2
#define WLAN_NULL_DATA    0x4 /* bits of the subtype */
#define WLAN_QOS          0x8
#define WLAN_TO_DS        0x01 /* bits of the second octet */
#define WLAN_FROM_DS      0x02
#define WLAN_PROTECTED    0x40
#define WLAN_ORDER        0x80 /* of a QoS frame: HT control follows */
#define WLAN_AMSDU        0x80
#define WLAN_HEADER       24
#define WLAN_HEADER_WDS   30
#define RADIOTAP_TSFT     0x1
#define RADIOTAP_FLAGS    0x2
#define RADIOTAP_MORE     0x80000000
#define RADIOTAP_FLAG_PAD 0x20
#define AVS_MAGIC         0x80211
#define LINK_TYPE_PPI     192
#define PSEUDO_HEADER_MIN 8

static uint16_t load_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t load_le32(const uint8_t *p)
{
	return __builtin_bswap32(load_be32(p));
}

/* Addresses 1 to 3 stand at 4, 10, 16, address 4 at 24; which is whose: IEEE 802.11-2020 9.3.2.1. */
static void wlan_addresses(struct frame *f, uint8_t control)
{
	const uint8_t *p = frame_here(f);
	bool to_ds = control & WLAN_TO_DS;
	bool from_ds = control & WLAN_FROM_DS;
	unsigned source = 10;

	if (from_ds) {
		source = to_ds ? 24 : 16;
	}
	memcpy(f->destination_mac, p + (to_ds ? 16 : 4), 6);
	memcpy(f->source_mac, p + source, 6);
}

enum frame_next frame_wlan(struct frame *f)
{
	const uint8_t *p;
	int64_t header = WLAN_HEADER;
	uint8_t subtype;

	if (!frame_has(f, WLAN_HEADER)) {
		return NEXT_NON_IP;
	}
	p = frame_here(f);
	subtype = p[0] >> 4;
	if ((p[0] >> 2 & 3) != WLAN_TYPE_DATA || subtype & WLAN_NULL_DATA ||
		p[1] & WLAN_PROTECTED) {
		return NEXT_NON_IP;
	}
	if ((p[1] & WLAN_TO_DS) && (p[1] & WLAN_FROM_DS)) {
		header = WLAN_HEADER_WDS;
	}
	if (!frame_has(f, header)) {
		return NEXT_CUT;
	}
	wlan_addresses(f, p[1]);
	if (subtype & WLAN_QOS) {
		if (frame_has(f, header + 2) && p[header] & WLAN_AMSDU) {
			return NEXT_NON_IP;
		}
		header += p[1] & WLAN_ORDER ? 6 : 2;
	}
	f->at += header;
	return NEXT_LLC;
}

/* True if the driver padded the 802.11 header to a multiple of four octets. */
static bool radiotap_pads(const struct frame *f)
{
	int64_t at = f->at + 4;
	int64_t flags;
	uint32_t first = 0;

	for (bool more = true, begun = false; more && at + 4 <= f->end; at += 4, begun = true) {
		uint32_t present = load_le32(f->data + at);

		first = begun ? first : present;
		more = present & RADIOTAP_MORE;
	}
	if (!(first & RADIOTAP_FLAGS)) {
		return false;
	}
	flags = at;
	if (first & RADIOTAP_TSFT) { /* eight octets, aligned from the header's start */
		flags = f->at + ((at - f->at + 7) & ~(int64_t)7) + 8;
	}
	return flags < f->end && f->data[flags] & RADIOTAP_FLAG_PAD;
}

enum frame_next frame_radiotap(struct frame *f)
{
	if (!frame_has(f, PSEUDO_HEADER_MIN)) {
		return NEXT_CUT;
	}
	if (radiotap_pads(f)) {
		return NEXT_NON_IP;
	}
	f->at += load_le16(frame_here(f) + 2);
	return NEXT_WLAN;
}

enum frame_next frame_avs_prism(struct frame *f)
{
	const uint8_t *p;
	uint32_t big;
	uint32_t little;

	if (!frame_has(f, PSEUDO_HEADER_MIN)) {
		return NEXT_CUT;
	}
	p = frame_here(f);
	big = load_be32(p + 4);
	little = load_le32(p + 4);
	if (load_be32(p) >> 12 == AVS_MAGIC) {
		f->at += big;
	} else { /* Prism has the byte order of the host, and is short: the smaller one is right */
		f->at += big < little ? big : little;
	}
	return NEXT_WLAN;
}

enum frame_next frame_ppi(struct frame *f)
{
	const uint8_t *p;
	enum frame_next next;

	if (!frame_has(f, PSEUDO_HEADER_MIN)) {
		return NEXT_CUT;
	}
	p = frame_here(f);
	next = frame_link(load_le32(p + 4));
	if (next == NEXT_PPI || next == NEXT_UNSUPPORTED) {
		return NEXT_NON_IP;
	}
	f->at += load_le16(p + 2);
	return next;
}
