#include "probe/identity.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/error.h"

static bool length_parse(const char *text, unsigned bits_max, uint8_t *ret_length)
{
	guint64 length;

	if (!g_ascii_string_to_unsigned(text, 10, 0, bits_max, &length, NULL)) {
		return false;
	}
	*ret_length = (uint8_t)length;
	return true;
}

/* Bits beyond the prefix that are set tell of a mistake: which one is not for us to guess. */
static bool prefix_ends(const struct identity_prefix *prefix)
{
	for (unsigned bit = prefix->length; bit < 128; bit++) {
		if ((prefix->address[bit / 8] >> (7 - bit % 8) & 1) != 0) {
			return false;
		}
	}
	return true;
}

bool identity_prefix_parse(const char *text, struct identity_prefix *ret_prefix, GError **error)
{
	struct identity_prefix prefix = {.ip_version = 4, .length = 32};
	char address[INET6_ADDRSTRLEN] = "";
	const char *slash = strchr(text, '/');
	size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);

	if (n < sizeof(address)) {
		memcpy(address, text, n);
		address[n] = '\0';
	}
	if (inet_pton(AF_INET, address, prefix.address) != 1) {
		prefix.ip_version = 6;
		prefix.length = 128;
		if (inet_pton(AF_INET6, address, prefix.address) != 1) {
			g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
				"home prefix '%s': not an address", text);
			return false;
		}
	}
	if (slash != NULL && !length_parse(slash + 1, prefix.length, &prefix.length)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"home prefix '%s': the length is not a number up to %u", text,
			prefix.length);
		return false;
	}
	if (!prefix_ends(&prefix)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"home prefix '%s': bits beyond /%u are set", text, prefix.length);
		return false;
	}
	*ret_prefix = prefix;
	return true;
}
