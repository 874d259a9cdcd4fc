#include "probe/device.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "probe/oui.h"

#define ABSENT_US (86400 * INT64_C(1000000)) /* after which a MAC may give way to a new one */

bool device_table_init(struct device_table *t, uint32_t devices_max, const struct hash_key *key,
	struct identity_home *home)
{
	memset(t, 0, sizeof(*t));
	t->key = key;
	t->home = home;
	t->devices_max = devices_max;
	t->devices = calloc(devices_max, sizeof(*t->devices));
	t->addresses = calloc((size_t)devices_max * DEVICE_ADDRESSES_MAX, sizeof(*t->addresses));
	return t->devices != NULL && t->addresses != NULL &&
	       identity_index_init(&t->by_mac, t->devices, sizeof(*t->devices), devices_max) &&
	       identity_index_init(&t->by_address, t->addresses, sizeof(*t->addresses),
		       devices_max * DEVICE_ADDRESSES_MAX);
}

void device_table_done(struct device_table *t)
{
	identity_index_done(&t->by_mac);
	identity_index_done(&t->by_address);
	free(t->devices);
	free(t->addresses);
}

static uint32_t device_slot(const struct device_table *t, const struct device *d)
{
	return (uint32_t)(d - t->devices);
}

static uint32_t mac_hash(const struct device_table *t, const uint8_t mac[6])
{
	return (uint32_t)hash_octets(t->key, mac, 6);
}

static uint32_t address_hash(
	const struct device_table *t, const uint8_t address[16], uint8_t ip_version)
{
	return (uint32_t)hash_octets(t->key, address, 16) ^ ip_version;
}

struct device *device_find(const struct device_table *t, const uint8_t mac[6])
{
	uint32_t hash = mac_hash(t, mac);
	uint32_t at = identity_index_first(&t->by_mac, hash);

	for (; at != 0; at = t->devices[at - 1].link.next) {
		struct device *d = &t->devices[at - 1];

		if (d->link.hash == hash && memcmp(d->mac, mac, 6) == 0) {
			return d;
		}
	}
	return NULL;
}

static struct device_address *address_find(
	const struct device_table *t, const uint8_t address[16], uint8_t ip_version)
{
	uint32_t hash = address_hash(t, address, ip_version);
	uint32_t at = identity_index_first(&t->by_address, hash);

	for (; at != 0; at = t->addresses[at - 1].link.next) {
		struct device_address *a = &t->addresses[at - 1];

		if (a->link.hash == hash && a->ip_version == ip_version &&
			memcmp(a->address, address, 16) == 0) {
			return a;
		}
	}
	return NULL;
}

static struct device *address_holder(
	const struct device_table *t, const struct device_address *address)
{
	return &t->devices[(size_t)(address - t->addresses) / DEVICE_ADDRESSES_MAX];
}

struct device *device_by_address(
	const struct device_table *t, const uint8_t address[16], uint8_t ip_version)
{
	struct device_address *a = address_find(t, address, ip_version);

	return a == NULL ? NULL : address_holder(t, a);
}

static void address_free(struct device_table *t, struct device_address *a)
{
	identity_index_remove(&t->by_address, (uint32_t)(a - t->addresses));
	a->ip_version = 0;
}

static void device_addresses_free(struct device_table *t, struct device *d)
{
	struct device_address *a = device_addresses(t, d);

	for (unsigned i = 0; i < DEVICE_ADDRESSES_MAX; i++) {
		if (a[i].ip_version != 0) {
			address_free(t, &a[i]);
		}
	}
}

/* A free slot of the device; the address not seen for longest makes one if needed. */
static struct device_address *address_slot(struct device_table *t, struct device *d)
{
	struct device_address *a = device_addresses(t, d);
	struct device_address *oldest = a;

	for (unsigned i = 0; i < DEVICE_ADDRESSES_MAX; i++) {
		if (a[i].ip_version == 0) {
			return &a[i];
		}
		if (a[i].seen_us < oldest->seen_us) {
			oldest = &a[i];
		}
	}
	address_free(t, oldest);
	return oldest;
}

void device_address_put(struct device_table *t, struct device *d, const uint8_t address[16],
	uint8_t ip_version, int64_t now_us)
{
	struct device_address *a = address_find(t, address, ip_version);

	if (a != NULL && address_holder(t, a) == d) {
		a->seen_us = now_us;
		return;
	}
	if (a != NULL) {
		address_free(t, a);
	}
	a = address_slot(t, d);
	memcpy(a->address, address, 16);
	a->ip_version = ip_version;
	a->seen_us = now_us;
	identity_index_put(
		&t->by_address, (uint32_t)(a - t->addresses), address_hash(t, address, ip_version));
}

