#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/wire.h"

/**
 * DNS messages as they came (RFC 1035 4): a reader over their records, and what is asked of it here
 * most, the addresses that a name was answered with. Pure: octets in, values out.
 */
#define DNS_NAME_WIRE_MAX 255
#define DNS_JUMPS_MAX     128 /* compression pointers followed in one name */

enum dns_type {
	DNS_TYPE_A = 1,
	DNS_TYPE_CNAME = 5,
	DNS_TYPE_TXT = 16,
	DNS_TYPE_AAAA = 28,
	DNS_TYPE_SRV = 33
};

#define DNS_CLASS_IN        1
#define DNS_CLASS_FLUSH_BIT 0x8000 /* of mDNS, RFC 6762 10.2 */

/** A name without compression, its case as on the wire, its root label included. */
struct dns_name {
	uint8_t octets;
	uint8_t wire[DNS_NAME_WIRE_MAX];
};

struct dns_record {
	struct dns_name owner;
	uint16_t type;
	uint16_t class; /* with mDNS's cache-flush bit, where it has one */
	uint32_t ttl_s;
	const uint8_t *data; /* borrowed from the message */
	uint16_t data_octets;
	size_t data_at; /* where in the message */
};

struct dns_reader {
	const uint8_t *message;
	size_t octets;
	size_t at;
	uint16_t id;
	uint16_t flags;
	uint16_t questions; /* left to read */
	uint16_t answers;
	uint16_t others; /* authority and additional records; of both at most 65,535 are read */
};

#define DNS_FLAG_RESPONSE 0x8000

/** Read the header. STATUS_SHORT if there is none. @message: borrowed, @octets of at most 65,535. */
enum status dns_reader_open(struct dns_reader *reader, const void *message, size_t octets);

/** The next question; STATUS_NOT_FOUND after the last. */
enum status dns_reader_question(
	struct dns_reader *reader, struct dns_name *ret_name, uint16_t *ret_type);

/**
 * The next record, of the answers first; STATUS_NOT_FOUND after the last. Read the questions
 * before. After STATUS_SHORT or STATUS_MALFORMED there is no going on.
 */
enum status dns_reader_record(struct dns_reader *reader, struct dns_record *ret_record);

/**
 * Read a name that begins at @at, following pointers backwards only, DNS_JUMPS_MAX of them at most.
 * *ret_end: the octet after it where it stands.
 */
enum status dns_name_read(const uint8_t *message, size_t octets, size_t at,
	struct dns_name *ret_name, size_t *ret_end);

/** Equal but for the case of ASCII letters (RFC 4343). */
bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);

/**
 * The name as host name text (base/name.h); false, with "", if it is none. A label with a dot in it
 * is refused: as text it would read as two.
 */
bool dns_name_text(const struct dns_name *name, char ret_text[256]);

/**
 * Labels without compression, with or without the root at their end (RFC 4702 2.3.1), as text with
 * dots between them. The labels may be of any characters that name_text.h allows, as local names
 * are; a label with a dot is refused. False, with "", if it is none.
 */
bool dns_labels_text(const uint8_t *labels, size_t octets, char ret_text[256]);

#define DNS_ADDRESSES_MAX 64
#define DNS_ALIASES_MAX   16
#define DNS_RECORDS_MAX   512 /* of an answer section; those beyond are not looked at */

struct dns_address {
	uint8_t address[16]; /* IPv4 in the first four octets, the rest 0 */
	uint8_t ip_version;
	uint32_t ttl_s;
};

/** What a response says about the one name that was asked for. */
struct dns_answer {
	struct dns_name question;
	unsigned count;
	unsigned dropped; /* addresses beyond DNS_ADDRESSES_MAX */
	struct dns_address addresses[DNS_ADDRESSES_MAX];
};

/**
 * The addresses that the question's name has by the answer section, over a chain of at most
 * DNS_ALIASES_MAX CNAME records, up to three of them in the wrong order. Records of other names are
 * passed over. STATUS_NOT_FOUND: not a response, an error, or not exactly one question.
 * Cost: two passes; at most five, where aliases stand after what they lead to.
 */
enum status dns_answer_read(const void *message, size_t octets, struct dns_answer *ret_answer);

/** The address in an A or AAAA record of class IN (mDNS's flush bit allowed); false for others. */
bool dns_record_address(const struct dns_record *record, struct dns_address *ret_address);
