#include "tests/unit/unit.h"

#include "exporter/uri.h"

#include <string.h>

#include "base/error.h"

static const struct {
	const char *text;
	const char *host; /* NULL: has a path */
	uint16_t port;
	const char *path;
} good[] = {
	{"file:/tmp/a.ipfix", NULL, 0, "/tmp/a.ipfix"},
	{"file:-", NULL, 0, "-"},
	{"file:a%3Fb%25c", NULL, 0, "a?b%c"},
	{"file:a%3fb", NULL, 0, "a?b"},
	{"file:a&b=c", NULL, 0, "a&b=c"},
	{"json:-", NULL, 0, "-"},
	{"json:out:put.json", NULL, 0, "out:put.json"},
	{"udp:192.0.2.1", "192.0.2.1", 4739, NULL},
	{"udp:192.0.2.1:9995", "192.0.2.1", 9995, NULL},
	{"tcp:[2001:db8::1]", "2001:db8::1", 4739, NULL},
	{"tcp:[2001:db8::1]:1", "2001:db8::1", 1, NULL},
	{"tcp:[fe80::1%eth0]:65535", "fe80::1%eth0", 65535, NULL},
	{"tcp:collector.example.net:4740", "collector.example.net", 4740, NULL},
	{"udp:localhost", "localhost", 4739, NULL},
	{"tls:collector.example.net", "collector.example.net", 4740, NULL},
	{"dtls:[2001:db8::1]", "2001:db8::1", 4740, NULL},
};

static void uri_takes_every_form_of_destination(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autoptr(GError) error = NULL;
		struct uri uri;

		if (!uri_parse(good[i].text, &uri, &error)) {
			fail_msg("%s", error->message);
		}
		assert_int_equal(uri.port, good[i].port);
		if (good[i].host != NULL) {
			assert_string_equal(uri.host, good[i].host);
			assert_null(uri.path);
		} else {
			assert_string_equal(uri.path, good[i].path);
			assert_null(uri.host);
		}
		assert_true(g_str_has_prefix(good[i].text, uri.scheme));
		assert_int_equal(uri.rate, URI_UNSET);
		uri_clear(&uri);
	}
}

static void uri_takes_every_option(void **state)
{
	struct uri uri;

	assert_true(uri_parse("udp:localhost:1?profile=full&domain=4294967295&message-octets=512"
			      "&refresh=0&refresh-messages=7&rate=1000&retry=5&queue-octets=65536"
			      "&source=::1&dscp=63&sndbuf=4096&flush=0",
		&uri, NULL));
	assert_string_equal(uri.profile, "full");
	assert_string_equal(uri.source, "::1");
	assert_int_equal(uri.domain, UINT32_MAX);
	assert_int_equal(uri.message_octets, 512);
	assert_int_equal(uri.refresh_s, 0);
	assert_int_equal(uri.refresh_messages, 7);
	assert_int_equal(uri.rate, 1000);
	assert_int_equal(uri.retry_s, 5);
	assert_int_equal(uri.queue_octets, 65536);
	assert_int_equal(uri.dscp, 63);
	assert_int_equal(uri.sndbuf, 4096);
	assert_int_equal(uri.flush_s, 0);
	uri_clear(&uri);
	assert_null(uri.profile);
	assert_true(uri_parse(
		"tcp:localhost?interface=br-lan&keepalive=0&user-timeout=86400", &uri, NULL));
	assert_string_equal(uri.interface, "br-lan");
	assert_int_equal(uri.keepalive_s, 0);
	assert_int_equal(uri.user_timeout_s, 86400);
	uri_clear(&uri);
	assert_null(uri.interface);
}

#define PIN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void uri_takes_what_secures_a_destination(void **state)
{
	struct uri uri;

	assert_true(uri_parse("dtls:h?ca=/etc/a%26b.pem&cert=c.pem&key=k.pem&name=2001:db8::1"
			      "&pin=" PIN ",01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:"
			      "45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF"
			      "&peer-cn=Flow%2C Inc.,two&renew=7&refresh=5",
		&uri, NULL));
	assert_string_equal(uri.ca, "/etc/a&b.pem");
	assert_string_equal(uri.cert, "c.pem");
	assert_string_equal(uri.key, "k.pem");
	assert_string_equal(uri.name, "2001:db8::1");
	assert_int_equal(g_strv_length(uri.pins), 2);
	assert_string_equal(uri.pins[0], PIN);
	assert_string_equal(uri.pins[1], PIN);
	assert_int_equal(g_strv_length(uri.peer_cns), 2);
	assert_string_equal(uri.peer_cns[0], "Flow, Inc.");
	assert_string_equal(uri.peer_cns[1], "two");
	assert_int_equal(uri.renew_s, 7);
	assert_int_equal(uri.refresh_s, 5);
	uri_clear(&uri);
	assert_null(uri.ca);
	assert_null(uri.pins);
	assert_null(uri.peer_cns);
}

