#include "exporter/privacy.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/error.h"
#include "exporter/privacy_crypto.h"
#include "exporter/privacy_private.h"

enum {
	KEY_TEXT_MAX = 4096,
};

/* Octets of a key file: 64 hexadecimal digits, white space around them. */
static bool key_parse(char *text, uint8_t ret_key[PRIVACY_KEY_OCTETS])
{
	const char *digits = g_strstrip(text);

	if (strlen(digits) != (size_t)2 * PRIVACY_KEY_OCTETS) {
		return false;
	}
	for (size_t i = 0; i < PRIVACY_KEY_OCTETS; i++) {
		int high = g_ascii_xdigit_value(digits[2 * i]);
		int low = g_ascii_xdigit_value(digits[2 * i + 1]);

		if (high < 0 || low < 0) {
			return false;
		}
		ret_key[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

static bool key_load(const char *path, uint8_t ret_key[PRIVACY_KEY_OCTETS], GError **error)
{
	g_autofree char *text = NULL;
	gsize octets = 0;
	bool good;

	if (path == NULL) {
		if (getrandom(ret_key, PRIVACY_KEY_OCTETS, 0) == PRIVACY_KEY_OCTETS) {
			return true;
		}
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM, "no random key: %s",
			g_strerror(errno));
		return false;
	}
	if (!g_file_get_contents(path, &text, &octets, NULL)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "key file '%s': %s", path,
			g_strerror(errno));
		return false;
	}
	good = octets <= KEY_TEXT_MAX && key_parse(text, ret_key);
	explicit_bzero(text, octets);
	if (!good) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_FORMAT,
			"key file '%s': it must hold 64 hexadecimal digits", path);
	}
	return good;
}

/* Six pairs of hexadecimal digits with colons between them. */
static bool mac_parse(const char *text, uint8_t ret_mac[6])
{
	if (strlen(text) != 17) {
		return false;
	}
	for (unsigned i = 0; i < 6; i++) {
		const char *pair = text + (size_t)3 * i;
		int high = g_ascii_xdigit_value(pair[0]);
		int low = g_ascii_xdigit_value(pair[1]);

		if (high < 0 || low < 0 || (i < 5 && pair[2] != ':')) {
			return false;
		}
		ret_mac[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

/* One device of a list: a number, or a MAC address with colons. */
static bool listed_parse(const char *text, struct privacy_listed *ret)
{
	char *rest = NULL;
	guint64 id;

	*ret = (struct privacy_listed){.id = 0};
	if (mac_parse(text, ret->mac)) {
		ret->by_mac = true;
		return true;
	}
	if (!g_ascii_isdigit(text[0])) {
		return false;
	}
	id = g_ascii_strtoull(text, &rest, 10);
	ret->id = (uint32_t)id;
	return *rest == '\0' && id > 0 && id <= UINT32_MAX;
}

static bool list_parse(
	struct privacy_list *list, const char *option, const char *text, GError **error)
{
	g_auto(GStrv) words = text == NULL ? NULL : g_strsplit(text, ",", -1);

	for (char **word = words; word != NULL && *word != NULL; word++) {
		if (list->count == PRIVACY_DEVICES_MAX) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"option %s=%s: more than %d devices", option, text,
				PRIVACY_DEVICES_MAX);
			return false;
		}
		if (!listed_parse(*word, &list->devices[list->count++])) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"option %s=%s: '%s' is neither the number nor the MAC address of a "
				"device",
				option, text, *word);
			return false;
		}
	}
	return true;
}

bool privacy_is_none(const struct privacy_config *config)
{
	return config->only == NULL && config->except == NULL && config->key == NULL &&
	       config->addresses == PRIVACY_ADDRESSES_KEEP && config->macs == PRIVACY_KEEP &&
	       config->names == PRIVACY_KEEP && config->far_names == PRIVACY_KEEP &&
	       !config->coarse_ports && config->times_s == 0;
}

