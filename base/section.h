#pragma once

/**
 * What the section of a packet report is. A record that has one is of a single packet; the others are
 * of flows.
 */
enum record_section {
	RECORD_SECTION_NONE = 0,
	RECORD_SECTION_HEADERS = 1, /* from the IP header to the end of the transport header */
	RECORD_SECTION_IP = 2,      /* from the IP header on: has payload */
	RECORD_SECTION_PAYLOAD = 3, /* from behind the IP header on */
	RECORD_SECTION_FRAME = 4,   /* from the link layer on */
	RECORD_SECTION_DIGEST = 128 /* bit: packet_digest is set */
};
