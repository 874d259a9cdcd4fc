/* Link layers of wide-area lines, and NFLOG: PPP, PPPoE, Cisco HDLC, MPLS, frame relay. */
#include "probe/frame_step.h"

#define PPP_IPV4           0x21
#define PPP_IPV6           0x57
#define PPP_MPLS           0x281
#define PPP_MPLS_MULTICAST 0x283

#define MPLS_DEPTH_MAX 4
#define MPLS_ETHERNET  18 /* control word and Ethernet header */

#define NLPID_IPV4 0xcc
#define NLPID_IPV6 0x8e
#define NLPID_SNAP 0x80

#define NFLOG_PAYLOAD 9
#define NFLOG_TYPE    0x7fff

enum frame_next frame_pppoe(struct frame *f)
{
	if (!frame_has(f, 8)) {
		return NEXT_CUT;
	}
	if (frame_here(f)[1] != 0) { /* discovery, not a session */
		return NEXT_NON_IP;
	}
	f->at += 6;
	return NEXT_PPP;
}

enum frame_next frame_ppp_direction(struct frame *f)
{
	f->at += 1;
	return NEXT_PPP;
}

enum frame_next frame_ppp(struct frame *f)
{
	uint16_t protocol;

	f->depth = 0;
	if (frame_has(f, 4) && (frame_here(f)[0] == 0x0f || frame_here(f)[0] == 0x8f)) {
		return NEXT_CHDLC;
	}
	if (frame_has(f, 2) && load_be16(frame_here(f)) == 0xff03) {
		f->at += 2;
	}
	if (!frame_has(f, 1)) {
		return NEXT_CUT;
	}
	if (frame_here(f)[0] & 1) { /* compressed to one octet, RFC 1661 6.5 */
		protocol = frame_here(f)[0];
		f->at += 1;
	} else {
		if (!frame_has(f, 2)) {
			return NEXT_CUT;
		}
		protocol = load_be16(frame_here(f));
		f->at += 2;
	}
	switch (protocol) {
	case PPP_IPV4:
		return NEXT_IPV4;
	case PPP_IPV6:
		return NEXT_IPV6;
	case PPP_MPLS:
	case PPP_MPLS_MULTICAST:
		return NEXT_MPLS;
	default:
		return NEXT_NON_IP;
	}
}

enum frame_next frame_chdlc(struct frame *f)
{
	f->depth = 0;
	if (!frame_has(f, 4)) {
		return NEXT_CUT;
	}
	if (frame_here(f)[0] == 0xff) {
		return NEXT_PPP;
	}
	return frame_ethertype(f, load_be16(frame_here(f) + 2), 4);
}

/* A label stack does not say what it carries: the first nibble has to (RFC 4928). */
enum frame_next frame_mpls(struct frame *f)
{
	uint8_t bottom;

	do {
		if (!frame_has(f, 4)) {
			return NEXT_CUT;
		}
		bottom = frame_here(f)[2] & 1;
		f->at += 4;
	} while (!bottom);
	if (!frame_has(f, 1)) {
		return NEXT_CUT;
	}
	switch (frame_here(f)[0] >> 4) {
	case 4:
		return NEXT_IPV4;
	case 6:
		return NEXT_IPV6;
	case 0: /* Ethernet pseudo-wire with a control word, RFC 4448 */
		if (f->depth >= MPLS_DEPTH_MAX || !frame_has(f, MPLS_ETHERNET)) {
			return NEXT_NON_IP;
		}
		f->depth++;
		f->at += 4;
		return NEXT_ETHERNET;
	default:
		return NEXT_NON_IP;
	}
}

enum frame_next frame_relay(struct frame *f)
{
	const uint8_t *p;
	uint8_t nlpid;

	while (frame_has(f, 1) && !(frame_here(f)[0] & 1)) {
		f->at++;
	}
	f->at++;
	if (!frame_has(f, 4) || frame_here(f)[0] != 3) {
		return NEXT_NON_IP;
	}
	p = frame_here(f);
	nlpid = p[1];
	if (nlpid == 0) { /* a pad octet */
		nlpid = p[2];
		f->at++;
		p++;
	}
	switch (nlpid) {
	case NLPID_IPV4:
		f->at += 2;
		return NEXT_IPV4;
	case NLPID_IPV6:
		f->at += 2;
		return NEXT_IPV6;
	case NLPID_SNAP:
		if (frame_has(f, 7) && p[2] == 0 && p[3] == 0 && p[4] == 0) {
			return frame_ethertype(f, load_be16(p + 5), 7);
		}
		return NEXT_NON_IP;
	default:
		return NEXT_NON_IP;
	}
}

/* NFLOG: attributes in host order of whoever captured, which is little-endian as good as always. */
enum frame_next frame_nflog(struct frame *f)
{
	uint8_t family;

	if (!frame_has(f, 4)) {
		return NEXT_CUT;
	}
	family = frame_here(f)[0];
	f->at += 4;
	while (frame_has(f, 4)) {
		const uint8_t *p = frame_here(f);
		uint16_t octets = (uint16_t)(p[0] | p[1] << 8);
		uint16_t type = (uint16_t)(p[2] | p[3] << 8);

		if (octets < 4) {
			break;
		}
		if ((type & NFLOG_TYPE) == NFLOG_PAYLOAD) {
			f->at += 4;
			return family == 2 || family == 10 ? NEXT_RAW_IP : NEXT_NON_IP;
		}
		f->at += (octets + 3) & ~3;
	}
	return NEXT_NON_IP;
}
