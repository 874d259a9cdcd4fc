#pragma once

#include <stdbool.h>
#include <string.h>

#include "base/wire.h"
#include "probe/frame.h"

/**
 * Unwrapping is a walk from header to header without recursion. A step reads one header, moves
 * frame->at behind it and says what comes next: a result, or the next header's kind. Every header
 * is at least an octet long (the hand-over between PPP and Cisco HDLC aside, which happens once a
 * header), so that the walk ends with the frame.
 */
enum frame_next {
	NEXT_IPV4 = FRAME_IPV4,
	NEXT_IPV6 = FRAME_IPV6,
	NEXT_NON_IP = FRAME_NON_IP,
	NEXT_CUT = FRAME_CUT,
	NEXT_BAD_VERSION = FRAME_BAD_VERSION,
	NEXT_UNSUPPORTED = FRAME_UNSUPPORTED,
	NEXT_ETHERNET,  /* from here on: a header to unwrap */
	NEXT_ETHERTYPE, /* what frame->ethertype says */
	NEXT_LLC,
	NEXT_PPP,
	NEXT_CHDLC,
	NEXT_MPLS,
	NEXT_WLAN,
	NEXT_RAW_IP,
	NEXT_NULL,
	NEXT_COOKED,
	NEXT_COOKED2,
	NEXT_RADIOTAP,
	NEXT_AVS_PRISM,
	NEXT_PPI,
	NEXT_FRAME_RELAY,
	NEXT_NFLOG,
	NEXT_PPPOE,
	NEXT_PPP_DIRECTION,
	NEXT_KINDS
};

/** Octets left; negative when a header claimed more than there is. */
static inline int64_t frame_left(const struct frame *f)
{
	return f->end - f->at;
}

/** True if @n octets can be read from frame->at on. */
static inline bool frame_has(const struct frame *f, int64_t n)
{
	return f->end - f->at >= n;
}

/** Only to be read as far as frame_has() says. */
static inline const uint8_t *frame_here(const struct frame *f)
{
	return f->data + f->at;
}

/** Let @ethertype at frame->at + @skip be next. */
static inline enum frame_next frame_ethertype(struct frame *f, uint16_t ethertype, int64_t skip)
{
	f->ethertype = ethertype;
	f->at += skip;
	return NEXT_ETHERTYPE;
}

/** Where the walk begins for a link type of the pcap format; NEXT_UNSUPPORTED if unknown. */
enum frame_next frame_link(uint32_t link_type);

/** Steps of frame_wan.c and frame_wlan.c; each reads the header at frame->at. */
enum frame_next frame_ppp(struct frame *f);
enum frame_next frame_ppp_direction(struct frame *f);
enum frame_next frame_pppoe(struct frame *f);
enum frame_next frame_chdlc(struct frame *f);
enum frame_next frame_mpls(struct frame *f);
enum frame_next frame_relay(struct frame *f);
enum frame_next frame_nflog(struct frame *f);
enum frame_next frame_wlan(struct frame *f);
enum frame_next frame_radiotap(struct frame *f);
enum frame_next frame_avs_prism(struct frame *f);
enum frame_next frame_ppi(struct frame *f);
