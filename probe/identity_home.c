#include "probe/identity_home.h"

#include <string.h>

#include "base/wire.h"

/* RFC 1918, RFC 3927, RFC 4193. Shared address space (RFC 6598) is the provider's side. */
static const struct identity_prefix private_ranges[] = {
	{{10}, 4, 8},
	{{172, 16}, 4, 12},
	{{192, 168}, 4, 16},
	{{169, 254}, 4, 16},
	{{0xfc}, 6, 7},
};

static const struct identity_prefix link_local = {{0xfe, 0x80}, 6, 10};

static uint64_t bits_mask(unsigned length)
{
	return length == 0 ? 0 : ~UINT64_C(0) << (64 - length);
}

static struct home_prefix prefix_of(const uint8_t address[16], uint8_t ip_version, unsigned length)
{
	struct home_prefix p = {.ip_version = ip_version};

	p.mask[0] = bits_mask(length > 64 ? 64 : length);
	p.mask[1] = bits_mask(length > 64 ? length - 64 : 0);
	p.bits[0] = load_be64(address) & p.mask[0];
	p.bits[1] = load_be64(address + 8) & p.mask[1];
	return p;
}

static bool prefix_has(const struct home_prefix *p, const uint64_t bits[2], uint8_t ip_version)
{
	return p->ip_version == ip_version && (bits[0] & p->mask[0]) == p->bits[0] &&
	       (bits[1] & p->mask[1]) == p->bits[1];
}

static void home_fix(struct identity_home *home, const struct identity_prefix *prefix)
{
	home->fixed[home->fixed_count++] =
		prefix_of(prefix->address, prefix->ip_version, prefix->length);
}

void identity_home_init(struct identity_home *home, const struct identity_config *config)
{
	unsigned count = sizeof(private_ranges) / sizeof(private_ranges[0]);
	const struct identity_prefix *prefixes = private_ranges;

	memset(home, 0, sizeof(*home));
	if (config->home_count > 0) {
		prefixes = config->home;
		count = config->home_count < IDENTITY_PREFIXES_MAX ? config->home_count
								   : IDENTITY_PREFIXES_MAX;
	}
	for (unsigned i = 0; i < count; i++) {
		home_fix(home, &prefixes[i]);
	}
	home_fix(home, &link_local);
}

static bool home_inside(const struct identity_home *home, const uint64_t bits[2], uint8_t version)
{
	for (unsigned i = 0; i < home->fixed_count; i++) {
		if (prefix_has(&home->fixed[i], bits, version)) {
			return true;
		}
	}
	for (unsigned i = 0; i < home->learned_count; i++) {
		if (prefix_has(&home->learned[i].prefix, bits, version)) {
			return true;
		}
	}
	return false;
}

/* RFC 6890 and RFC 5735, as far as it matters here. */
static enum home_side ipv4_side(uint32_t address)
{
	if (address == 0) {
		return HOME_UNSPECIFIED;
	}
	if (address >= 0xe0000000) {
		return HOME_MANY;
	}
	if (address >> 24 == 0 || address >> 24 == 10 || address >> 24 == 127 ||
		address >> 20 == 0xac1 || address >> 16 == 0xc0a8 || address >> 16 == 0xa9fe ||
		address >> 22 == 0x191) {
		return HOME_OTHER;
	}
	return HOME_PUBLIC;
}

static enum home_side ipv6_side(const uint64_t bits[2])
{
	if (bits[0] == 0 && bits[1] == 0) {
		return HOME_UNSPECIFIED;
	}
	if (bits[0] >> 56 == 0xff) {
		return HOME_MANY;
	}
	return bits[0] >> 61 == 1 ? HOME_PUBLIC : HOME_OTHER; /* 2000::/3 */
}

enum home_side identity_home_side(
	const struct identity_home *home, const uint8_t address[16], uint8_t ip_version)
{
	uint64_t bits[2] = {load_be64(address), load_be64(address + 8)};
	enum home_side side = ip_version == 4 ? ipv4_side(load_be32(address)) : ipv6_side(bits);

	if ((side == HOME_PUBLIC || side == HOME_OTHER) && home_inside(home, bits, ip_version)) {
		return HOME_INSIDE;
	}
	return side;
}

static unsigned home_slot(const struct identity_home *home)
{
	unsigned oldest = 0;

	if (home->learned_count < HOME_LEARNED_MAX) {
		return home->learned_count;
	}
	for (unsigned i = 1; i < HOME_LEARNED_MAX; i++) {
		if (home->learned[i].seen_us < home->learned[oldest].seen_us) {
			oldest = i;
		}
	}
	return oldest;
}

void identity_home_learn(struct identity_home *home, const uint8_t address[16], uint8_t length,
	uint32_t teacher, int64_t now_us)
{
	struct home_prefix prefix = prefix_of(address, 6, length);
	unsigned slot;

	for (unsigned i = 0; i < home->learned_count; i++) {
		struct home_learned *l = &home->learned[i];

		if (memcmp(l->prefix.bits, prefix.bits, sizeof(prefix.bits)) == 0 &&
			memcmp(l->prefix.mask, prefix.mask, sizeof(prefix.mask)) == 0) {
			l->seen_us = now_us;
			l->teacher = l->teacher == teacher ? teacher : HOME_BY_NETWORK;
			return;
		}
	}
	slot = home_slot(home);
	home->learned[slot] =
		(struct home_learned){.prefix = prefix, .teacher = teacher, .seen_us = now_us};
	if (slot == home->learned_count) {
		home->learned_count++;
	}
}

void identity_home_forget(struct identity_home *home, uint32_t teacher)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < home->learned_count; i++) {
		if (home->learned[i].teacher != teacher) {
			home->learned[kept++] = home->learned[i];
		}
	}
	home->learned_count = kept;
}

void identity_home_router(struct identity_home *home, const uint8_t address[4])
{
	for (unsigned i = 0; i < home->router_count; i++) {
		if (memcmp(home->routers[i], address, 4) == 0) {
			return;
		}
	}
	memcpy(home->routers[home->router_next], address, 4);
	home->router_next = (home->router_next + 1) % HOME_ROUTERS_MAX;
	if (home->router_count < HOME_ROUTERS_MAX) {
		home->router_count++;
	}
}

bool identity_home_is_router(
	const struct identity_home *home, const uint8_t address[16], uint8_t ip_version)
{
	for (unsigned i = 0; ip_version == 4 && i < home->router_count; i++) {
		if (memcmp(home->routers[i], address, 4) == 0) {
			return true;
		}
	}
	return false;
}
