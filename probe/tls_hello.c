#include "probe/tls_hello.h"

#include <string.h>

#include "base/name.h"
#include "base/wire.h"

#define CONTENT_HANDSHAKE     22
#define VERSION_MAJOR         3
#define VERSION_MINOR_MAX     4
#define RECORD_OCTETS_MAX     16384 /* RFC 8446 5.1 */
#define MESSAGE_CLIENT_HELLO  1
#define MESSAGE_SERVER_HELLO  2
#define RANDOM_OCTETS         32
#define SESSION_ID_OCTETS_MAX 32
#define EXTENSION_SERVER_NAME 0
#define NAME_TYPE_HOST        0
#define NAME_OCTETS_MAX       255

/*
 * Reads a handshake message through the records it is cut into. @status is sticky like the error
 * of a wire cursor, but tells "not yet" from "never".
 */
struct hello {
	struct wire in;
	size_t record_left; /* octets of the record at hand that are still to be read */
	size_t left;        /* octets of the innermost vector that are still to be read */
	enum status status;
	bool has_records;
};

static bool record_header_fits(const uint8_t *octets, size_t n)
{
	static const uint8_t lowest[] = {CONTENT_HANDSHAKE, VERSION_MAJOR, 0, 0};
	static const uint8_t highest[] = {
		CONTENT_HANDSHAKE, VERSION_MAJOR, VERSION_MINOR_MAX, RECORD_OCTETS_MAX >> 8};

	for (size_t i = 0; i < n && i < sizeof(lowest); i++) {
		if (octets[i] < lowest[i] || octets[i] > highest[i]) {
			return false;
		}
	}
	if (n < 5) {
		return true;
	}
	/* A handshake record is never empty. */
	return load_be16(octets + 3) >= 1 && load_be16(octets + 3) <= RECORD_OCTETS_MAX;
}

bool tls_hello_begins(const uint8_t *octets, size_t n)
{
	return record_header_fits(octets, n) && (n < 6 || octets[5] == MESSAGE_CLIENT_HELLO);
}

bool tls_hello_is_server(const uint8_t *octets, size_t n)
{
	return n >= 6 && record_header_fits(octets, n) && octets[5] == MESSAGE_SERVER_HELLO;
}

static void hello_fail(struct hello *h, enum status status)
{
	if (h->status == STATUS_OK) {
		h->status = status;
	}
}

/* Step into the next record; the one at hand is used up. */
static void hello_next_record(struct hello *h)
{
	size_t header = wire_left(&h->in) < 5 ? wire_left(&h->in) : 5;

	if (!h->has_records) {
		hello_fail(h, STATUS_AGAIN);
		return;
	}
	if (!record_header_fits(h->in.at, header)) {
		hello_fail(h, STATUS_MALFORMED);
		return;
	}
	if (header < 5) {
		hello_fail(h, STATUS_AGAIN);
		return;
	}
	h->record_left = load_be16(h->in.at + 3);
	wire_skip(&h->in, 5);
}

/* Read @n octets of the innermost vector into @ret_octets, or over them if that is NULL. */
static void hello_read(struct hello *h, uint8_t *ret_octets, size_t n)
{
	if (n > h->left) {
		hello_fail(h, STATUS_MALFORMED);
	}
	while (h->status == STATUS_OK && n > 0) {
		size_t part = n;

		if (h->record_left == 0) {
			hello_next_record(h);
			continue;
		}
		part = part < h->record_left ? part : h->record_left;
		part = part < wire_left(&h->in) ? part : wire_left(&h->in);
		if (part == 0) {
			hello_fail(h, STATUS_AGAIN);
			break;
		}
		if (ret_octets != NULL) {
			memcpy(ret_octets, h->in.at, part);
			ret_octets += part;
		}
		wire_skip(&h->in, part);
		h->record_left -= part;
		h->left -= part;
		n -= part;
	}
}

static uint32_t hello_number(struct hello *h, unsigned octets)
{
	uint8_t raw[4] = {0};

	hello_read(h, raw + 4 - octets, octets);
	return h->status == STATUS_OK ? load_be32(raw) : 0;
}

