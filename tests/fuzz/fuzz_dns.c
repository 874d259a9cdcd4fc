#include "probe/dns.h"

#include <stdlib.h>
#include <string.h>

#include "base/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth) {
		abort();
	}
}

/* Every record of every section; names have the form that is promised. */
static void walk(const uint8_t *data, size_t size)
{
	struct dns_reader reader;
	struct dns_record record;
	struct dns_address address;
	struct dns_name name;
	uint16_t type;
	char text[256];
	char again[256];

	if (dns_reader_open(&reader, data, size) != STATUS_OK) {
		return;
	}
	while (dns_reader_question(&reader, &name, &type) == STATUS_OK) {
		require(name.octets > 0 && name.wire[name.octets - 1] == 0);
	}
	if (reader.questions > 0) {
		return;
	}
	while (dns_reader_record(&reader, &record) == STATUS_OK) {
		require(record.data_at + record.data_octets <= size);
		require(dns_name_equal(&record.owner, &record.owner));
		if (dns_name_text(&record.owner, text)) {
			require(name_hostname_normalise(
				(const uint8_t *)text, strlen(text), again));
			require(strcmp(text, again) == 0);
		}
		(void)dns_record_address(&record, &address);
	}
}

/* What is read lies within the message and keeps its bounds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_answer answer;
	char text[256];

	if (size > UINT16_MAX) {
		return 0;
	}
	if (dns_answer_read(data, size, &answer) == STATUS_OK) {
		require(answer.count <= DNS_ADDRESSES_MAX);
		for (unsigned i = 0; i < answer.count; i++) {
			require(answer.addresses[i].ip_version == 4 ||
				answer.addresses[i].ip_version == 6);
		}
	}
	walk(data, size);
	if (dns_labels_text(data, size, text)) {
		require(strlen(text) <= DNS_NAME_WIRE_MAX);
	}
	return 0;
}
