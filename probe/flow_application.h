#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/application.h"
#include "probe/flow_packet.h"

/** The applications of the flows of one table, by their numbers there, beside the flows: a meter
 * that recognises none has none of it. */
struct flow_applications {
	struct applications *applications; /* borrowed */
	application_slot *slots;           /* NULL: nobody asked for them, and nothing is done */
	uint32_t flows_max;
};

/** False if there is no memory, of which only what flows use is taken. */
bool flow_applications_init(
	struct flow_applications *table, struct applications *applications, uint32_t flows_max);
void flow_applications_done(struct flow_applications *table); /* all zero is fine */

/** Look at @packet, counted already, of flow @entry. */
static inline void flow_applications_packet(
	struct flow_applications *table, uint32_t entry, const struct flow_packet *packet)
{
	if (__builtin_expect(table->slots != NULL, 0)) {
		applications_packet(table->applications, &table->slots[entry], packet);
	}
}

/** Name for a record of flow @entry, @last of the flow: as applications_name(), or NULL. */
static inline const char *flow_applications_name(
	struct flow_applications *table, uint32_t entry, bool last)
{
	application_slot slot;

	if (table->slots == NULL) {
		return NULL;
	}
	slot = table->slots[entry];
	if (last) {
		slot = applications_end(table->applications, &table->slots[entry]);
	}
	return applications_name(table->applications, slot);
}
