#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What application.c asks of a library that recognises applications; the only way to it. Either
 * application_ndpi.c or, in a build without it, application_none.c.
 */
struct application_engine;

#define APPLICATION_ENGINE_SLACK     256 /* octets */
#define APPLICATION_ENGINE_FOUND_MAX (UINT32_C(1) << 30)

/** False: there is no engine in this build, and application_engine_new() always fails. */
bool application_engine_available(void);

/** Allocates; reads files. Fails with WEIR_ERROR_USAGE or WEIR_ERROR_LIMIT. */
struct application_engine *application_engine_new(GError **error);
void application_engine_free(struct application_engine *engine); /* NULL is fine */

/** Size of the state of one flow, which is all zero before the first packet. */
size_t application_engine_state_octets(void);

/** Octets that all states together have allocated. */
size_t application_engine_heap(const struct application_engine *engine);

/**
 * Look at one IP packet: its header without options and its payload, both whole, in @octets. Memory
 * behind these must be readable for APPLICATION_ENGINE_SLACK octets, and aligned for 64-bit words.
 * True: more packets would tell nothing more. No system calls but for memory.
 */
bool application_engine_packet(struct application_engine *engine, void *state,
	const uint8_t *packet, uint16_t octets, int64_t now_us);

/** What is found so far: a number for application_engine_name(), below
 * APPLICATION_ENGINE_FOUND_MAX; 0: nothing. Guesses by port or address do not count. */
uint32_t application_engine_found(const struct application_engine *engine, const void *state);

/** Draw conclusions from what was seen, as application_engine_found(), and clear the state. */
uint32_t application_engine_conclude(struct application_engine *engine, void *state);

/** Write the name of what was found to @ret, @octets large and terminated. */
void application_engine_name(
	const struct application_engine *engine, uint32_t found, char *ret, size_t octets);