void device_address_drop(
	struct device_table *t, struct device *d, const uint8_t address[16], uint8_t ip_version)
{
	struct device_address *a = address_find(t, address, ip_version);

	if (a != NULL && address_holder(t, a) == d) {
		address_free(t, a);
	}
}

/* Let the MAC that was not seen for longest go, if it is long enough. */
static bool device_evict(struct device_table *t, int64_t now_us)
{
	struct device *oldest = NULL;

	for (uint32_t i = 0; i < t->devices_begun; i++) {
		struct device *d = &t->devices[i];

		if (d->names[DEVICE_NAME_LABEL][0] == '\0' &&
			(oldest == NULL || d->last_seen_us < oldest->last_seen_us)) {
			oldest = d;
		}
	}
	if (oldest == NULL || now_us - oldest->last_seen_us < ABSENT_US) {
		return false;
	}
	device_addresses_free(t, oldest);
	identity_home_forget(t->home, device_slot(t, oldest));
	identity_index_remove(&t->by_mac, device_slot(t, oldest));
	t->homes -= oldest->state == DEVICE_HOME;
	oldest->state = DEVICE_FREE;
	t->freed = device_slot(t, oldest) + 1;
	t->evicted++;
	return true;
}

static struct device *device_slot_new(struct device_table *t, int64_t now_us)
{
	struct device *d;

	if (t->devices_begun < t->devices_max) {
		return &t->devices[t->devices_begun++];
	}
	if (t->freed == 0 && !device_evict(t, now_us)) {
		t->refused++;
		return NULL;
	}
	d = &t->devices[t->freed - 1];
	t->freed = 0;
	return d;
}

struct device *device_take(struct device_table *t, const uint8_t mac[6], int64_t now_us)
{
	struct device *d = device_find(t, mac);

	if (d != NULL || !device_mac_is_station(mac)) {
		return d;
	}
	d = device_slot_new(t, now_us);
	if (d == NULL) {
		return NULL;
	}
	memset(d, 0, sizeof(*d));
	memcpy(d->mac, mac, sizeof(d->mac));
	d->id = ++t->id_next;
	d->state = DEVICE_UNDECIDED;
	d->best = DEVICE_NAMES;
	d->first_seen_us = now_us;
	d->last_seen_us = now_us;
	d->vendor = device_mac_is_random(mac) ? "" : oui_vendor(mac);
	identity_index_put(&t->by_mac, device_slot(t, d), mac_hash(t, mac));
	return d;
}

void device_admit(struct device_table *t, struct device *d)
{
	if (d->state == DEVICE_UNDECIDED) {
		d->state = DEVICE_HOME;
		t->homes++;
	}
}

void device_gateway(struct device_table *t, struct device *d)
{
	struct device_address *a = device_addresses(t, d);

	if (d->state == DEVICE_GATEWAY) {
		return;
	}
	t->homes -= d->state == DEVICE_HOME;
	d->state = DEVICE_GATEWAY;
	identity_home_forget(t->home, device_slot(t, d));
	for (unsigned i = 0; i < DEVICE_ADDRESSES_MAX; i++) {
		if (a[i].ip_version != 0 &&
			identity_home_side(t->home, a[i].address, a[i].ip_version) != HOME_INSIDE) {
			address_free(t, &a[i]);
		}
	}
}

void device_name_put(struct device *d, enum device_name which, const char *name)
{
	size_t n = strnlen(name, IDENTITY_TEXT_MAX);

	memcpy(d->names[which], name, n);
	d->names[which][n] = '\0';
	d->best = 0;
	while (d->best < DEVICE_NAMES && d->names[d->best][0] == '\0') {
		d->best++;
	}
}

const char *device_best_name(const struct device *d, enum record_name_source *ret_source)
{
	static const enum record_name_source sources[DEVICE_NAMES] = {
		[DEVICE_NAME_LABEL] = RECORD_NAME_USER,
		[DEVICE_NAME_MDNS] = RECORD_NAME_MDNS,
		[DEVICE_NAME_DHCP] = RECORD_NAME_DHCP,
		[DEVICE_NAME_DHCPV6] = RECORD_NAME_DHCPV6,
		[DEVICE_NAME_LLMNR] = RECORD_NAME_LLMNR,
		[DEVICE_NAME_SSDP] = RECORD_NAME_SSDP,
	};

	if (d->best < DEVICE_NAMES) {
		*ret_source = sources[d->best];
		return d->names[d->best];
	}
	*ret_source = d->vendor[0] == '\0' ? RECORD_NAME_NONE : RECORD_NAME_VENDOR;
	return d->vendor;
}
