#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/identity.h"

/** What an address says about where its holder is. */
enum home_side {
	HOME_INSIDE,      /* in a prefix of the home */
	HOME_PUBLIC,      /* globally routed, not known as the home's */
	HOME_OTHER,       /* unicast, but neither: private ranges of others, CGNAT, loopback */
	HOME_UNSPECIFIED, /* all zero: who has no address yet */
	HOME_MANY         /* multicast, broadcast */
};

#define HOME_LEARNED_MAX 32
#define HOME_ROUTERS_MAX 8
#define HOME_BY_NETWORK  UINT32_MAX /* taught by a router's advertisement, not by a device */

struct home_prefix {
	uint64_t bits[2]; /* host order, masked */
	uint64_t mask[2];
	uint8_t ip_version;
};

struct home_learned {
	struct home_prefix prefix;
	uint32_t teacher; /* slot of the device that used it, or HOME_BY_NETWORK */
	int64_t seen_us;
};

/**
 * The prefixes of the home: configured ones, link-local ones always, and IPv6 prefixes learned from
 * router advertisements and from devices. Bounded: the learned prefix not seen for longest gives
 * way.
 */
struct identity_home {
	struct home_prefix fixed[IDENTITY_PREFIXES_MAX + 8];
	unsigned fixed_count;
	struct home_learned learned[HOME_LEARNED_MAX];
	unsigned learned_count;
	uint8_t routers[HOME_ROUTERS_MAX][4]; /* IPv4 default routers that DHCP named */
	unsigned router_count;
	unsigned router_next;
};

/** The configured prefixes, or the ranges that no one routes when there are none. */
void identity_home_init(struct identity_home *home, const struct identity_config *config);

/** Cost: one pass over the prefixes, two comparisons each. */
enum home_side identity_home_side(
	const struct identity_home *home, const uint8_t address[16], uint8_t ip_version);

/** An IPv6 prefix of @length bits is the home's. Refreshes a known one. */
void identity_home_learn(struct identity_home *home, const uint8_t address[16], uint8_t length,
	uint32_t teacher, int64_t now_us);

/** Unlearn what @teacher alone taught. */
void identity_home_forget(struct identity_home *home, uint32_t teacher);

/** DHCP named @address as a default router; the oldest of HOME_ROUTERS_MAX gives way. */
void identity_home_router(struct identity_home *home, const uint8_t address[4]);

/** Whether DHCP named this address as a default router. */
bool identity_home_is_router(
	const struct identity_home *home, const uint8_t address[16], uint8_t ip_version);
