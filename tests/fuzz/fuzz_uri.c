#include "exporter/uri.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth) {
		abort();
	}
}

/* What is taken is within its bounds; what is refused leaves nothing behind but its reason. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	struct uri uri;

	if (!uri_parse(text, &uri, &error)) {
		must(error != NULL && uri.host == NULL && uri.path == NULL);
		return 0;
	}
	must(error == NULL && (uri.host == NULL) != (uri.path == NULL));
	must(uri.path == NULL || (uri.path[0] != '\0' && uri.port == 0));
	must(uri.host == NULL || (uri.host[0] != '\0' && uri.port != 0));
	must(uri.domain >= URI_UNSET && uri.domain <= UINT32_MAX);
	must(uri.message_octets == URI_UNSET ||
		(uri.message_octets >= 512 && uri.message_octets <= 65535));
	must(uri.dscp >= URI_UNSET && uri.dscp < 64);
	for (char **pin = uri.pins; pin != NULL && *pin != NULL; pin++) {
		must(strlen(*pin) == 64 && strspn(*pin, "0123456789abcdef") == 64);
	}
	must(uri.pins == NULL || uri.pins[0] != NULL);
	must(uri.key == NULL || uri.cert != NULL);
	must(uri.retry_s == URI_UNSET || uri.retry_s > 0);
	uri_clear(&uri);
	return 0;
}
