#include "probe/identity_local.h"

#include <string.h>

#include "base/wire.h"
#include "probe/name_text.h"

/*
 * Services (RFC 6763) whose instances bear names that people give or know, best first. Others name
 * theirs by numbers and digests.
 */
struct service {
	const char *name;
	const char *key; /* of the TXT record that has the name; NULL: the instance is the name */
};

static const struct service services[] = {
	{"_googlecast", "fn"},
	{"_airplay", NULL},
	{"_companion-link", NULL},
	{"_smb", NULL},
	{"_afpovertcp", NULL},
	{"_rfb", NULL},
	{"_hap", NULL},
	{"_ipps", NULL},
	{"_ipp", NULL},
	{"_printer", NULL},
	{"_pdl-datastream", NULL},
	{"_uscan", NULL},
};

#define SERVICE_COUNT (sizeof(services) / sizeof(services[0]))

/* The place in the list, from 1, of the service of "Instance._service._tcp.local"; 0: none. */
static unsigned service_of(const struct dns_name *owner)
{
	const uint8_t *label = owner->wire + 1 + owner->wire[0];

	for (unsigned i = 0; i < SERVICE_COUNT; i++) {
		size_t n = strlen(services[i].name);

		if (owner->wire[0] != 0 && label[0] == n &&
			g_ascii_strncasecmp((const char *)label + 1, services[i].name, n) == 0) {
			return i + 1;
		}
	}
	return 0;
}

static bool service_is_own(const struct local_message *m, const struct dns_record *record)
{
	struct dns_name target;
	size_t end;

	/* Priority, weight and port stand before the target (RFC 2782). */
	if (record->data_octets < 7 ||
		dns_name_read(m->records.message, record->data_at + record->data_octets,
			record->data_at + 6, &target, &end) != STATUS_OK) {
		return false;
	}
	for (unsigned i = 0; i < m->host_count; i++) {
		if (dns_name_equal(&m->hosts[i], &target)) {
			return true;
		}
	}
	return false;
}

/* The value of @key in "key=value" strings (RFC 6763 6). */
static bool text_value(const struct dns_record *record, const char *key, char ret_text[256])
{
	struct wire w = wire_of(record->data, record->data_octets);
	size_t n = strlen(key);

	while (wire_left(&w) > 0) {
		uint8_t octets = wire_u8(&w);
		const char *text = (const char *)wire_take(&w, octets);

		if (text != NULL && octets > n && text[n] == '=' &&
			g_ascii_strncasecmp(text, key, n) == 0) {
			return name_text_copy(
				(const uint8_t *)text + n + 1, octets - n - 1, ret_text);
		}
	}
	return false;
}

/*
 * The same from the TXT record of the instance, which stands anywhere in the message. Looked for
 * once a message, so that the cost does not grow with the square of the records.
 */
static bool instance_value(struct local_message *m, const struct dns_name *instance,
	const char *key, char ret_text[256])
{
	struct dns_reader reader = m->records;
	struct dns_record record;

	if (m->looked) {
		return false;
	}
	m->looked = true;
	for (unsigned i = 0; i < LOCAL_RECORDS_MAX; i++) {
		if (dns_reader_record(&reader, &record) != STATUS_OK) {
			break;
		}
		if (record.type == DNS_TYPE_TXT && dns_name_equal(&record.owner, instance)) {
			return text_value(&record, key, ret_text);
		}
	}
	return false;
}

void local_service(struct local_message *m, const struct dns_record *record)
{
	struct device *d = m->device;
	const uint8_t *instance = record->owner.wire;
	unsigned service = service_of(&record->owner);
	char text[256];
	bool named;

	if (record->type != DNS_TYPE_SRV ||
		(record->class & ~DNS_CLASS_FLUSH_BIT) != DNS_CLASS_IN || service == 0 ||
		(d->service != 0 && service > d->service) || !service_is_own(m, record)) {
		return;
	}
	if (services[service - 1].key != NULL) {
		named = instance_value(m, &record->owner, services[service - 1].key, text);
	} else {
		named = name_text_copy(instance + 1, instance[0], text);
		m->identity->counters.names_invalid += !named;
	}
	if (named) {
		d->service = record->ttl_s > 0 ? (uint8_t)service : d->service;
		local_name_put(m, text, record->ttl_s);
	}
}
