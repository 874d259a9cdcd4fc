#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/section.h"
#include "base/wire.h"
#include "exporter/privacy_private.h"

enum {
	MAC_OCTETS = 6,
	PORT_COARSE = 1024,
	US_PER_S = 1000000,
	HASH_TEXT_OCTETS = 19, /* "x-" and 16 digits, terminated */
};

static bool list_has_mac(const struct privacy_list *list, const uint8_t *mac)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (list->devices[i].by_mac && memcmp(list->devices[i].mac, mac, MAC_OCTETS) == 0) {
			return true;
		}
	}
	return false;
}

static bool list_has_id(const struct privacy_list *list, uint32_t id)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (!list->devices[i].by_mac && list->devices[i].id == id) {
			return true;
		}
	}
	return false;
}

/* A device may be known by its number, its MAC, or both. */
static bool list_has(const struct privacy_list *list, uint32_t id, const uint8_t *mac)
{
	return (id != 0 && list_has_id(list, id)) || (mac != NULL && list_has_mac(list, mac));
}

/* The MAC of a local flow's other device: that of the two which is not the device's. */
static const uint8_t *peer_mac(const struct flow_record *r)
{
	return memcmp(r->src_mac, r->device_mac, MAC_OCTETS) == 0 ? r->dst_mac : r->src_mac;
}

static bool is_told(const struct privacy *p, const struct flow_record *r)
{
	if (list_has(&p->except, r->device_id, r->device_mac) ||
		list_has(&p->except, r->peer_device_id, NULL) ||
		list_has_mac(&p->except, r->src_mac) || list_has_mac(&p->except, r->dst_mac)) {
		return false;
	}
	return !p->has_only || (list_has(&p->only, r->device_id, r->device_mac) &&
				       (r->peer_device_id == 0 ||
					       list_has(&p->only, r->peer_device_id, peer_mac(r))));
}

static bool is_private(uint8_t version, const uint8_t *a)
{
	if (version == 4) {
		return a[0] == 10 || (a[0] == 172 && (a[1] & 0xf0) == 16) ||
		       (a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254);
	}
	return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80);
}

/* Nobody's address: several hosts', or none's. */
static bool is_shared(uint8_t version, const uint8_t *a)
{
	static const uint8_t zero[16];

	if (version == 4) {
		return a[0] >= 224 || load_be32(a) == 0;
	}
	return a[0] == 0xff || memcmp(a, zero, sizeof(zero)) == 0;
}

/* An interface identifier made of a MAC address (RFC 4291 appendix A) would tell it. */
static bool has_mac_inside(uint8_t version, const uint8_t *a)
{
	return version == 6 && a[11] == 0xff && a[12] == 0xfe;
}

static void change_address(struct privacy *p, uint8_t version, uint8_t *a, bool home)
{
	enum privacy_addresses way = p->config.addresses;

	if (is_shared(version, a)) {
		return;
	}
	if (way == PRIVACY_ADDRESSES_ALL || (way == PRIVACY_ADDRESSES_HOME && home)) {
		privacy_crypto_address(p->crypto, a, version == 4 ? 32 : 128);
	} else if (home && p->config.macs != PRIVACY_KEEP && has_mac_inside(version, a)) {
		store_be64(a + 8, privacy_crypto_hash(p->crypto, a, 16));
	}
}

/* Both ends are of one subnet, as far as it can be told from the usual sizes. */
static bool is_one_link(const struct flow_record *r)
{
	return memcmp(r->src_address, r->dst_address, r->ip_version == 4 ? 3 : 8) == 0;
}

static void change_addresses(struct privacy *p, struct flow_record *r)
{
	bool known = r->device_id != 0;
	bool both = known && (r->peer_device_id != 0 || is_one_link(r));
	bool from_home = both || (known && r->direction == 0);
	bool to_home = both || (known && r->direction != 0);

	from_home = from_home || is_private(r->ip_version, r->src_address);
	to_home = to_home || is_private(r->ip_version, r->dst_address);
	change_address(p, r->ip_version, r->src_address, from_home);
	change_address(p, r->ip_version, r->dst_address, to_home);
}

/* One that is nobody's: locally administered, unless it is that of a group. */
static void change_mac(struct privacy *p, uint8_t mac[MAC_OCTETS])
{
	static const uint8_t none[MAC_OCTETS];
	uint8_t hashed[8];

	if (p->config.macs == PRIVACY_KEEP || memcmp(mac, none, MAC_OCTETS) == 0 ||
		(mac[0] & 1) != 0) {
		return;
	}
	if (p->config.macs == PRIVACY_DROP) {
		memset(mac, 0, MAC_OCTETS);
		return;
	}
	store_be64(hashed, privacy_crypto_hash(p->crypto, mac, MAC_OCTETS));
	memcpy(mac, hashed, MAC_OCTETS);
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 2);
}

