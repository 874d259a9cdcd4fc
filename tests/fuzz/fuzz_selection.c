#include "probe/selection_check.h"
#include "probe/selection_text.h"
#include "probe/selector.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth) {
		abort();
	}
}

/* A chain that is taken is within its bounds, and can be run over a packet. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t ip[] = {0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198,
		51, 100, 2, 3, 232, 7, 208, 0, 8, 0, 0};
	struct flow_packet flow = {.octets = sizeof(ip),
		.ttl = 64,
		.transport = FLOW_TRANSPORT_PORTS,
		.key = {.ip_version = 4, .protocol = 17, .port = {1000, 2000}}};
	struct selector_packet packet = {.flow = &flow, .ip = ip, .ip_octets = sizeof(ip)};
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	struct selection_spec spec;
	struct selection selection;

	if (!selection_text_parse(text, &spec, &error)) {
		must(error != NULL);
		return 0;
	}
	must(error == NULL && spec.count > 0 && selection_check(&spec, NULL));
	selection_init(&selection, &spec, 1);
	for (unsigned i = 0; i < 3; i++) {
		flow.time_us = (int64_t)i * 1000000;
		(void)selection_take(&selection, &packet);
	}
	must(selection.selectors[0].counters.packets_observed == 3);
	return 0;
}
