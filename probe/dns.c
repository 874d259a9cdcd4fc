#include "probe/dns.h"

#include <string.h>

#include "base/name.h"
#include "probe/name_text.h"

#define HEADER_OCTETS 12
#define LABEL_POINTER 0xc0

enum status dns_reader_open(struct dns_reader *reader, const void *message, size_t octets)
{
	struct wire w = wire_of(message, octets);
	uint32_t others;

	reader->message = message;
	reader->octets = octets;
	reader->at = HEADER_OCTETS;
	reader->id = wire_be16(&w);
	reader->flags = wire_be16(&w);
	reader->questions = wire_be16(&w);
	reader->answers = wire_be16(&w);
	others = wire_be16(&w);
	others += wire_be16(&w);
	reader->others = others > UINT16_MAX ? UINT16_MAX : (uint16_t)others;
	return w.bad ? STATUS_SHORT : STATUS_OK;
}

/* Append one label with its length octet; false if the name gets too long. */
static bool name_append(struct dns_name *name, const uint8_t *label, size_t octets)
{
	if (name->octets + octets > DNS_NAME_WIRE_MAX) {
		return false;
	}
	memcpy(name->wire + name->octets, label, octets);
	name->octets = (uint8_t)(name->octets + octets);
	return true;
}

enum status dns_name_read(const uint8_t *message, size_t octets, size_t at,
	struct dns_name *ret_name, size_t *ret_end)
{
	size_t lowest = at; /* pointers lead below it, and so come to an end */
	bool jumped = false;
	unsigned jumps = 0;

	ret_name->octets = 0;
	while (at < octets) {
		uint8_t length = message[at];

		if ((length & LABEL_POINTER) == LABEL_POINTER) {
			if (octets - at < 2) {
				return STATUS_SHORT;
			}
			*ret_end = jumped ? *ret_end : at + 2;
			jumped = true;
			at = load_be16(message + at) & 0x3fff;
			if (at >= lowest || ++jumps > DNS_JUMPS_MAX) {
				return STATUS_MALFORMED;
			}
			lowest = at;
			continue;
		}
		if ((length & LABEL_POINTER) != 0) {
			return STATUS_MALFORMED;
		}
		if (octets - at < 1u + length) {
			return STATUS_SHORT;
		}
		if (!name_append(ret_name, message + at, 1u + length)) {
			return STATUS_MALFORMED;
		}
		at += 1u + length;
		if (length == 0) {
			*ret_end = jumped ? *ret_end : at;
			return STATUS_OK;
		}
	}
	return STATUS_SHORT;
}

enum status dns_reader_question(
	struct dns_reader *reader, struct dns_name *ret_name, uint16_t *ret_type)
{
	enum status status;

	if (reader->questions == 0) {
		return STATUS_NOT_FOUND;
	}
	status = dns_name_read(reader->message, reader->octets, reader->at, ret_name, &reader->at);
	if (status != STATUS_OK) {
		return status;
	}
	if (reader->octets - reader->at < 4) {
		return STATUS_SHORT;
	}
	*ret_type = load_be16(reader->message + reader->at);
	reader->at += 4;
	reader->questions--;
	return STATUS_OK;
}

enum status dns_reader_record(struct dns_reader *reader, struct dns_record *ret_record)
{
	uint16_t *left = reader->answers > 0 ? &reader->answers : &reader->others;
	enum status status;
	struct wire w;

	if (*left == 0) {
		return STATUS_NOT_FOUND;
	}
	status = dns_name_read(
		reader->message, reader->octets, reader->at, &ret_record->owner, &reader->at);
	if (status != STATUS_OK) {
		return status;
	}
	w = wire_of(reader->message + reader->at, reader->octets - reader->at);
	ret_record->type = wire_be16(&w);
	ret_record->class = wire_be16(&w);
	ret_record->ttl_s = wire_be32(&w);
	ret_record->data_octets = wire_be16(&w);
	ret_record->data = wire_take(&w, ret_record->data_octets);
	if (w.bad) {
		return STATUS_SHORT;
	}
	ret_record->data_at = (size_t)(ret_record->data - reader->message);
	reader->at = (size_t)(w.at - reader->message);
	*left -= 1;
	return STATUS_OK;
}

static uint8_t octet_fold(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
}

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
	if (a->octets != b->octets) {
		return false;
	}
	for (unsigned i = 0; i < a->octets; i++) {
		/* A length is below 64 and so no letter. */
		if (octet_fold(a->wire[i]) != octet_fold(b->wire[i])) {
			return false;
		}
	}
	return true;
}

/* Labels with a dot behind each; false if they are not whole or a dot is in one. */
static bool labels_join(
	const uint8_t *labels, size_t octets, uint8_t ret_text[DNS_NAME_WIRE_MAX], size_t *ret_n)
{
	size_t n = 0;
	size_t at = 0;

	while (at < octets && labels[at] != 0) {
		uint8_t length = labels[at++];

		if (length > octets - at || n + length + 1 > DNS_NAME_WIRE_MAX ||
			memchr(labels + at, '.', length) != NULL) {
			return false;
		}
		memcpy(ret_text + n, labels + at, length);
		n += length;
		ret_text[n++] = '.';
		at += length;
	}
	*ret_n = n;
	return at == octets || at + 1 == octets;
}

bool dns_name_text(const struct dns_name *name, char ret_text[256])
{
	uint8_t text[DNS_NAME_WIRE_MAX];
	size_t n;

	ret_text[0] = '\0';
	return labels_join(name->wire, name->octets, text, &n) &&
	       name_hostname_normalise(text, n, ret_text);
}

bool dns_labels_text(const uint8_t *labels, size_t octets, char ret_text[256])
{
	uint8_t text[DNS_NAME_WIRE_MAX];
	size_t n;

	ret_text[0] = '\0';
	return labels_join(labels, octets, text, &n) && n > 0 &&
	       name_text_copy(text, n - 1, ret_text);
}

bool dns_record_address(const struct dns_record *record, struct dns_address *ret_address)
{
	bool a = record->type == DNS_TYPE_A && record->data_octets == 4;
	bool aaaa = record->type == DNS_TYPE_AAAA && record->data_octets == 16;

	if ((record->class & ~DNS_CLASS_FLUSH_BIT) != DNS_CLASS_IN || (!a && !aaaa)) {
		return false;
	}
	memset(ret_address->address, 0, sizeof(ret_address->address));
	memcpy(ret_address->address, record->data, record->data_octets);
	ret_address->ip_version = a ? 4 : 6;
	ret_address->ttl_s = record->ttl_s;
	return true;
}