/* Narrow to a vector of @n octets; gives what remains of the one around it, for hello_leave(). */
static size_t hello_enter(struct hello *h, size_t n)
{
	size_t around = h->left - n;

	if (n > h->left) {
		hello_fail(h, STATUS_MALFORMED);
		return 0;
	}
	h->left = n;
	return around;
}

static void hello_leave(struct hello *h, size_t around)
{
	hello_read(h, NULL, h->left);
	h->left = around;
}

/* The vector at hand is a ServerNameList with its length. */
static enum status hello_server_name(struct hello *h, char ret_name[256])
{
	uint8_t name[NAME_OCTETS_MAX];
	uint32_t list = hello_number(h, 2);

	if (h->status == STATUS_OK && list != h->left) {
		hello_fail(h, STATUS_MALFORMED);
	}
	while (h->status == STATUS_OK && h->left > 0) {
		uint32_t type = hello_number(h, 1);
		uint32_t n = hello_number(h, 2);

		if (type != NAME_TYPE_HOST || n > sizeof(name)) {
			hello_read(h, NULL, n);
			continue;
		}
		hello_read(h, name, n);
		if (h->status == STATUS_OK) {
			return name_hostname_normalise(name, n, ret_name) ? STATUS_OK
									  : STATUS_NOT_FOUND;
		}
	}
	return h->status == STATUS_OK ? STATUS_NOT_FOUND : h->status;
}

static enum status hello_extensions(struct hello *h, char ret_name[256])
{
	if (h->left == 0) {
		return STATUS_NOT_FOUND; /* none at all: TLS 1.2 and before */
	}
	if (hello_number(h, 2) != h->left && h->status == STATUS_OK) {
		return STATUS_MALFORMED;
	}
	while (h->status == STATUS_OK && h->left > 0) {
		uint32_t type = hello_number(h, 2);
		uint32_t n = hello_number(h, 2);
		size_t around = hello_enter(h, n);

		if (type == EXTENSION_SERVER_NAME && h->status == STATUS_OK) {
			return hello_server_name(h, ret_name);
		}
		hello_leave(h, around);
	}
	return h->status == STATUS_OK ? STATUS_NOT_FOUND : h->status;
}

static enum status hello_message(struct hello *h, char ret_name[256])
{
	uint32_t n;

	if (hello_number(h, 1) != MESSAGE_CLIENT_HELLO) {
		hello_fail(h, STATUS_MALFORMED);
	}
	n = hello_number(h, 3);
	if (n > TLS_HELLO_OCTETS_MAX) {
		hello_fail(h, STATUS_MALFORMED);
	}
	h->left = n;
	if (hello_number(h, 1) != VERSION_MAJOR) {
		hello_fail(h, STATUS_MALFORMED);
	}
	hello_read(h, NULL, 1 + RANDOM_OCTETS);
	n = hello_number(h, 1);
	if (n > SESSION_ID_OCTETS_MAX) {
		hello_fail(h, STATUS_MALFORMED);
	}
	hello_read(h, NULL, n);
	n = hello_number(h, 2);
	if ((n == 0 || n % 2 != 0)) {
		hello_fail(h, STATUS_MALFORMED);
	}
	hello_read(h, NULL, n);
	n = hello_number(h, 1);
	if (n == 0) {
		hello_fail(h, STATUS_MALFORMED);
	}
	hello_read(h, NULL, n);
	return h->status == STATUS_OK ? hello_extensions(h, ret_name) : h->status;
}

enum status tls_hello_name(const uint8_t *octets, size_t n, char ret_name[256])
{
	struct hello h = {.in = wire_of(octets, n), .left = 4, .has_records = true};

	ret_name[0] = '\0';
	return hello_message(&h, ret_name);
}

enum status tls_hello_name_bare(const uint8_t *octets, size_t n, char ret_name[256])
{
	struct hello h = {.in = wire_of(octets, n), .left = 4, .record_left = n};

	ret_name[0] = '\0';
	return hello_message(&h, ret_name);
}
