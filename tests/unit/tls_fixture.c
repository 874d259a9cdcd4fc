#include "tests/unit/tls_fixture.h"

#include "tests/unit/unit.h"

#include "tests/unit/tls_certificates.h"

char *tls_folder;

static const struct certificate certificates[] = {
	{"ca", "Home CA", NULL, NULL, 0, 30},
	{"other-ca", "Other CA", NULL, NULL, 0, 30},
	{"collector", "Collector CN", "DNS:collector.example,IP:127.0.0.1", "ca", 0, 20},
	{"nameless", "collector.example", "DNS:elsewhere.example", "ca", 0, 20},
	{"expired", "Collector CN", "DNS:collector.example", "ca", -20, -1},
	{"early", "Collector CN", "DNS:collector.example", "ca", 5, 20},
	{"stranger", "Collector CN", "DNS:collector.example", "other-ca", 0, 20},
	{"exporter", "Exporter CN", "DNS:exporter.example", "ca", 0, 20},
	{"intruder", "Intruder CN", "DNS:exporter.example", "other-ca", 0, 20},
};

int tls_group_start(void **state)
{
	tls_folder = g_dir_make_tmp("weir-tls-XXXXXX", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(certificates); i++) {
		certificate_make(tls_folder, &certificates[i]);
	}
	return 0;
}

int tls_group_stop(void **state)
{
	certificates_remove(tls_folder);
	g_free(tls_folder);
	return 0;
}

int tls_run_start(void **state)
{
	struct tls_run *run = g_new0(struct tls_run, 1);

	peer_clock_reset();
	g_random_set_seed(1);
	*state = run;
	return 0;
}

int tls_run_stop(void **state)
{
	struct tls_run *run = *state;

	exporter_free(run->exporter);
	if (run->open) {
		tls_peer_close(&run->peer);
	}
	g_free(run);
	return 0;
}

void tls_run_peer(struct tls_run *run, const struct tls_peer_wish *wish)
{
	struct tls_peer_wish here = *wish;

	here.folder = tls_folder;
	if (here.name == NULL) {
		here.name = "collector";
	}
	tls_peer_open(&run->peer, &here);
	run->open = true;
}

bool tls_run_add(struct tls_run *run, bool lossless, const char *options, GError **error)
{
	struct export_config config = {.observation_domain = 1,
		.lossless = lossless,
		.clock = run->real_time ? NULL : &peer_clock};
	g_auto(GStrv) parts = g_strsplit(options, "FOLDER", -1);
	g_autofree char *filled = g_strjoinv(tls_folder, parts);
	g_autofree char *uri = g_strdup_printf(
		"%s:127.0.0.1:%u%s", run->peer.datagram ? "dtls" : "tls", run->peer.port, filled);

	run->exporter = exporter_new(&config, NULL);
	return exporter_add(run->exporter, uri, error);
}

void tls_run_export(struct tls_run *run, bool lossless, const char *options)
{
	g_autoptr(GError) error = NULL;

	if (!tls_run_add(run, lossless, options, &error)) {
		fail_msg("%s", error->message);
	}
}

static bool has_sessions(void *data)
{
	struct tls_run *run = data;

	return run->peer.sessions == run->sessions &&
	       peer_counters(run->exporter).connects == run->sessions;
}

static bool has_records(void *data)
{
	struct tls_run *run = data;

	return run->peer.collector.ids->len >= run->records;
}

static bool has_refusal(void *data)
{
	return ((struct tls_run *)data)->peer.refusals > 0;
}

static bool has_end(void *data)
{
	return ((struct tls_run *)data)->peer.ends > 0;
}

void tls_run_sessions(struct tls_run *run, unsigned sessions)
{
	run->sessions = sessions;
	peer_until(has_sessions, run);
}

void tls_run_records(struct tls_run *run, guint records)
{
	run->records = records;
	peer_until(has_records, run);
}

void tls_run_refusal(struct tls_run *run)
{
	peer_until(has_refusal, run);
}

void tls_run_end(struct tls_run *run)
{
	peer_until(has_end, run);
}

void tls_run_again(void **state)
{
	(void)tls_run_stop(state);
	(void)tls_run_start(state);
}

void tls_run_renew(const char *issuer)
{
	certificate_make(tls_folder, &(struct certificate){"renewed", "Renewed CN",
					     "DNS:exporter.example", issuer, 0, 20});
}
