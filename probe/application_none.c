/* Builds without a library that recognises applications. */
#include "base/error.h"
#include "probe/application_engine.h"

bool application_engine_available(void)
{
	return false;
}

struct application_engine *application_engine_new(GError **error)
{
	g_set_error_literal(error, WEIR_ERROR, WEIR_ERROR_USAGE,
		"--applications: this program was built without nDPI, which recognises them");
	return NULL;
}

void application_engine_free(struct application_engine *engine)
{
}

size_t application_engine_state_octets(void)
{
	return 0;
}

size_t application_engine_heap(const struct application_engine *engine)
{
	return 0;
}

bool application_engine_packet(struct application_engine *engine, void *state,
	const uint8_t *packet, uint16_t octets, int64_t now_us)
{
	return true;
}

uint32_t application_engine_found(const struct application_engine *engine, const void *state)
{
	return 0;
}

uint32_t application_engine_conclude(struct application_engine *engine, void *state)
{
	return 0;
}

void application_engine_name(
	const struct application_engine *engine, uint32_t found, char *ret, size_t octets)
{
	ret[0] = '\0';
}
