#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/selection.h"

/**
 * True if @spec can be carried out and says something: numbers within their bounds, ranges ascending,
 * apart and within the output of their function, no field matched twice. Fails with
 * WEIR_ERROR_USAGE naming selector, value and reason. A probability of 0 selects nothing and is
 * right.
 */
bool selection_check(const struct selection_spec *spec, GError **error);
