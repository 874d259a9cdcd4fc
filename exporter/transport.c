#include "exporter/transport.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

static const struct transport_ops *const transports[] = {
	&transport_dtls,
	&transport_file,
	&transport_json,
	&transport_tcp,
	&transport_tls,
	&transport_udp,
};

const struct transport_ops *transport_find(const char *scheme)
{
	for (size_t i = 0; i < G_N_ELEMENTS(transports); i++) {
		if (strcmp(transports[i]->scheme, scheme) == 0) {
			return transports[i];
		}
	}
	return NULL;
}

int64_t transport_now(const struct transport *transport)
{
	const struct export_clock *clock = transport->config.clock;

	return clock->monotonic_us(clock->context);
}

void transport_explain(struct transport *transport, const char *reason)
{
	g_clear_error(&transport->error);
	transport->error = g_error_new_literal(WEIR_ERROR, WEIR_ERROR_IO, reason);
}

void transport_fail(struct transport *transport, int code, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	g_clear_error(&transport->error);
	transport->error = g_error_new(WEIR_ERROR, WEIR_ERROR_IO, "%s: %s", what,
		code == 0 ? "no reason given" : g_strerror(code));
}