bool privacy_hides_packets(const struct privacy *privacy)
{
	const struct privacy_config *config = &privacy->config;

	return config->addresses != PRIVACY_ADDRESSES_KEEP || config->macs != PRIVACY_KEEP ||
	       config->far_names != PRIVACY_KEEP || config->coarse_ports || config->times_s != 0;
}

struct privacy *privacy_new(const struct privacy_config *config, GError **error)
{
	struct privacy *p = g_new0(struct privacy, 1);
	uint8_t key[PRIVACY_KEY_OCTETS];
	bool good;

	p->config = *config;
	p->config.only = NULL;
	p->config.except = NULL;
	p->config.key = NULL;
	p->has_only = config->only != NULL;
	p->stable = config->key != NULL;
	good = list_parse(&p->only, "only", config->only, error) &&
	       list_parse(&p->except, "except", config->except, error) &&
	       key_load(config->key, key, error);
	if (good) {
		p->crypto = privacy_crypto_new(key, error);
		explicit_bzero(key, sizeof(key));
	}
	if (p->crypto == NULL) {
		privacy_free(p);
		return NULL;
	}
	return p;
}

void privacy_free(struct privacy *privacy)
{
	if (privacy != NULL) {
		privacy_crypto_free(privacy->crypto);
		g_free(privacy);
	}
}

uint64_t privacy_withheld(const struct privacy *privacy)
{
	return privacy->withheld;
}

/* Members of a record by what becomes of them. */
static const char *const address_members[] = {"src_address", "dst_address", NULL};
static const char *const mac_members[] = {"src_mac", "dst_mac", "device_mac", NULL};
static const char *const name_members[] = {"device_name", NULL};
static const char *const far_members[] = {"far_name", "node_name", NULL};
static const char *const port_members[] = {"src_port", "dst_port", NULL};
static const char *const time_members[] = {
	"start_us", "end_us", "rev_start_us", "rev_end_us", NULL};

static uint16_t way_technique(enum privacy_way way)
{
	switch (way) {
	case PRIVACY_HASH:
		return PRIVACY_PERMUTATION;
	case PRIVACY_DROP:
		return PRIVACY_TRUNCATION; /* to nothing */
	case PRIVACY_KEEP:
		break;
	}
	return PRIVACY_NONE;
}

uint16_t privacy_technique_of(const struct privacy *privacy, const char *member)
{
	const struct privacy_config *config = &privacy->config;

	if (g_strv_contains(address_members, member)) {
		if (config->addresses != PRIVACY_ADDRESSES_KEEP) {
			return PRIVACY_STRUCTURED;
		}
		/* MAC addresses are taken out of those of IPv6. */
		return config->macs == PRIVACY_KEEP ? PRIVACY_NONE : PRIVACY_PERMUTATION;
	}
	if (g_strv_contains(mac_members, member)) {
		return way_technique(config->macs);
	}
	if (g_strv_contains(name_members, member)) {
		return way_technique(config->names);
	}
	if (g_strv_contains(far_members, member)) {
		return way_technique(config->far_names);
	}
	if (g_strv_contains(port_members, member)) {
		return config->coarse_ports ? PRIVACY_BINNING : PRIVACY_NONE;
	}
	if (g_strv_contains(time_members, member)) {
		return config->times_s > 0 ? PRIVACY_TRUNCATION : PRIVACY_NONE;
	}
	return PRIVACY_NONE;
}

uint16_t privacy_flags_of(const struct privacy *privacy, const char *member)
{
	enum {
		SESSION = 1,
		STABLE = 3,
		PERIMETER = 4, /* only what is of one side is changed */
	};
	uint16_t technique = privacy_technique_of(privacy, member);
	uint16_t flags = 0;

	if (technique == PRIVACY_PERMUTATION || technique == PRIVACY_STRUCTURED) {
		flags = privacy->stable ? STABLE : SESSION;
	}
	if (technique == PRIVACY_STRUCTURED &&
		privacy->config.addresses == PRIVACY_ADDRESSES_HOME) {
		flags |= PERIMETER;
	}
	return flags;
}
