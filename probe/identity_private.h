#pragma once

#include "probe/device.h"
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

/** Learn from one ICMPv6 message of neighbour discovery. */
void identity_discovery(struct identity *identity, const struct inspect_input *input);
