#pragma once

#include "probe/meter.h"

/** True if @config can be carried out; for the errors see meter_new(). */
bool meter_config_check(const struct meter_config *config, GError **error);

/**
 * The cache whose flows are looked into: the first that tells connections apart, of all packets if
 * there is such a one; else the first.
 */
unsigned meter_config_inspecting(const struct meter_config *config);
