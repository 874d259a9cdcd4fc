#pragma once

#include <glib.h>
#include <stdbool.h>

#include "tests/unit/tls_peer.h"

/** Options of a destination that has a certificate that collectors trust. */
#define MUTUAL "?ca=FOLDER/ca.pem&cert=FOLDER/exporter.pem&key=FOLDER/exporter.key"

/** A collector and an exporter with a destination there. */
struct tls_run {
	struct tls_peer peer;
	bool open;
	struct exporter *exporter;
	bool real_time;    /* the exporter has the system's clock, not the test's */
	unsigned sessions; /* awaited */
	guint records;     /* awaited */
};

/** Folder of the certificates, made once for a group of tests. */
extern char *tls_folder;
int tls_group_start(void **state);
int tls_group_stop(void **state);
int tls_run_start(void **state);
int tls_run_stop(void **state);

/** Stop, and start anew. */
void tls_run_again(void **state);

/** The collector; its folder need not be given, its name is "collector" if none is. */
void tls_run_peer(struct tls_run *run, const struct tls_peer_wish *wish);

/** Every FOLDER in @options stands for that of the certificates. */
bool tls_run_add(struct tls_run *run, bool lossless, const char *options, GError **error);
void tls_run_export(struct tls_run *run, bool lossless, const char *options);

/** Wait until so many handshakes went well, or so many records came, since the start. */
void tls_run_sessions(struct tls_run *run, unsigned sessions);
void tls_run_records(struct tls_run *run, guint records);

/** Wait until the collector has refused us, or until our farewell has come. */
void tls_run_refusal(struct tls_run *run);
void tls_run_end(struct tls_run *run);

/** A new certificate of ours under the name "renewed", and its use. */
void tls_run_renew(const char *issuer);
#define RENEWED "?ca=FOLDER/ca.pem&cert=FOLDER/renewed.pem&key=FOLDER/renewed.key&flush=0"

/** A test with such a run as its state. */
#define with_run(name) cmocka_unit_test_setup_teardown(name, tls_run_start, tls_run_stop)
