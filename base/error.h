#pragma once

#include <glib.h>

/** The GError domain of all code off the packet path. A message names object, value and reason. */
#define WEIR_ERROR (weir_error_quark())

enum weir_error {
	WEIR_ERROR_USAGE,  /* an option, leaf or request is wrong: programs exit with 2 */
	WEIR_ERROR_IO,     /* the operating system refused; the message carries its reason */
	WEIR_ERROR_FORMAT, /* a file or a peer sent what it must not */
	WEIR_ERROR_LIMIT,  /* a bound was reached */
	WEIR_ERROR_SYSTEM, /* something this build or this kernel lacks */
};

GQuark weir_error_quark(void);
