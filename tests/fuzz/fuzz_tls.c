#include <stdlib.h>
#include <string.h>

#include "probe/tls_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More octets never change what is decided, and only checked names come out. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[256];
	char sooner_name[256];
	enum status status = tls_hello_name(data, size, name);
	enum status sooner = tls_hello_name(data, size / 2, sooner_name);

	if ((status == STATUS_OK) != (name[0] != '\0')) {
		abort();
	}
	if (sooner != STATUS_AGAIN && (sooner != status || strcmp(name, sooner_name) != 0)) {
		abort();
	}
	if (status != STATUS_MALFORMED && !tls_hello_begins(data, size)) {
		abort();
	}
	(void)tls_hello_is_server(data, size);
	status = tls_hello_name_bare(data, size, name);
	if ((status == STATUS_OK) != (name[0] != '\0')) {
		abort();
	}
	return 0;
}
