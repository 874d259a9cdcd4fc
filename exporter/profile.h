#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "exporter/template.h"

/**
 * What a destination is told: which templates exist and which record goes into which.
 *
 *   basic   IANA's elements of fixed length in a template each for IPv4 and IPv6; every direction
 *           of a biflow is a record of its own. For collectors that drop what they do not know.
 *   biflow  the same with reverse counters and times (RFC 5103). Flows that had no answer use
 *           templates without reverse elements (section 4). The reverse TCP flags stay out: some
 *           collectors take them for the forward ones.
 *   full    everything that a record holds, own elements and names included; templates also part
 *           TCP, ICMP and the rest, so that no record has fields its protocol lacks.
 *   psamp   packet reports (RFC 5476 6.4), and nothing of flows: records of caches that make one of
 *           each packet.
 */
struct profile {
	const char *name;
	bool names;   /* carries devices and names */
	bool uniflow; /* a record a direction */
	bool packets; /* packet reports alone */
	unsigned template_count;
};

#define PROFILE_TEMPLATES_MAX 12

/** Find a profile by name; NULL if there is none. */
const struct profile *profile_by_name(const char *name);

/** Fill the @template_count templates of @profile, numbered from TEMPLATE_ID_FIRST. */
void profile_templates(
	const struct profile *profile, struct template ret_templates[PROFILE_TEMPLATES_MAX]);

/** Name of the element that the section of a packet report is; NULL: it is none. */
const char *profile_section(const struct flow_record *record);

/** True if records such as @record are for this profile. */
bool profile_takes(const struct profile *profile, const struct flow_record *record);

/** Index of the template for @record, whose ip_version is 4 or 6 and which the profile takes. */
unsigned profile_select(const struct profile *profile, const struct flow_record *record);
