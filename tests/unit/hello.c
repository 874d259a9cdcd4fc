#include "tests/unit/hello.h"

#include <string.h>

#include "base/wire.h"

struct out {
	uint8_t *at;
};

static void put(struct out *out, unsigned octets, uint32_t value)
{
	while (octets-- > 0) {
		*out->at++ = (uint8_t)(value >> (8 * octets));
	}
}

static void put_octets(struct out *out, const void *octets, size_t n)
{
	memcpy(out->at, octets, n);
	out->at += n;
}

static void put_filled(struct out *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*out->at++ = (uint8_t)(i * 7 + 3);
	}
}

static void put_name(struct out *out, const struct hello_options *options)
{
	const void *name =
		options->name_octets ? (const void *)options->name_octets : options->name;
	size_t n = options->name_octets ? options->name_octet_count : strlen(options->name);
	size_t other = options->other_name_first ? 5 : 0;

	put(out, 2, 0);
	put(out, 2, (uint32_t)(2 + other + 3 + n));
	put(out, 2, (uint32_t)(other + 3 + n));
	if (other > 0) {
		put(out, 1, 7);
		put(out, 2, 2);
		put_filled(out, 2);
	}
	put(out, 1, 0);
	put(out, 2, (uint32_t)n);
	put_octets(out, name, n);
}

static void put_extensions(struct out *out, const struct hello_options *options)
{
	if (options->grease) {
		put(out, 2, 0x0a0a);
		put(out, 2, 0);
	}
	put(out, 2, 43); /* supported_versions: 1.3, 1.2 */
	put(out, 2, 5);
	put(out, 1, 4);
	put(out, 4, 0x03040303);
	if (options->key_share_octets > 0) {
		put(out, 2, 51);
		put(out, 2, (uint32_t)options->key_share_octets);
		put_filled(out, options->key_share_octets);
	}
	if (options->encrypted_hello) {
		put(out, 2, 0xfe0d);
		put(out, 2, 200);
		put_filled(out, 200);
	}
	if (options->name != NULL || options->name_octets != NULL) {
		put_name(out, options);
	}
	put(out, 2, 16); /* ALPN: h2 */
	put(out, 2, 5);
	put(out, 2, 3);
	put(out, 1, 2);
	put_octets(out, "h2", 2);
	if (options->grease) {
		put(out, 2, 0xfafa);
		put(out, 2, 1);
		put(out, 1, 0);
	}
}

size_t hello_message(const struct hello_options *options, uint8_t *ret)
{
	struct out out = {ret};
	uint8_t *extensions;

	put(&out, 1, 1);
	put(&out, 3, 0);
	put(&out, 2, 0x0303);
	put_filled(&out, 32);
	put(&out, 1, 32);
	put_filled(&out, 32);
	put(&out, 2, options->grease ? 6 : 4);
	if (options->grease) {
		put(&out, 2, 0x1a1a);
	}
	put(&out, 4, 0x13011302);
	put(&out, 2, 0x0100);
	if (!options->without_extensions) {
		extensions = out.at;
		put(&out, 2, 0);
		put_extensions(&out, options);
		store_be16(extensions, (uint16_t)(out.at - extensions - 2));
	}
	ret[1] = (uint8_t)((out.at - ret - 4) >> 16);
	store_be16(ret + 2, (uint16_t)(out.at - ret - 4));
	return (size_t)(out.at - ret);
}

size_t hello_records(const uint8_t *message, size_t n, size_t record_octets, uint8_t *ret)
{
	struct out out = {ret};

	for (size_t at = 0; at < n; at += record_octets) {
		size_t part = n - at < record_octets ? n - at : record_octets;

		put(&out, 1, 22);
		put(&out, 2, 0x0301);
		put(&out, 2, (uint32_t)part);
		put_octets(&out, message + at, part);
	}
	return (size_t)(out.at - ret);
}

size_t hello_simple(const char *name, uint8_t *ret)
{
	uint8_t message[2048];
	struct hello_options options = {.name = name ? name : "www.example.com"};
	size_t n = hello_message(&options, message);

	return hello_records(message, n, 16384, ret);
}