static void hash_text(
	struct privacy *p, const uint8_t *text, size_t octets, char ret[HASH_TEXT_OCTETS])
{
	(void)snprintf(ret, HASH_TEXT_OCTETS, "x-%016" PRIx64,
		privacy_crypto_hash(p->crypto, text, octets));
}

static void change_text(struct privacy *p, enum privacy_way way, struct record_text *text)
{
	char hashed[HASH_TEXT_OCTETS];

	if (way == PRIVACY_KEEP || text->octets == 0) {
		return;
	}
	if (way == PRIVACY_DROP) {
		*text = (struct record_text){0};
		return;
	}
	hash_text(p, p->text + text->offset, text->octets, hashed);
	text->offset = p->text_octets;
	text->octets = HASH_TEXT_OCTETS - 1;
	memcpy(p->text + p->text_octets, hashed, text->octets);
	p->text_octets += text->octets;
}

/* The far end is at home as well, so that its name is a device's. */
static bool is_local(const struct flow_record *r)
{
	return r->peer_device_id != 0 || (is_private(r->ip_version, r->src_address) &&
						 is_private(r->ip_version, r->dst_address));
}

/* @local: is_local() of the record as it was. */
static void change_names(struct privacy *p, struct flow_record *r, bool local)
{
	enum privacy_way far =
		local ? MAX(p->config.far_names, p->config.names) : p->config.far_names;

	change_text(p, p->config.names, &r->device_name);
	change_text(p, far, &r->far_name);
	change_text(p, far, &r->node_name);
	if (p->config.names == PRIVACY_DROP) {
		r->device_name_source = RECORD_NAME_NONE;
	}
	if (far == PRIVACY_DROP) {
		r->far_name_source = RECORD_NAME_NONE;
		r->far_name_age_s = 0;
	}
}

static void change_port(uint16_t *port)
{
	*port = MIN(*port, PORT_COARSE);
}

static void change_time(const struct privacy *p, int64_t *time_us)
{
	int64_t step_us = (int64_t)p->config.times_s * US_PER_S;

	*time_us -= *time_us % step_us;
}

static void change_numbers(const struct privacy *p, struct flow_record *r)
{
	if (p->config.coarse_ports) {
		change_port(&r->src_port);
		change_port(&r->dst_port);
	}
	if (p->config.times_s > 0) {
		change_time(p, &r->start_us);
		change_time(p, &r->end_us);
		change_time(p, &r->rev_start_us);
		change_time(p, &r->rev_end_us);
	}
}

const struct record_batch *privacy_records(
	struct privacy *privacy, const struct record_batch *batch)
{
	struct privacy *p = privacy;
	bool hides = privacy_hides_packets(p);
	uint32_t count = 0;

	memcpy(p->text, batch->text, batch->text_octets);
	p->text_octets = batch->text_octets;
	for (uint32_t i = 0; i < batch->count; i++) {
		struct flow_record *r = &p->records[count];

		if (!is_told(p, &batch->records[i])) {
			p->withheld++;
			continue;
		}
		*r = batch->records[i];
		change_names(p, r, is_local(r));
		change_addresses(p, r);
		change_mac(p, r->src_mac);
		change_mac(p, r->dst_mac);
		change_mac(p, r->device_mac);
		change_numbers(p, r);
		if (hides) {
			r->section = (struct record_text){0};
			r->section_kind = RECORD_SECTION_NONE;
			r->packet_digest = 0;
		}
		count++;
	}
	p->batch = (struct record_batch){.records = p->records,
		.count = count,
		.text = p->text,
		.text_octets = p->text_octets};
	return &p->batch;
}

static void change_device_name(struct privacy *p, struct stream_device *device)
{
	char hashed[HASH_TEXT_OCTETS];

	if (p->config.names == PRIVACY_KEEP || device->name[0] == '\0') {
		return;
	}
	if (p->config.names == PRIVACY_DROP) {
		memset(device->name, 0, sizeof(device->name));
		device->name_source = RECORD_NAME_NONE;
		return;
	}
	hash_text(p, (const uint8_t *)device->name, strlen(device->name), hashed);
	memset(device->name, 0, sizeof(device->name));
	memcpy(device->name, hashed, sizeof(hashed));
}

bool privacy_device(struct privacy *privacy, struct stream_device *device)
{
	if (list_has(&privacy->except, device->id, device->mac) ||
		(privacy->has_only && !list_has(&privacy->only, device->id, device->mac))) {
		return false;
	}
	change_device_name(privacy, device);
	for (unsigned i = 0; i < device->address_count; i++) {
		change_address(privacy, device->address_versions[i], device->addresses[i], true);
	}
	change_mac(privacy, device->mac);
	if (privacy->config.times_s > 0) {
		change_time(privacy, &device->first_seen_us);
		change_time(privacy, &device->last_seen_us);
	}
	return true;
}
