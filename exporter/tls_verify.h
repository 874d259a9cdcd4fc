#pragma once

#include <glib.h>
#include <stdbool.h>

struct ssl_ctx_st;
struct x509_st;

/**
 * Have every session of @context refuse a collector that is not whom its URI names (RFC 7011 11.3):
 *
 * - with pins, its certificate or public key must be one of them; where no ca is given besides,
 *   issuer and dates then do not matter;
 * - else, or with a ca, its chain must lead to an authority and be valid now;
 * - its certificate must be for name, else for the host, by a DNS-ID or IP-ID. Common names count
 *   only where peer-cn lists them; that, or a pin alone, stands for the host, not for name.
 *
 * The session is what SSL_set_app_data() was given: a struct tls_session, whose fault then says
 * what was wrong.
 */
void tls_verify_install(struct ssl_ctx_st *context);

/** "subject CN=a, issuer CN=b": names as they stand there, with odd octets escaped, and bounded. */
char *tls_verify_describe(const struct x509_st *certificate);
