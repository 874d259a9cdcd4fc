#pragma once

#include <stdint.h>

#include "base/hash.h"
#include "base/record.h"

/**
 * Which of several destinations a flow record goes to. Rendezvous hashing: each destination has a
 * weight of its own for each flow, and the heaviest gets it. So a flow stays where it is for its
 * whole life, and of all flows only those of a destination that goes away move, evenly to the rest
 * (Thaler and Ravishankar, "Using name-based mappings to increase hit rates").
 */

/**
 * The number of a flow, made of both endpoints and the protocol, where those have no addresses of
 * their MAC addresses and VLAN: the same in all its records, those of the other direction included. Keyed, since addresses and ports come from the wire.
 */
uint64_t balance_flow(const struct hash_key *key, const struct flow_record *record);

/** The number of a destination. */
uint64_t balance_seed(const struct hash_key *key, const char *name);

/**
 * The index of the one of @count @seeds that gets the flow. @candidates: a bit each for those that
 * may, at least one.
 */
unsigned balance_choose(uint64_t flow, const uint64_t *seeds, unsigned count, uint64_t candidates);
