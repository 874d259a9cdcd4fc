#include "tests/unit/unit.h"

#include <openssl/ssl.h>
#include <string.h>

#include "tests/unit/tls_certificates.h"
#include "tests/unit/tls_fixture.h"

/* What must be refused, by whom and why. */
static const struct refusal {
	struct tls_peer_wish peer;
	const char *options;
	const char *reason;
	const char *detail;
} refusals[] = {
	{{.name = "stranger"}, "?ca=FOLDER/ca.pem&name=collector.example",
		"certificate is not trusted: unable to get local issuer certificate",
		"(subject CN=Collector CN, issuer CN=Other CA)"},
	{{.name = "ca"}, "?name=collector.example", "certificate is not trusted: self-signed",
		"(subject CN=Home CA, issuer CN=Home CA)"},
	{{.name = "expired"}, "?ca=FOLDER/ca.pem&name=collector.example",
		"certificate is not trusted: certificate has expired, ", " GMT (subject"},
	{{.name = "early"}, "?ca=FOLDER/ca.pem&name=collector.example",
		"certificate is not trusted: certificate is not yet valid, ", " GMT (subject"},
	{{.name = "nameless"}, "?ca=FOLDER/ca.pem&name=collector.example",
		"certificate is not for collector.example but for DNS:elsewhere.example",
		"(subject CN=collector.example, issuer CN=Home CA)"},
	{{.name = "nameless"}, "?ca=FOLDER/ca.pem", "certificate is not for 127.0.0.1", ""},
	{{.name = "collector"}, "?ca=FOLDER/ca.pem&peer-cn=Other,collector.example",
		"has no common name of those listed", "(subject CN=Collector CN, "},
	{{.name = "collector"}, "?ca=FOLDER/ca.pem&peer-cn=Collector CN&name=other.example",
		"certificate is not for other.example", ""},
	{{.name = "collector"},
		"?pin=00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"certificate is none of those pinned", "(subject CN=Collector CN, "},
	{{.trusts = "ca", .version = TLS1_2_VERSION}, "?ca=FOLDER/ca.pem",
		"the collector refused the session: alert handshake failure",
		"it asked for a certificate, and there is none (cert=)"},
	{{.trusts = "ca", .version = TLS1_3_VERSION}, "?ca=FOLDER/ca.pem",
		"the collector refused the session: alert certificate required",
		"it asked for a certificate, and there is none (cert=)"},
	{{.trusts = "ca", .version = TLS1_2_VERSION},
		"?ca=FOLDER/ca.pem&cert=FOLDER/intruder.pem&key=FOLDER/intruder.key",
		"the collector refused the session: alert unknown ca",
		"our certificate (subject CN=Intruder CN, issuer CN=Other CA)"},
	{{.trusts = "ca", .version = TLS1_3_VERSION},
		"?ca=FOLDER/ca.pem&cert=FOLDER/intruder.pem&key=FOLDER/intruder.key",
		"the collector refused the session: alert unknown ca",
		"our certificate (subject CN=Intruder CN, issuer CN=Other CA)"},
	{{.trusts = "ca"}, "?ca=FOLDER/ca.pem&cert=FOLDER/exporter.pem&key=FOLDER/intruder.key",
		"private key ", "intruder.key: key values mismatch"},
	{{.trusts = "ca"}, "?ca=FOLDER/absent.pem", "authorities ",
		"absent.pem: No such file or directory"},
	{{.trusts = "ca"}, "?ca=FOLDER/ca.pem&cert=FOLDER/ca.key", "certificate ",
		"ca.key: no start line"},
	{{.version = TLS1_1_VERSION, .ciphers = "ALL"}, "?ca=FOLDER/ca.pem",
		"the collector refused the session: ", "alert protocol version"},
	{{.version = TLS1_2_VERSION, .ciphers = "eNULL"}, "?ca=FOLDER/ca.pem",
		"the collector refused the session: ", "alert handshake failure"},
	{{.version = TLS1_2_VERSION, .ciphers = "AES128-SHA"}, "?ca=FOLDER/ca.pem",
		"the collector refused the session: ", "alert handshake failure"},
};

static void whoever_is_not_right_gets_nothing_and_is_told_in_one_line(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct tls_run *run = *state;
		g_autoptr(GError) error = NULL;

		tls_run_peer(run, &refusals[i].peer);
		assert_false(tls_run_add(run, true, refusals[i].options, &error));
		if (strstr(error->message, refusals[i].reason) == NULL ||
			strstr(error->message, refusals[i].detail) == NULL) {
			fail_msg("case %zu: '%s' lacks '%s' or '%s'", i, error->message,
				refusals[i].reason, refusals[i].detail);
		}
		assert_null(strchr(error->message, '\n'));
		assert_int_equal(run->peer.collector.messages, 0);
		assert_int_equal(run->peer.stream->len, 0);
		tls_run_again(state);
	}
}

static void pins_and_names_that_are_right_are_taken(void **state)
{
	g_autofree char *key = certificate_key_pin(tls_folder, "expired");
	g_autofree char *pinned = g_strdup_printf("?pin=%064d,%s", 0, key);
	const struct {
		const char *name;
		const char *options;
	} rights[] = {
		{"collector", "?ca=FOLDER/ca.pem"},
		{"collector", "?ca=FOLDER/ca.pem&name=collector.example"},
		{"collector", "?ca=FOLDER/ca.pem&name=127.0.0.1"},
		{"collector", "?ca=FOLDER/ca.pem&peer-cn=Other,Collector CN"},
		{"nameless", "?ca=FOLDER/ca.pem&peer-cn=collector.example"},
		{"collector", "?ca=FOLDER/collector.pem"},
		{"expired", pinned},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rights); i++) {
		struct tls_run *run = *state;

		tls_run_peer(run, &(struct tls_peer_wish){.name = rights[i].name});
		tls_run_export(run, true, rights[i].options);
		peer_records(run->exporter, 1, 100, peer_wall_us);
		assert_true(exporter_close(run->exporter, 10000, NULL));
		tls_run_records(run, 100);
		tls_run_again(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_run(whoever_is_not_right_gets_nothing_and_is_told_in_one_line),
		with_run(pins_and_names_that_are_right_are_taken),
	};

	return cmocka_run_group_tests_name(
		"whom TLS refuses", tests, tls_group_start, tls_group_stop);
}
