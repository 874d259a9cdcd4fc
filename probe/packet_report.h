#pragma once

#include "base/record.h"
#include "probe/flow_output.h"
#include "probe/selector.h"

/** What the packet reports of a cache carry, and what is the same in all of them. */
struct packet_report_kind {
	uint8_t cache_id;
	uint8_t section;         /* enum record_section; none: a record of one packet, no report */
	uint16_t section_octets; /* at most so many; 1 to RECORD_TEXT_MAX */
};

/**
 * Report one selected packet (RFC 5476 6.4): a record of a flow of this packet alone, with a section
 * of it and the digest of @selection, which has just selected it, if a selector makes one. Sections
 * are shorter where less was captured or the packet ends. Headers alone end where the transport's
 * payload begins; that of a protocol whose header is not known ends with the IP header.
 */
void packet_report_write(struct flow_output *output, const struct packet_report_kind *kind,
	const struct selection *selection, const struct selector_packet *packet);
