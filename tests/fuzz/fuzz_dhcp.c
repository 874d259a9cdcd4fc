#include "probe/dhcp.h"

#include <stdlib.h>
#include <string.h>

#include "probe/name_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool taken, const char *text)
{
	if (taken != (text[0] != '\0') ||
		(taken && !name_text_is_valid((const uint8_t *)text, strlen(text)))) {
		abort();
	}
}

/* Texts that are taken can be shown; those that are not are "". */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcp_message message;
	char text[256];
	bool taken;

	if (dhcp_read(data, size, &message) != STATUS_OK) {
		return 0;
	}
	taken = dhcp_value_text(&message.host_name, text);
	check(taken, text);
	taken = dhcp_value_text(&message.vendor_class, text);
	check(taken, text);
	taken = dhcp_domain_name_text(&message.domain_name, text);
	check(taken, text);
	return 0;
}