static const struct {
	const char *text;
	const char *part; /* of the message */
} bad[] = {
	{"", "must begin with"},
	{"udp", "must begin with"},
	{"UDP:host", "must begin with"},
	{"sctp:host", "must begin with"},
	{"ud:host", "must begin with"},
	{"file:", "the path is missing"},
	{"file:?profile=full", "the path is missing"},
	{"json:", "the path is missing"},
	{"file:a%", "two hexadecimal digits"},
	{"file:a%4", "two hexadecimal digits"},
	{"file:a%zz", "two hexadecimal digits"},
	{"file:a%00b", "two hexadecimal digits"},
	{"udp:", "the host is missing"},
	{"udp::4739", "the host is missing"},
	{"udp:[]:4739", "the host is missing"},
	{"udp:host:", "port must be"},
	{"udp:host:0", "port must be"},
	{"udp:host:65536", "port must be"},
	{"udp:host:+1", "port must be"},
	{"udp:host:1x", "port must be"},
	{"tcp:[::1", "bracket is not closed"},
	{"tcp:[::1]x", "port must be"},
	{"tcp:2001:db8::1", "must stand in brackets"},
	{"tcp:[192.0.2.1]", "neither an address nor a name"},
	{"tcp:[fe80::1%]", "neither an address nor a name"},
	{"tcp:192.0.2.256", "neither an address nor a name"},
	{"tcp:a b", "neither an address nor a name"},
	{"tcp:-a", "neither an address nor a name"},
	{"tcp:h?", "option '' must have the form"},
	{"tcp:h?domain", "option 'domain' must have the form"},
	{"tcp:h?colour=red", "tcp: has no option 'colour'"},
	{"tcp:h?=1", "tcp: has no option ''"},
	{"tcp:h?domain=1&", "option '' must have the form"},
	{"tcp:h?domain=", "option domain=: it must be a number from 0 to 4294967295"},
	{"tcp:h?domain=4294967296", "option domain=4294967296: it must be a number"},
	{"tcp:h?domain=99999999999999999999999999", "it must be a number"},
	{"tcp:h?domain=-1", "it must be a number"},
	{"tcp:h?domain=1&domain=1", "option domain=1: it is given twice"},
	{"tcp:h?cache=", "it must not be empty"},
	{"json:-?cache=a&cache=b", "it is given twice"},
	{"tcp:h?profile=", "it must not be empty"},
	{"tcp:h?ca=a", "tcp: has no option 'ca'"},
	{"tls:h?renew=1", "tls: has no option 'renew'"},
	{"dtls:h?keepalive=1", "dtls: has no option 'keepalive'"},
	{"tls:h?ca=", "it must not be empty"},
	{"tls:h?ca=a%2", "two hexadecimal digits must follow"},
	{"tls:h?ca=a&ca=b", "option ca=b: it is given twice"},
	{"tls:h?key=a", "option key: there is no cert"},
	{"tls:h?name=a b", "it must be a name or an address"},
	{"tls:h?pin=", "it must not be empty"},
	{"tls:h?pin=abc", "each must be a SHA-256"},
	{"tls:h?pin=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg",
		"each must be a SHA-256"},
	{"tls:h?pin=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,",
		"each must be a SHA-256"},
	{"tls:h?peer-cn=a,,b", "it must not be empty"},
	{"tls:h?peer-cn=a&peer-cn=b", "option peer-cn=b: it is given twice"},
	{"tcp:h?interface=", "it must not be empty"},
	{"tcp:h?interface=a/b", "it must be the name of an interface"},
	{"tcp:h?interface=a234567890123456", "it must be the name of an interface"},
	{"udp:h?keepalive=1", "udp: has no option 'keepalive'"},
	{"udp:h?user-timeout=1", "udp: has no option 'user-timeout'"},
	{"tcp:h?profile=a&profile=b", "it is given twice"},
	{"tcp:h?spool=", "it must not be empty"},
	{"tcp:h?window=1", "need spool=DIR"},
	{"tcp:h?replay-rate=1", "need spool=DIR"},
	{"tcp:h?spool-octets=300000", "need spool=DIR"},
	{"tcp:h?spool-sync=file", "need spool=DIR"},
	{"tcp:h?spool=/s&spool-sync=often", "spool-sync must be file, message or never"},
	{"tcp:h?spool=/s&spool-octets=1000", "from 262144 to"},
	{"tcp:h?spool=/s&window=0", "from 1 to 65536"},
	{"udp:h?spool=/s", "udp: has no option 'spool'"},
	{"tcp:h?source=h", "it must be an IPv4 or IPv6 address"},
	{"tcp:h?message-octets=511", "from 512 to 65535"},
	{"tcp:h?message-octets=65536", "from 512 to 65535"},
	{"tcp:h?retry=0", "from 1 to 86400"},
	{"tcp:h?dscp=64", "from 0 to 63"},
	{"tcp:h?refresh=1", "tcp: has no option 'refresh'"},
	{"file:a?rate=1", "file: has no option 'rate'"},
	{"json:a?profile=full", "json: has no option 'profile'"},
};

