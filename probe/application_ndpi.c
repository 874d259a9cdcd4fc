/* Recognising applications with nDPI: all that knows the library. */
#include <malloc.h>
#include <ndpi_main.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "probe/application_engine.h"

struct application_engine {
	struct ndpi_detection_module_struct *module;
	size_t heap_base; /* what the module itself holds */
};

/* The library has one allocator for the whole process; this is what goes through it. */
static size_t heap_octets;

static void *counted_malloc(size_t octets)
{
	void *p = malloc(octets);

	heap_octets += p != NULL ? malloc_usable_size(p) : 0;
	return p;
}

static void counted_free(void *p)
{
	size_t octets = p != NULL ? malloc_usable_size(p) : 0;

	heap_octets -= octets < heap_octets ? octets : heap_octets;
	free(p);
}

bool application_engine_available(void)
{
	return true;
}

struct application_engine *application_engine_new(GError **error)
{
	struct application_engine *engine = g_new0(struct application_engine, 1);
	NDPI_PROTOCOL_BITMASK all;

	set_ndpi_malloc(counted_malloc);
	set_ndpi_free(counted_free);
	set_ndpi_flow_malloc(counted_malloc);
	set_ndpi_flow_free(counted_free);
	/* Lists of addresses only serve guesses, which are not wanted. */
	engine->module = ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
	if (engine->module == NULL) {
		g_set_error_literal(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
			"--applications: nDPI does not start for want of memory");
		g_free(engine);
		return NULL;
	}
	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(engine->module, &all);
	ndpi_finalize_initialization(engine->module);
	engine->heap_base = heap_octets;
	return engine;
}

void application_engine_free(struct application_engine *engine)
{
	if (engine != NULL) {
		ndpi_exit_detection_module(engine->module);
		g_free(engine);
	}
}

size_t application_engine_state_octets(void)
{
	return sizeof(struct ndpi_flow_struct);
}

size_t application_engine_heap(const struct application_engine *engine)
{
	return heap_octets > engine->heap_base ? heap_octets - engine->heap_base : 0;
}

static bool is_seen(const struct ndpi_flow_struct *flow)
{
	return flow->confidence == NDPI_CONFIDENCE_DPI ||
	       flow->confidence == NDPI_CONFIDENCE_DPI_CACHE;
}

static uint32_t found_of(const ndpi_protocol *protocol)
{
	return (uint32_t)protocol->master_protocol << 16 | protocol->app_protocol;
}

bool application_engine_packet(struct application_engine *engine, void *state,
	const uint8_t *packet, uint16_t octets, int64_t now_us)
{
	struct ndpi_flow_struct *flow = state;
	ndpi_protocol found = ndpi_detection_process_packet(
		engine->module, flow, packet, octets, (uint64_t)now_us / 1000);

	if (found.app_protocol == NDPI_PROTOCOL_UNKNOWN || !is_seen(flow)) {
		return false;
	}
	/* With both parts of the name it is complete; what else the library would look for, such as
	 * certificates, names nothing. */
	return found.master_protocol != NDPI_PROTOCOL_UNKNOWN ||
	       !ndpi_extra_dissection_possible(engine->module, flow);
}

uint32_t application_engine_found(const struct application_engine *engine, const void *state)
{
	const struct ndpi_flow_struct *flow = state;
	ndpi_protocol found = {.app_protocol = flow->detected_protocol_stack[0],
		.master_protocol = flow->detected_protocol_stack[1]};

	return is_seen(flow) ? found_of(&found) : 0;
}

uint32_t application_engine_conclude(struct application_engine *engine, void *state)
{
	struct ndpi_flow_struct *flow = state;
	uint8_t guessed = 0;
	ndpi_protocol found = ndpi_detection_giveup(engine->module, flow, 0, &guessed);
	uint32_t number = is_seen(flow) ? found_of(&found) : 0;

	ndpi_free_flow_data(flow);
	memset(flow, 0, sizeof(*flow));
	return number;
}

void application_engine_name(
	const struct application_engine *engine, uint32_t found, char *ret, size_t octets)
{
	ndpi_protocol protocol = {
		.master_protocol = (uint16_t)(found >> 16), .app_protocol = (uint16_t)found};

	(void)ndpi_protocol2name(engine->module, protocol, ret, (unsigned)octets);
}
