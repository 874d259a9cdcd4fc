#include "probe/account.h"

#include <stdio.h>
#include <string.h>

void account_meter(const struct meter *meter, struct stream_counters *counters)
{
	struct stream_counters *c = counters;
	struct meter_counters m;

	meter_counters(meter, &m);
	c->packets += m.packets;
	c->wire_octets += m.wire_octets;
	c->ip_packets += m.ip_packets;
	c->ip_octets += m.ip_octets;
	c->non_ip += m.non_ip;
	for (unsigned i = 0; i < METER_MALFORMED_KINDS; i++) {
		c->malformed += m.malformed[i];
	}
	c->fragments += m.fragments;
	c->flows += m.flows;
	c->flows_active = m.flows_active;
	c->flows_evicted += m.ended[RECORD_END_RESOURCES];
	c->records += m.records;
	c->ignored_packets += m.ignored_packets;
	c->ignored_octets += m.ignored_octets;
}

void account_source(struct source *source, struct stream_counters *counters)
{
	struct source_counters s;

	source->ops->counters(source, &s);
	counters->kernel_dropped += s.kernel_dropped;
	counters->if_dropped += s.if_dropped;
}

void account_identity(const struct identity *identity, struct stream_counters *counters)
{
	struct identity_counters i;

	identity_counters(identity, &i);
	counters->devices = i.devices;
	counters->devices_refused = i.devices_refused;
	counters->names = i.names;
	counters->names_evicted = i.names_evicted;
}

static uint64_t ignored(const struct stream_counters *c)
{
	return c->ignored_packets + c->malformed + c->kernel_dropped + c->if_dropped;
}

void account_ignored(
	struct stream_counters *counters, const struct stream_counters *before, int64_t now_us)
{
	counters->ignored_first_us = before->ignored_first_us;
	counters->ignored_last_us = before->ignored_last_us;
	if (ignored(counters) > ignored(before)) {
		counters->ignored_last_us = (uint64_t)now_us;
		if (counters->ignored_first_us == 0) {
			counters->ignored_first_us = (uint64_t)now_us;
		}
	}
}

void account_device(const struct identity_device *device, struct stream_device *ret_device)
{
	struct stream_device *ret = ret_device;

	memset(ret, 0, sizeof(*ret));
	ret->id = device->id;
	memcpy(ret->mac, device->mac, sizeof(ret->mac));
	ret->random_mac = device->random_mac;
	ret->gateway = device->gateway;
	ret->name_source = device->name_source;
	(void)snprintf(ret->name, sizeof(ret->name), "%s", device->name);
	(void)snprintf(ret->vendor, sizeof(ret->vendor), "%s", device->vendor);
	(void)snprintf(ret->vendor_class, sizeof(ret->vendor_class), "%s", device->vendor_class);
	ret->address_count = (uint8_t)MIN(device->address_count, STREAM_DEVICE_ADDRS);
	memcpy(ret->addresses, device->addresses, ret->address_count * sizeof(ret->addresses[0]));
	memcpy(ret->address_versions, device->address_versions, ret->address_count);
	ret->first_seen_us = device->first_seen_us;
}

void account_interface(
	const struct source_interface *from, bool home, struct stream_interface *ret_interface)
{
	struct stream_interface *ret = ret_interface;

	memset(ret, 0, sizeof(*ret));
	ret->index = from->index;
	ret->link_type = from->link_type;
	ret->home = home;
	memcpy(ret->mac, from->mac, sizeof(ret->mac));
	(void)snprintf(ret->name, sizeof(ret->name), "%s", from->name);
}
