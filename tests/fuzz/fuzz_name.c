#include "base/name.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is accepted is terminated, and is its own spelling. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[256];
	char again[256];

	if (!name_hostname_normalise(data, size, name)) {
		if (name[0] != '\0') {
			abort();
		}
		return 0;
	}
	if (!name_hostname_normalise((const uint8_t *)name, strlen(name), again) ||
		strcmp(name, again) != 0) {
		abort();
	}
	return 0;
}
