#include "probe/identity_local.h"

#include <string.h>

#include "probe/ssdp.h"

#define FLAGS_OPCODE 0x7800
#define FLAGS_RCODE  0x000f

/* A name that is ours to take: "kitchen" of "kitchen.local", or all of what LLMNR was asked for. */
static bool local_name(const struct dns_record *record, enum device_name which, char ret_text[256])
{
	static const char domain[] = ".local";
	size_t n;

	if (!dns_labels_text(record->owner.wire, record->owner.octets, ret_text)) {
		return false;
	}
	if (which == DEVICE_NAME_LLMNR) {
		return true;
	}
	n = strlen(ret_text);
	if (n < sizeof(domain) ||
		g_ascii_strcasecmp(ret_text + n - (sizeof(domain) - 1), domain) != 0) {
		return false;
	}
	ret_text[n - (sizeof(domain) - 1)] = '\0';
	return true;
}

static bool address_is_own(const struct local_message *m, const struct dns_address *address)
{
	const struct flow_key *key = m->input->key;

	return memcmp(address->address, key->address[0], 16) == 0 ||
	       device_by_address(&m->identity->devices, address->address, address->ip_version) ==
		       m->device;
}

static void local_address(struct local_message *m, const struct dns_record *record)
{
	struct dns_address address;
	char text[256];

	/* A device may name itself only, not another. */
	if (!dns_record_address(record, &address) || !address_is_own(m, &address)) {
		return;
	}
	if (!local_name(record, m->which, text)) {
		m->identity->counters.names_invalid++;
		return;
	}
	identity_far_learn(m->identity, m->input, record, m->which);
	if (m->host_count < LOCAL_HOSTS_MAX) {
		m->hosts[m->host_count++] = record->owner;
	}
	if (m->device->service == 0) {
		local_name_put(m, text, address.ttl_s);
	}
}

void local_name_put(struct local_message *m, const char *name, uint32_t ttl_s)
{
	struct device *d = m->device;

	if (ttl_s > 0) {
		device_name_put(d, m->which, name);
	} else if (strcmp(d->names[m->which], name) == 0) {
		device_name_put(d, m->which, ""); /* RFC 6762 10.1: a farewell */
		d->service = 0;
	}
}

enum status local_visit(struct local_message *m, local_visitor visitor)
{
	struct dns_reader reader = m->records;
	struct dns_record record;
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < LOCAL_RECORDS_MAX && status == STATUS_OK; i++) {
		status = dns_reader_record(&reader, &record);
		if (status == STATUS_OK) {
			visitor(m, &record);
		}
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status local_open(struct local_message *m)
{
	struct dns_name question;
	uint16_t type;
	enum status status = dns_reader_open(&m->records, m->input->payload, m->input->octets);

	if (status == STATUS_OK && (m->records.flags & (DNS_FLAG_RESPONSE | FLAGS_OPCODE |
							       FLAGS_RCODE)) != DNS_FLAG_RESPONSE) {
		return STATUS_NOT_FOUND;
	}
	while (status == STATUS_OK && m->records.questions > 0) {
		status = dns_reader_question(&m->records, &question, &type);
	}
	return status;
}

void identity_local(
	struct identity *identity, const struct inspect_input *input, enum device_name which)
{
	struct local_message m = {.identity = identity, .input = input, .which = which};
	enum status status = local_open(&m);

	identity->counters.dns_messages++;
	m.device = device_find(&identity->devices, input->key->mac[0]);
	if (status == STATUS_OK && m.device != NULL &&
		identity_interface_is_home(identity, input->key->interface)) {
		status = local_visit(&m, local_address);
		if (status == STATUS_OK && which == DEVICE_NAME_MDNS && m.host_count > 0) {
			status = local_visit(&m, local_service);
		}
	}
	identity->counters.dns_malformed += status != STATUS_OK && status != STATUS_NOT_FOUND;
}

void identity_ssdp(struct identity *identity, const struct inspect_input *input)
{
	struct device *d = device_find(&identity->devices, input->key->mac[0]);
	char product[256];
	enum status status = ssdp_read(input->payload, input->octets, product);

	identity->counters.ssdp_messages++;
	identity->counters.names_invalid += status == STATUS_MALFORMED;
	if (status == STATUS_OK && d != NULL &&
		identity_interface_is_home(identity, input->key->interface)) {
		device_name_put(d, DEVICE_NAME_SSDP, product);
	}
}
