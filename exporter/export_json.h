#pragma once

#include "base/rpc_json.h"
#include "exporter/export.h"

/**
 * What weir-export answers: export.status, the state of each destination as an array "destinations" in
 * the order in which they were given.
 */
extern const struct rpc_method export_methods[];
extern const size_t export_method_count;
