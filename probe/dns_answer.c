#include "probe/dns.h"

#include <string.h>

#define FLAGS_OPCODE 0x7800
#define FLAGS_RCODE  0x000f
#define PASSES_MAX   4

/* The names that the question's name stands for: itself first. */
struct aliases {
	unsigned count;
	struct dns_name names[1 + DNS_ALIASES_MAX];
};

static bool aliases_have(const struct aliases *aliases, const struct dns_name *name)
{
	for (unsigned i = 0; i < aliases->count; i++) {
		if (dns_name_equal(&aliases->names[i], name)) {
			return true;
		}
	}
	return false;
}

/*
 * One pass over the answers; *ret_again: an alias was added, and others were passed over that it
 * may lead to.
 */
static enum status aliases_grow(struct aliases *aliases, struct dns_reader reader, bool *ret_again)
{
	struct dns_record record;
	enum status status = STATUS_OK;
	bool grown = false;
	bool passed = false;

	while (reader.answers > 0 && aliases->count <= DNS_ALIASES_MAX) {
		struct dns_name *next = &aliases->names[aliases->count];
		size_t end;

		status = dns_reader_record(&reader, &record);
		if (status != STATUS_OK) {
			return status;
		}
		if (record.type != DNS_TYPE_CNAME || record.class != DNS_CLASS_IN) {
			continue;
		}
		if (!aliases_have(aliases, &record.owner)) {
			passed = true;
			continue;
		}
		status = dns_name_read(reader.message, record.data_at + record.data_octets,
			record.data_at, next, &end);
		if (status != STATUS_OK || end != record.data_at + record.data_octets) {
			return STATUS_MALFORMED;
		}
		if (!aliases_have(aliases, next)) {
			aliases->count++;
			grown = true;
		}
	}
	*ret_again = grown && passed;
	return status;
}

static enum status answer_addresses(
	const struct aliases *aliases, struct dns_reader reader, struct dns_answer *ret_answer)
{
	struct dns_record record;
	struct dns_address address;

	while (reader.answers > 0) {
		enum status status = dns_reader_record(&reader, &record);

		if (status != STATUS_OK) {
			return status;
		}
		if (record.class != DNS_CLASS_IN || !dns_record_address(&record, &address) ||
			!aliases_have(aliases, &record.owner)) {
			continue;
		}
		if (ret_answer->count == DNS_ADDRESSES_MAX) {
			ret_answer->dropped++;
			continue;
		}
		ret_answer->addresses[ret_answer->count++] = address;
	}
	return STATUS_OK;
}

enum status dns_answer_read(const void *message, size_t octets, struct dns_answer *ret_answer)
{
	struct dns_reader reader;
	struct aliases aliases;
	uint16_t type;
	bool again = true;
	enum status status = dns_reader_open(&reader, message, octets);

	ret_answer->question.octets = 0;
	ret_answer->count = 0;
	ret_answer->dropped = 0;
	if (status != STATUS_OK) {
		return status;
	}
	if ((reader.flags & (DNS_FLAG_RESPONSE | FLAGS_OPCODE | FLAGS_RCODE)) !=
			DNS_FLAG_RESPONSE ||
		reader.questions != 1) {
		return STATUS_NOT_FOUND;
	}
	status = dns_reader_question(&reader, &ret_answer->question, &type);
	aliases.count = 1;
	aliases.names[0] = ret_answer->question;
	if (reader.answers > DNS_RECORDS_MAX) {
		reader.answers = DNS_RECORDS_MAX;
	}
	for (unsigned pass = 0; pass < PASSES_MAX && status == STATUS_OK && again; pass++) {
		status = aliases_grow(&aliases, reader, &again);
	}
	return status == STATUS_OK ? answer_addresses(&aliases, reader, ret_answer) : status;
}
