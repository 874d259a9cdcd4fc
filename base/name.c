#include "base/name.h"

#include <assert.h>

#define LABEL_MAX 63

static_assert(NAME_HOSTNAME_MAX < 256, "a name and its terminator fit the result");

/* The octet as it stands in a normalised name; 0 if it may not be in one. */
static char name_letter(uint8_t octet)
{
	if (octet >= 'A' && octet <= 'Z') {
		return (char)(octet + ('a' - 'A'));
	}
	if ((octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' ||
		octet == '_') {
		return (char)octet;
	}
	return '\0';
}

static bool name_label_fits(const char *label, size_t n)
{
	return n > 0 && n <= LABEL_MAX && label[0] != '-' && label[n - 1] != '-';
}

/*
 * Whether resolvers that know the old spellings of IPv4 addresses (decimal, octal, hexadecimal,
 * fewer than four parts) would take a name with this last label for one.
 */
static bool name_label_is_number(const char *label, size_t n)
{
	bool hex = n >= 2 && label[0] == '0' && label[1] == 'x';

	for (size_t i = hex ? 2 : 0; i < n; i++) {
		bool digit = label[i] >= '0' && label[i] <= '9';

		if (!digit && !(hex && label[i] >= 'a' && label[i] <= 'f')) {
			return false;
		}
	}
	return true;
}

bool name_hostname_normalise(const uint8_t *octets, size_t n, char ret[256])
{
	size_t label = 0;

	ret[0] = '\0';
	if (n > 0 && octets[n - 1] == '.') {
		n--;
	}
	if (n == 0 || n > NAME_HOSTNAME_MAX) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (octets[i] != '.') {
			ret[i] = name_letter(octets[i]);
			if (ret[i] == '\0') {
				ret[0] = '\0';
				return false;
			}
			continue;
		}
		if (!name_label_fits(ret + label, i - label)) {
			ret[0] = '\0';
			return false;
		}
		ret[i] = '.';
		label = i + 1;
	}
	if (!name_label_fits(ret + label, n - label) ||
		name_label_is_number(ret + label, n - label)) {
		ret[0] = '\0';
		return false;
	}
	ret[n] = '\0';
	return true;
}
