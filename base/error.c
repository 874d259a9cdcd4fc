#include "base/error.h"

GQuark weir_error_quark(void)
{
	return g_quark_from_static_string("weir-error");
}
