#include "probe/dhcp6.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct dhcp6_value *value, const uint8_t *data, size_t size)
{
	if (value->octets != NULL &&
		(value->octets < data || value->octets + value->n > data + size)) {
		abort();
	}
}

/* What is borrowed lies within the message. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcp6_message message;

	if (dhcp6_read(data, size, &message) != STATUS_OK) {
		return 0;
	}
	check(&message.domain_name, data, size);
	check(&message.vendor_class, data, size);
	if (message.address_count > DHCP6_ADDRESSES_MAX) {
		abort();
	}
	return 0;
}
