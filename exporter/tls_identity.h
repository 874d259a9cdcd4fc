#pragma once

#include <glib.h>
#include <stdbool.h>

#include "exporter/uri.h"

struct ssl_ctx_st;

/**
 * What one TLS or DTLS destination shows of itself and whom it trusts: its certificate, its key and
 * the authorities, read from the files that its URI names.
 */
struct tls_identity;

/** @uri must stay. Reads nothing yet. */
struct tls_identity *tls_identity_new(const struct uri *uri);
void tls_identity_free(struct tls_identity *identity); /* NULL is fine */

/**
 * What a new session needs, made of the files as they are now; stays the identity's. Files that
 * have changed into something that cannot be used are not taken while there are older ones: that is
 * a warning in the log. NULL with @error naming file and reason when nothing usable was ever read.
 * Costs a stat() of each file while none has changed.
 */
struct ssl_ctx_st *tls_identity_context(struct tls_identity *identity, GError **error);

/** The same without a look at the files: what was made last; NULL if nothing ever was. */
struct ssl_ctx_st *tls_identity_current(const struct tls_identity *identity);

/** Look at the files now; true if they have changed and were taken. */
bool tls_identity_renewed(struct tls_identity *identity);
