#include "probe/ssdp.h"

#include <stdlib.h>
#include <string.h>

#include "probe/name_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A product can be shown, and stands in the message as it is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char product[256];
	bool read = ssdp_read(data, size, product) == STATUS_OK;

	if (read != (product[0] != '\0')) {
		abort();
	}
	if (read && (!name_text_is_valid((const uint8_t *)product, strlen(product)) ||
			    memmem(data, size, product, strlen(product)) == NULL)) {
		abort();
	}
	return 0;
}
