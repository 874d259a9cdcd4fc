#include <arpa/inet.h>
#include <jansson.h>

#include "base/key.h"
#include "cli/status.h"

static json_t *mac_json(const uint8_t mac[6])
{
	char text[18];

	(void)g_snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		mac[2], mac[3], mac[4], mac[5]);
	return json_string(text);
}

static json_t *interface_json(const struct stream_interface *interface)
{
	json_t *out = json_object();

	json_object_set_new(out, "name", json_string(interface->name));
	json_object_set_new(out, "index", json_integer(interface->index));
	json_object_set_new(out, "link_type", json_integer(interface->link_type));
	json_object_set_new(out, "home", json_boolean(interface->home));
	json_object_set_new(out, "mac", mac_json(interface->mac));
	return out;
}

static json_t *cache_json(const struct stream_cache *cache)
{
	g_autofree char *key = key_text(cache->key_fields);
	json_t *out = json_object();

	json_object_set_new(out, "name", json_string(cache->name));
	json_object_set_new(out, "key", json_string(key));
	json_object_set_new(out, "type", json_integer(cache->type));
	json_object_set_new(out, "section", json_integer(cache->section));
	json_object_set_new(out, "uniflow", json_boolean(cache->uniflow));
	json_object_set_new(out, "active_timeout_ms", json_integer(cache->active_timeout_ms));
	json_object_set_new(out, "idle_timeout_ms", json_integer(cache->idle_timeout_ms));
	json_object_set_new(out, "flows_max", json_integer(cache->flows_max));
	return out;
}

static json_t *device_json(const struct stream_device *device)
{
	json_t *out = json_object();
	json_t *addresses = json_array();

	for (unsigned i = 0; i < device->address_count; i++) {
		int family = device->address_versions[i] == 6 ? AF_INET6 : AF_INET;
		char text[INET6_ADDRSTRLEN];

		if (inet_ntop(family, device->addresses[i], text, sizeof(text)) != NULL) {
			json_array_append_new(addresses, json_string(text));
		}
	}
	json_object_set_new(out, "id", json_integer(device->id));
	json_object_set_new(out, "mac", mac_json(device->mac));
	json_object_set_new(out, "random_mac", json_boolean(device->random_mac));
	json_object_set_new(out, "gateway", json_boolean(device->gateway));
	json_object_set_new(out, "name", json_string(device->name));
	json_object_set_new(out, "name_source", json_integer(device->name_source));
	json_object_set_new(out, "vendor", json_string(device->vendor));
	json_object_set_new(out, "vendor_class", json_string(device->vendor_class));
	json_object_set_new(out, "addresses", addresses);
	json_object_set_new(out, "first_seen_us", json_integer(device->first_seen_us));
	json_object_set_new(out, "last_seen_us", json_integer(device->last_seen_us));
	return out;
}

static json_t *selector_json(const struct stream_selection *selection, unsigned position)
{
	const struct selection_counters *c = &selection->counters[position];
	json_t *out = json_object();

	json_object_set_new(out, "cache", json_integer(selection->cache));
	json_object_set_new(out, "sequence", json_integer((json_int_t)selection->sequence));
	json_object_set_new(out, "selector",
		json_integer(selection_selector_id(selection->sequence, position)));
	json_object_set_new(
		out, "algorithm", json_integer(selection->selectors[position].algorithm));
	json_object_set_new(out, "observed_packets", json_integer((json_int_t)c->packets_observed));
	json_object_set_new(out, "selected_packets", json_integer((json_int_t)c->packets_selected));
	json_object_set_new(out, "observed_octets", json_integer((json_int_t)c->octets_observed));
	json_object_set_new(out, "selected_octets", json_integer((json_int_t)c->octets_selected));
	return out;
}

static json_t *selectors_json(const struct status_report *report)
{
	json_t *out = json_array();

	for (guint i = 0; i < report->selections->len; i++) {
		const struct stream_selection *selection =
			&g_array_index(report->selections, struct stream_selection, i);

		for (unsigned k = 0; k < selection->count; k++) {
			json_array_append_new(out, selector_json(selection, k));
		}
	}
	return out;
}

#define COUNTER_JSON(name)                                                                         \
	json_object_set_new(counters, #name, json_integer((json_int_t)report->counters.name));

void status_print_json(const struct status_report *report, FILE *out)
{
	json_t *all = json_object();
	json_t *interfaces = json_array();
	json_t *caches = json_array();
	json_t *devices = json_array();
	json_t *counters = json_object();

	for (guint i = 0; i < report->interfaces->len; i++) {
		json_array_append_new(interfaces, interface_json(&g_array_index(report->interfaces,
							  struct stream_interface, i)));
	}
	for (guint i = 0; i < report->caches->len; i++) {
		json_array_append_new(
			caches, cache_json(&g_array_index(report->caches, struct stream_cache, i)));
	}
	for (guint i = 0; i < report->devices->len; i++) {
		json_array_append_new(devices,
			device_json(&g_array_index(report->devices, struct stream_device, i)));
	}
	STREAM_COUNTERS_LIST(COUNTER_JSON)
	json_object_set_new(all, "interfaces", interfaces);
	json_object_set_new(all, "caches", caches);
	json_object_set_new(all, "devices", devices);
	json_object_set_new(all, "selectors", selectors_json(report));
	json_object_set_new(all, "counters", counters);
	json_dumpf(all, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(all);
}
