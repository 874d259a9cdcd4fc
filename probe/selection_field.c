#include "probe/selection_field.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/error.h"

enum kind {
	KIND_ADDRESS,
	KIND_MAC,
	KIND_NUMBER
};

static const struct field {
	const char *name;
	const char *element;
	const char *element6; /* or NULL */
	enum selection_field field;
	enum kind kind;
	uint32_t max; /* of a number */
} fields[] = {
	{"src", "sourceIPv4Address", "sourceIPv6Address", SELECTION_SRC_ADDRESS, KIND_ADDRESS, 0},
	{"dst", "destinationIPv4Address", "destinationIPv6Address", SELECTION_DST_ADDRESS,
		KIND_ADDRESS, 0},
	{"sport", "sourceTransportPort", NULL, SELECTION_SRC_PORT, KIND_NUMBER, UINT16_MAX},
	{"dport", "destinationTransportPort", NULL, SELECTION_DST_PORT, KIND_NUMBER, UINT16_MAX},
	{"proto", "protocolIdentifier", NULL, SELECTION_PROTOCOL, KIND_NUMBER, UINT8_MAX},
	{"ip", "ipVersion", NULL, SELECTION_IP_VERSION, KIND_NUMBER, 15},
	{"vlan", "vlanId", NULL, SELECTION_VLAN, KIND_NUMBER, 4095},
	{"smac", "sourceMacAddress", NULL, SELECTION_SRC_MAC, KIND_MAC, 0},
	{"dmac", "destinationMacAddress", NULL, SELECTION_DST_MAC, KIND_MAC, 0},
	{"tos", "ipClassOfService", NULL, SELECTION_TOS, KIND_NUMBER, UINT8_MAX},
	{"ttl", "ipTTL", NULL, SELECTION_TTL, KIND_NUMBER, UINT8_MAX},
	{"length", "ipTotalLength", NULL, SELECTION_LENGTH, KIND_NUMBER, UINT32_MAX},
};

static const struct field *find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		if (strcmp(name, fields[i].name) == 0 || strcmp(name, fields[i].element) == 0 ||
			g_strcmp0(name, fields[i].element6) == 0) {
			return &fields[i];
		}
	}
	return NULL;
}

static bool refuse(GError **error, const char *name, const char *value, const char *reason)
{
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "%s: '%s' %s", name, value, reason);
	return false;
}

static bool parse_address(
	const char *name, const char *value, struct selection_match *ret, GError **error)
{
	g_autofree char *address = g_strdup(value);
	char *slash = strchr(address, '/');
	uint64_t bits;

	if (slash != NULL) {
		*slash = '\0';
	}
	if (inet_pton(AF_INET, address, ret->octets) == 1) {
		ret->ip_version = 4;
	} else if (inet_pton(AF_INET6, address, ret->octets) == 1) {
		ret->ip_version = 6;
	} else {
		return refuse(error, name, value, "is no address");
	}
	bits = ret->ip_version == 4 ? 32 : 128;
	if (slash != NULL && !g_ascii_string_to_unsigned(slash + 1, 10, 0, bits, &bits, NULL)) {
		return refuse(error, name, value, "has no length of a prefix behind the '/'");
	}
	ret->prefix_bits = (uint8_t)bits;
	return true;
}

static bool parse_mac(
	const char *name, const char *value, struct selection_match *ret, GError **error)
{
	if (strlen(value) != 17) {
		return refuse(error, name, value, "is no MAC");
	}
	for (unsigned i = 0; i < 6; i++) {
		int high = g_ascii_xdigit_value(value[3 * i]);
		int low = g_ascii_xdigit_value(value[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && value[3 * i + 2] != ':')) {
			return refuse(error, name, value, "is no MAC");
		}
		ret->octets[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool parse_range(
	const struct field *field, const char *value, struct selection_match *ret, GError **error)
{
	g_auto(GStrv) ends = g_strsplit(value, "-", 2);
	uint64_t low;
	uint64_t high;

	if (ends[0] == NULL ||
		!g_ascii_string_to_unsigned(ends[0], 10, 0, field->max, &low, NULL) ||
		(ends[1] != NULL &&
			!g_ascii_string_to_unsigned(ends[1], 10, 0, field->max, &high, NULL))) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"%s: '%s' is no number or range from 0 to %u", field->name, value,
			field->max);
		return false;
	}
	ret->low = (uint32_t)low;
	ret->high = ends[1] != NULL ? (uint32_t)high : ret->low;
	return true;
}

bool selection_field_parse(
	const char *name, const char *value, struct selection_match *ret, GError **error)
{
	const struct field *field = find(name);

	memset(ret, 0, sizeof(*ret));
	if (field == NULL) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"'%s' is no field; use src, dst, sport, dport, proto, ip, vlan, smac, "
			"dmac, "
			"tos, ttl, length",
			name);
		return false;
	}
	ret->field = (uint8_t)field->field;
	switch (field->kind) {
	case KIND_ADDRESS:
		return parse_address(name, value, ret, error);
	case KIND_MAC:
		return parse_mac(name, value, ret, error);
	case KIND_NUMBER:
		break;
	}
	return parse_range(field, value, ret, error);
}
