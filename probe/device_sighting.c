#include "probe/device.h"

#include <string.h>

#include "base/wire.h"

/*
 * A gateway sends packets of the whole internet within minutes; a home is given a new prefix far
 * less often. So prefixes are counted over this time only.
 */
#define FOREIGN_WINDOW_US (600 * INT64_C(1000000))

static bool sighting_is_inbound(const struct device_table *t, const struct device_sighting *s)
{
	return s->to != NULL && identity_home_side(t->home, s->to, s->ip_version) == HOME_INSIDE;
}

/* Note a /64 that is not known as the home's; true when there are too many for one device. */
static bool device_foreign(struct device *d, uint64_t prefix, int64_t now_us)
{
	struct device_prefix *oldest = &d->foreign[0];
	unsigned recent = 0;
	bool known = false;

	for (unsigned i = 0; i < DEVICE_PREFIXES_MAX; i++) {
		struct device_prefix *p = &d->foreign[i];

		if (p->bits == prefix) {
			p->seen_us = now_us;
			known = true;
		}
		if (p->seen_us < oldest->seen_us) {
			oldest = p;
		}
	}
	if (!known) {
		*oldest = (struct device_prefix){.bits = prefix, .seen_us = now_us};
	}
	for (unsigned i = 0; i < DEVICE_PREFIXES_MAX; i++) {
		recent += d->foreign[i].bits != 0 &&
			  now_us - d->foreign[i].seen_us < FOREIGN_WINDOW_US;
	}
	return recent == DEVICE_PREFIXES_MAX;
}

/* A gateway that routes between the home's networks sends from its devices' addresses, too. */
static bool sighting_is_routed(
	const struct device_table *t, const struct device *d, const struct device_sighting *s)
{
	const struct device *holder;

	if (d->state != DEVICE_GATEWAY) {
		return false;
	}
	holder = device_by_address(t, s->address, s->ip_version);
	return holder != NULL && holder->state == DEVICE_HOME;
}

/* From an address of the home: at home, unless DHCP named the address as the router's. */
static void see_inside(
	struct device_table *t, struct device *d, const struct device_sighting *s, int64_t now_us)
{
	if (sighting_is_routed(t, d, s)) {
		return;
	}
	device_address_put(t, d, s->address, s->ip_version, now_us);
	if (identity_home_is_router(t->home, s->address, s->ip_version)) {
		device_gateway(t, d);
		return;
	}
	device_admit(t, d);
}

/*
 * From a public IPv4 address into a home of private ones: forwarded by a gateway. Only packets into
 * the home count: a telephone that has just come home still sends some from where it was.
 */
static void see_public_ipv4(struct device_table *t, const struct device_sighting *s, int64_t now_us)
{
	struct device *d = NULL;

	if (sighting_is_inbound(t, s)) {
		d = device_take(t, s->mac, now_us);
	}
	if (d != NULL) {
		d->last_seen_us = now_us;
		device_gateway(t, d);
	}
}

/*
 * From an IPv6 address that is not known as the home's. It may be a device whose prefix has not
 * been seen yet, or a gateway that forwards. Into the home, only a gateway would send it; from the
 * home outwards, or to neighbours, only a device.
 */
static void see_public_ipv6(struct device_table *t, const struct device_sighting *s, int64_t now_us)
{
	struct device *d = device_take(t, s->mac, now_us);

	if (d == NULL) {
		return;
	}
	d->last_seen_us = now_us;
	if (d->state == DEVICE_GATEWAY) {
		return;
	}
	if (device_foreign(d, load_be64(s->address), now_us)) {
		device_gateway(t, d);
		return;
	}
	if (!sighting_is_inbound(t, s)) {
		identity_home_learn(t->home, s->address, 64, (uint32_t)(d - t->devices), now_us);
		device_admit(t, d);
		device_address_put(t, d, s->address, s->ip_version, now_us);
	}
}

void device_see(struct device_table *t, const struct device_sighting *s, int64_t now_us)
{
	enum home_side side = identity_home_side(t->home, s->address, s->ip_version);
	struct device *d;

	if (!device_mac_is_station(s->mac)) {
		return;
	}
	if (side == HOME_PUBLIC) {
		(s->ip_version == 4 ? see_public_ipv4 : see_public_ipv6)(t, s, now_us);
		return;
	}
	d = side == HOME_INSIDE || side == HOME_UNSPECIFIED ? device_take(t, s->mac, now_us)
							    : device_find(t, s->mac);
	if (d == NULL) {
		return;
	}
	d->last_seen_us = now_us;
	if (side == HOME_INSIDE) {
		see_inside(t, d, s, now_us);
	} else if (side == HOME_UNSPECIFIED) {
		device_admit(t, d);
	}
}
