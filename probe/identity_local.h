#pragma once

#include "probe/dns.h"
#include "probe/identity_private.h"

/* Shared by the readers of what devices say about themselves on the link. Include nowhere else. */
#define LOCAL_RECORDS_MAX 256 /* of one message; those beyond are not looked at */
#define LOCAL_HOSTS_MAX   4

struct local_message {
	struct identity *identity;
	const struct inspect_input *input;
	struct device *device; /* the sender */
	enum device_name which;
	struct dns_reader records; /* behind the questions */
	bool looked;               /* for a text of a service */
	unsigned host_count;
	struct dns_name hosts[LOCAL_HOSTS_MAX]; /* names that have an address of the sender's */
};

typedef void (*local_visitor)(struct local_message *m, const struct dns_record *record);

/** Visit the records up to the first that is malformed, whose status is returned. */
enum status local_visit(struct local_message *m, local_visitor visitor);

/** The sender goes by @name, or with a TTL of 0 no longer does. */
void local_name_put(struct local_message *m, const char *name, uint32_t ttl_s);

/** A visitor, after the hosts are known: a service of the sender's whose name its user gave. */
void local_service(struct local_message *m, const struct dns_record *record);
