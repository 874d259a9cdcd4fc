#include "probe/neighbour.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first octet chooses: ARP or neighbour discovery. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct neighbour_arp arp;
	struct neighbour_discovery nd;

	if (size == 0) {
		return 0;
	}
	if ((data[0] & 1) == 0) {
		(void)neighbour_arp_read(data + 1, size - 1, &arp);
		return 0;
	}
	if (neighbour_discovery_read(data + 1, size - 1, &nd) != STATUS_OK) {
		return 0;
	}
	if (nd.prefix_count > NEIGHBOUR_PREFIXES_MAX || nd.type < 133 || nd.type > 136) {
		abort();
	}
	for (unsigned i = 0; i < nd.prefix_count; i++) {
		if (nd.prefixes[i].length > 128) {
			abort();
		}
	}
	return 0;
}
