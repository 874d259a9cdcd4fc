#include "probe/name_text.h"

#include <string.h>

/*
 * The character at @at and its octets; 0 octets if it is not well-formed (RFC 3629 4, by the ranges
 * of the second octet).
 */
static size_t character_read(const uint8_t *at, size_t left, uint32_t *ret_character)
{
	uint8_t lead = at[0];
	uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	size_t octets = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

	if (lead < 0x80) {
		*ret_character = lead;
		return 1;
	}
	if (lead < 0xc2 || lead > 0xf4 || left < octets || at[1] < low || at[1] > high) {
		return 0;
	}
	*ret_character = lead & (0x7f >> octets);
	for (size_t i = 1; i < octets; i++) {
		if ((at[i] & 0xc0) != 0x80) {
			return 0;
		}
		*ret_character = *ret_character << 6 | (at[i] & 0x3f);
	}
	return octets;
}

static bool character_is_fit(uint32_t c)
{
	bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
	bool separator = c == 0x2028 || c == 0x2029;
	bool direction = c == 0x061c || c == 0x200e || c == 0x200f ||
			 (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
	bool none = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);

	return !control && !separator && !direction && !none;
}

static bool character_is_blank(uint32_t c)
{
	return c == ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200d) ||
	       c == 0x202f || c == 0x205f || c == 0x2060 || c == 0x3000 || c == 0xfeff;
}

bool name_text_is_valid(const uint8_t *octets, size_t n)
{
	bool seen = false;
	uint32_t c = 0;

	if (n > NAME_TEXT_MAX) {
		return false;
	}
	for (size_t at = 0; at < n;) {
		size_t step = character_read(octets + at, n - at, &c);

		if (step == 0 || !character_is_fit(c)) {
			return false;
		}
		seen = seen || !character_is_blank(c);
		at += step;
	}
	return seen;
}

bool name_text_copy(const uint8_t *octets, size_t n, char ret_text[NAME_TEXT_MAX + 1])
{
	ret_text[0] = '\0';
	if (!name_text_is_valid(octets, n)) {
		return false;
	}
	memcpy(ret_text, octets, n);
	ret_text[n] = '\0';
	return true;
}