static void uri_refuses_with_destination_value_and_reason(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *name = g_strdup_printf("'%s'", bad[i].text);
		struct uri uri;

		if (uri_parse(bad[i].text, &uri, &error)) {
			fail_msg("%s was taken", bad[i].text);
		}
		assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
		if (strstr(error->message, bad[i].part) == NULL ||
			strstr(error->message, name) == NULL) {
			fail_msg("%s: %s", bad[i].text, error->message);
		}
		assert_null(uri.host);
		assert_null(uri.path);
		assert_null(uri.profile);
		assert_null(uri.source);
	}
}

static void uri_refuses_what_is_too_long(void **state)
{
	g_autofree char *tail = g_strnfill(URI_OCTETS_MAX, 'a');
	g_autofree char *text = g_strconcat("file:", tail, NULL);
	g_autoptr(GError) error = NULL;
	struct uri uri;

	assert_false(uri_parse(text, &uri, &error));
	assert_non_null(strstr(error->message, "longer than"));
	text[URI_OCTETS_MAX] = '\0';
	assert_true(uri_parse(text, &uri, NULL));
	uri_clear(&uri);
}

static void way_of_sending_says_nothing_of_what_is_sent(void **state)
{
	struct uri one;
	struct uri other;

	assert_true(uri_parse("tcp:192.0.2.1?rate=1000&retry=7&sndbuf=8192", &one, NULL));
	assert_true(uri_parse(
		"udp:192.0.2.2?message-octets=512&dscp=3&source=192.0.2.9", &other, NULL));
	assert_true(uri_says_the_same(&one, &other));
	uri_clear(&one);
	uri_clear(&other);
}

static void what_a_collector_may_know_says_what_is_sent(void **state)
{
	static const char *const options[] = {"addresses=all", "cache=a", "except=5",
		"far-names=drop", "macs=hash", "names=keep", "only=5", "ports=coarse",
		"privacy-key=/k", "times=60"};
	struct uri plain;

	assert_true(uri_parse("tcp:192.0.2.1", &plain, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		g_autofree char *text = g_strdup_printf("tcp:192.0.2.2?%s", options[i]);
		struct uri other;

		assert_true(uri_parse(text, &other, NULL));
		assert_false(uri_says_the_same(&plain, &other));
		assert_false(uri_says_the_same(&other, &plain));
		assert_true(uri_says_the_same(&other, &other));
		uri_clear(&other);
	}
	uri_clear(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uri_takes_every_form_of_destination),
		cmocka_unit_test(uri_takes_every_option),
		cmocka_unit_test(uri_takes_what_secures_a_destination),
		cmocka_unit_test(uri_refuses_with_destination_value_and_reason),
		cmocka_unit_test(uri_refuses_what_is_too_long),
		cmocka_unit_test(way_of_sending_says_nothing_of_what_is_sent),
		cmocka_unit_test(what_a_collector_may_know_says_what_is_sent),
	};

	return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
