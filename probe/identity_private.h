#pragma once

#include "probe/device.h"
#include "probe/dns.h"
#include "probe/identity.h"
#include "probe/identity_home.h"
#include "probe/inspect.h"
#include "probe/name_table.h"

/* What the parts of identity share. Include nowhere else. */
struct identity {
	struct hash_key key;
	struct identity_home home;
	struct device_table devices;
	struct name_table *names;
	struct inspect *inspect;
	uint32_t home_interfaces[8];
	unsigned home_interface_count;
	struct identity_counters counters; /* those that the tables do not keep */
};

/** Which ends of a packet or flow are whose. */
struct identity_sides {
	struct device *devices[2]; /* DEVICE_HOME or NULL */
	int host;                  /* the end at home: 0, 1, or -1 when neither is */
};

/** Tell the ends of @key apart. Cost: two to four look-ups. */
void identity_sides(const struct identity *identity, const struct flow_key *key,
	struct identity_sides *ret_sides);

/** Whether frames of this interface of the source come from the home. */
bool identity_interface_is_home(const struct identity *identity, uint32_t interface);

/** Learn from a DNS message what @key's receiver now calls addresses. */
void identity_dns(struct identity *identity, const struct flow_key *key, const uint8_t *message,
	uint32_t octets, int64_t now_us);

/** Learn from one DHCP or DHCPv6 message what a device calls itself and which addresses it gets. */
void identity_dhcp(struct identity *identity, const struct inspect_input *input);
void identity_dhcp6(struct identity *identity, const struct inspect_input *input);

/** Learn from one mDNS (RFC 6762) or LLMNR (RFC 4795) message what its sender calls itself. */
void identity_local(
	struct identity *identity, const struct inspect_input *input, enum device_name which);

/** Learn from one SSDP message what product its sender is. */
void identity_ssdp(struct identity *identity, const struct inspect_input *input);

/** The receiver, if it is one station, was told by mDNS or LLMNR itself what the sender is called. */
void identity_far_learn(struct identity *identity, const struct inspect_input *input,
	const struct dns_record *record, enum device_name which);

/** Learn from one ICMPv6 message of neighbour discovery. */
void identity_discovery(struct identity *identity, const struct inspect_input *input);
