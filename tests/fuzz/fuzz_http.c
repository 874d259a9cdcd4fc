#include <stdlib.h>
#include <string.h>

#include "probe/http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More octets never change what is decided, and only checked names come out. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[256];
	char sooner_name[256];
	enum status status = http_request_host(data, size, name);
	enum status sooner = http_request_host(data, size / 2, sooner_name);

	if ((status == STATUS_OK) != (name[0] != '\0')) {
		abort();
	}
	if (sooner != STATUS_AGAIN && (sooner != status || strcmp(name, sooner_name) != 0)) {
		abort();
	}
	if (status != STATUS_MALFORMED && !http_request_begins(data, size)) {
		abort();
	}
	(void)http_response_begins(data, size);
	return 0;
}
