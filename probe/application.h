#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "probe/flow_packet.h"

/**
 * Which application a flow is of, told by the payload of its first packets. One for each metering
 * process; NULL when nobody asked, since it costs more than all the rest. What looks is a library
 * of its own (application_engine.h), which a build may lack.
 */
struct applications;

#define APPLICATION_NAME_MAX    63   /* octets */
#define APPLICATION_STATES      4096 /* flows looked into at once, where nobody says otherwise */
#define APPLICATION_TCP_PACKETS 32   /* with payload, of one flow; then what is found is all */
#define APPLICATION_UDP_PACKETS 24
#define APPLICATION_HEAP_MAX    (16U << 20) /* octets that the library may hold for all states */

/**
 * What is known of a flow: kept by whoever keeps the flow, 0 when it begins. Everything else is
 * this module's.
 */
typedef uint32_t application_slot;

struct application_counters {
	uint64_t flows;      /* looked into */
	uint64_t recognised; /* of these, and done */
	uint64_t unknown; /* nothing was found in as many packets as are looked at, or there are */
	uint64_t evicted; /* had to make room for others, what was found by then was kept */
};

/** True if this build can look into flows. */
bool applications_available(void);

/**
 * @states: how many flows may be looked into at once (0: APPLICATION_STATES); above, the one
 * without packets for longest is given up and counted. Takes about 8 MB for the library's tables
 * and applications_state_octets() for each state as they come to be used. To be called before
 * privileges are given up: the library reads files as it starts, and never later. Fails with
 * WEIR_ERROR_USAGE if the build has no such library.
 */
struct applications *applications_new(uint32_t states, GError **error);
void applications_free(struct applications *applications); /* NULL is fine; after all slots */

/** Octets of one state, without what the library allocates for it. */
size_t applications_state_octets(const struct applications *applications);

/**
 * Look at @packet of the flow whose slot is @slot; the slot stays where it is until
 * applications_end(). At most its captured octets are read, during the call. Cost: some
 * microseconds for the first packets with payload of each direction, nothing once the flow is decided.
 */
void applications_packet(struct applications *applications, application_slot *slot,
	const struct flow_packet *packet);

/**
 * Name of the application, as far as is known: "DNS", or "TLS.Netflix" for what runs over what; ""
 * if unknown. UTF-8; valid until the next call.
 */
const char *applications_name(struct applications *applications, application_slot slot);

/** The flow has ended: decide with what was seen. applications_name() still works with the value
 * that is returned; @slot is 0 again. */
application_slot applications_end(struct applications *applications, application_slot *slot);

/** As if the flows of these slots had not been: to be called before their memory goes. Cost:
 * O(states). */
void applications_forget(
	struct applications *applications, const application_slot *slots, size_t count);

/** A snapshot of the totals since applications_new(). */
void applications_counters(
	const struct applications *applications, struct application_counters *ret_counters);
