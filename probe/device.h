#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/record.h"
#include "probe/identity_home.h"
#include "probe/identity_index.h"

/**
 * The MACs of the home side and what each is: a device, a gateway (known, but not a device of the
 * home), or not decided yet. A decision can be revised. Bounded: when full, the MAC not seen for
 * longest gives way if that is more than a day ago and it has no label; otherwise the new one is
 * refused and counted.
 */
enum device_state {
	DEVICE_FREE,
	DEVICE_UNDECIDED,
	DEVICE_HOME,
	DEVICE_GATEWAY
};

/** Names a device has for itself, best first; "" is unknown. */
enum device_name {
	DEVICE_NAME_LABEL,
	DEVICE_NAME_MDNS,
	DEVICE_NAME_DHCP,
	DEVICE_NAME_DHCPV6,
	DEVICE_NAME_LLMNR,
	DEVICE_NAME_SSDP,
	DEVICE_NAMES
};

#define DEVICE_ADDRESSES_MAX 16
#define DEVICE_PREFIXES_MAX  3

/** A /64 that a MAC sent from though it was not known as the home's. */
struct device_prefix {
	uint64_t bits;
	int64_t seen_us;
};

struct device {
	struct identity_link link; /* by MAC */
	uint32_t id;
	uint8_t mac[6];
	uint8_t state;   /* enum device_state */
	uint8_t best;    /* enum device_name; DEVICE_NAMES: the vendor, if any */
	uint8_t service; /* which service gave the mDNS name, from 1; 0: the host name */
	int64_t first_seen_us;
	int64_t last_seen_us;
	struct device_prefix foreign[DEVICE_PREFIXES_MAX];
	const char *vendor; /* static; "" unknown */
	char parameter_list[128];
	char vendor_class[IDENTITY_TEXT_MAX + 1];
	char names[DEVICE_NAMES][IDENTITY_TEXT_MAX + 1];
};

/** An address of a device; its slot is the device's slot * DEVICE_ADDRESSES_MAX + n. */
struct device_address {
	struct identity_link link; /* by address */
	uint8_t address[16];
	uint8_t ip_version; /* 0: free */
	int64_t seen_us;
};

struct device_table {
	const struct hash_key *key;
	struct identity_home *home;
	struct device *devices;
	struct device_address *addresses;
	struct identity_index by_mac;
	struct identity_index by_address;
	uint32_t devices_max;
	uint32_t devices_begun; /* slots beyond were never used */
	uint32_t freed;         /* slot + 1 */
	uint32_t id_next;
	uint32_t homes; /* how many are DEVICE_HOME */
	uint64_t refused;
	uint64_t evicted;
};

/** One reason to believe that a MAC holds an address. */
struct device_sighting {
	const uint8_t *mac;
	const uint8_t *address;
	const uint8_t *to; /* where it was sent; NULL: it vouches for its own address (ARP, ND) */
	uint8_t ip_version;
};

/** @key, @home: borrowed. False without memory. */
bool device_table_init(struct device_table *t, uint32_t devices_max, const struct hash_key *key,
	struct identity_home *home);
void device_table_done(struct device_table *t);

/** True if @mac can be one station's: not zero, not a group. */
static inline bool device_mac_is_station(const uint8_t mac[6])
{
	return (mac[0] & 1) == 0 && (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]) != 0;
}

/** RFC 7042 2.1: assigned by its user, as randomised ones are, not by a manufacturer. */
static inline bool device_mac_is_random(const uint8_t mac[6])
{
	return (mac[0] & 2) != 0;
}

/** Judge a sighting. Cost: a few look-ups. */
void device_see(struct device_table *t, const struct device_sighting *s, int64_t now_us);

/** The entry of @mac, whatever its state; NULL if there is none. */
struct device *device_find(const struct device_table *t, const uint8_t mac[6]);

/** The entry of @mac, made (DEVICE_UNDECIDED) if needed; NULL if refused. */
struct device *device_take(struct device_table *t, const uint8_t mac[6], int64_t now_us);

/** The entry that holds @address, whatever its state; NULL if there is none. */
struct device *device_by_address(
	const struct device_table *t, const uint8_t address[16], uint8_t ip_version);

/** The MAC is at home: what is undecided becomes a device. A gateway stays one. */
void device_admit(struct device_table *t, struct device *d);

/** The MAC forwards for others: it is no device, and what was learned through it is unlearned. */
void device_gateway(struct device_table *t, struct device *d);

/** The device holds the address from now on and nobody else does. */
void device_address_put(struct device_table *t, struct device *d, const uint8_t address[16],
	uint8_t ip_version, int64_t now_us);

/** The device gave the address up. */
void device_address_drop(
	struct device_table *t, struct device *d, const uint8_t address[16], uint8_t ip_version);

/** Set or (with "") clear a name of at most IDENTITY_TEXT_MAX octets. */
void device_name_put(struct device *d, enum device_name which, const char *name);

/** The best name and where it is from; "" and RECORD_NAME_NONE if there is none. */
const char *device_best_name(const struct device *d, enum record_name_source *ret_source);

/** The addresses that the device holds: DEVICE_ADDRESSES_MAX slots, of which some may be free. */
static inline struct device_address *device_addresses(
	const struct device_table *t, const struct device *d)
{
	return t->addresses + (size_t)(d - t->devices) * DEVICE_ADDRESSES_MAX;
}
