#include "probe/identity_private.h"

#include <string.h>

#include "base/error.h"
#include "probe/name_text.h"

static void text_copy(char *ret, size_t octets, const char *text)
{
	size_t n = strnlen(text, octets - 1);

	memcpy(ret, text, n);
	ret[n] = '\0';
}

static void device_describe(
	const struct device_table *t, const struct device *d, struct identity_device *ret_device)
{
	const struct device_address *a = device_addresses(t, d);
	enum record_name_source source;

	memset(ret_device, 0, sizeof(*ret_device));
	ret_device->id = d->id;
	memcpy(ret_device->mac, d->mac, sizeof(ret_device->mac));
	ret_device->random_mac = device_mac_is_random(d->mac);
	ret_device->gateway = d->state == DEVICE_GATEWAY;
	text_copy(ret_device->name, sizeof(ret_device->name), device_best_name(d, &source));
	ret_device->name_source = (uint8_t)source;
	text_copy(ret_device->vendor, sizeof(ret_device->vendor), d->vendor);
	text_copy(ret_device->vendor_class, sizeof(ret_device->vendor_class), d->vendor_class);
	text_copy(
		ret_device->parameter_list, sizeof(ret_device->parameter_list), d->parameter_list);
	ret_device->first_seen_us = d->first_seen_us;
	ret_device->last_seen_us = d->last_seen_us;
	for (unsigned i = 0; i < DEVICE_ADDRESSES_MAX; i++) {
		if (a[i].ip_version == 0) {
			continue;
		}
		memcpy(ret_device->addresses[ret_device->address_count], a[i].address, 16);
		ret_device->address_versions[ret_device->address_count++] = a[i].ip_version;
	}
}

static void visit_state(const struct device_table *t, enum device_state state,
	identity_device_sink sink, void *context)
{
	struct identity_device device;

	for (uint32_t i = 0; i < t->devices_begun; i++) {
		if (t->devices[i].state == state) {
			device_describe(t, &t->devices[i], &device);
			sink(context, &device);
		}
	}
}

void identity_devices(const struct identity *identity, identity_device_sink sink, void *context)
{
	visit_state(&identity->devices, DEVICE_HOME, sink, context);
	visit_state(&identity->devices, DEVICE_GATEWAY, sink, context);
}

bool identity_label(struct identity *identity, const uint8_t mac[6], const char *label,
	int64_t now_us, GError **error)
{
	struct device *d;

	if (!device_mac_is_station(mac)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"label of a device: the MAC is a group's or nobody's");
		return false;
	}
	if (label[0] != '\0' && !name_text_is_valid((const uint8_t *)label, strlen(label))) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"label of a device: not 1 to %d octets of text that can be shown",
			NAME_TEXT_MAX);
		return false;
	}
	d = device_take(&identity->devices, mac, now_us);
	if (d == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
			"label of a device: all %u places are taken",
			identity->devices.devices_max);
		return false;
	}
	device_name_put(d, DEVICE_NAME_LABEL, label);
	return true;
}
