#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "probe/http_request.h"

static char name[256];

/* In memory of exactly @n octets, so that a read past it is seen. */
static enum status host_of(const char *text, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	enum status status;

	assert_non_null(copy);
	memcpy(copy, text, n);
	status = http_request_host(copy, n, name);
	free(copy);
	return status;
}

struct row {
	const char *request;
	const char *host; /* NULL: none */
	enum status status;
};

static const struct row rows[] = {
	{"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n", "www.example.com", STATUS_OK},
	{"GET / HTTP/1.1\r\nhOsT:WWW.Example.com.:8080 \t\r\n\r\n", "www.example.com", STATUS_OK},
	{"GET / HTTP/1.1\nHost: a.example\nX: y\n\n", "a.example", STATUS_OK},
	{"POST /x?y HTTP/1.0\r\nA: b\r\nHost: a.example:\r\n\r\n", "a.example", STATUS_OK},
	{"M-SEARCH * HTTP/1.1\r\nHOST: a.example\r\n\r\n", "a.example", STATUS_OK},
	{"OPTIONS * HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n", "a.example",
		STATUS_OK},
	{"GET http://t.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "t.example", STATUS_OK},
	{"GET HTTP://u:p@T.example:80?q HTTP/1.1\r\n\r\n", "t.example", STATUS_OK},
	{"GET https://t.example#@f.example HTTP/1.1\r\n\r\n", "t.example", STATUS_OK},
	{"CONNECT c.example:443 HTTP/1.1\r\nHost: c.example:443\r\n\r\n", "c.example", STATUS_OK},
	{"GET / HTTP/1.1\r\nX: y\r\n Host: folded.example\r\nHost: a.example\r\n\r\n", "a.example",
		STATUS_OK},
	{"GET / HTTP/1.1\r\nX-Host: b.example\r\nHost: a.example\r\n\r\n", "a.example", STATUS_OK},

	{"GET / HTTP/1.0\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.0\r\nX: y\r\n\r\nHost: body.example\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: \r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: a.example\r\n .b\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost:\r\n\ta.example\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost : a.example\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: 192.0.2.1:8080\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: 2001:db8::1\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: a.example:80x\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: a.example, b.example\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET / HTTP/1.1\r\nHost: <script>\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET http://192.0.2.1/ HTTP/1.1\r\nHost: a.example\r\n\r\n", NULL, STATUS_NOT_FOUND},
	{"GET http:/// HTTP/1.1\r\nHost: a.example\r\n\r\n", NULL, STATUS_NOT_FOUND},

	{"GET / HTTP/1.1\r\nHost: a.example\r\n", NULL, STATUS_AGAIN},
	{"GET / HTTP/1.1\r\nHost: a.exam", NULL, STATUS_AGAIN},
	{"GET / HTTP/1.1\r\n", NULL, STATUS_AGAIN},
	{"GE", NULL, STATUS_AGAIN},
	{"", NULL, STATUS_AGAIN},

	{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NULL, STATUS_MALFORMED},
	{"GET /\r\n", NULL, STATUS_MALFORMED},
	{"GET  HTTP/1.1\r\n", NULL, STATUS_MALFORMED},
	{"GET a b HTTP/1.1\r\n", NULL, STATUS_MALFORMED},
	{"EHLO mail.example\r\n", NULL, STATUS_MALFORMED},
	{"get / HTTP/1.1\r\n", NULL, STATUS_MALFORMED},
	{"GO / HTTP/1.1\r\n", NULL, STATUS_MALFORMED},
	{"HTTP/1.1 200 OK\r\n", NULL, STATUS_MALFORMED},
	{"220 mail.example", NULL, STATUS_MALFORMED},
	{"-GET / HTTP/1.1\r\n", NULL, STATUS_MALFORMED},
	{"SSH-2.0-x\r\n", NULL, STATUS_MALFORMED},
	{"ABCDEFGHIJKLMNOPQRSTUVWXY / HTTP/1.1\r\n", NULL, STATUS_MALFORMED},
};

static void hosts_are_taken_from_requests_alone(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum status status = host_of(rows[i].request, strlen(rows[i].request));

		if (status != rows[i].status) {
			print_error("%s: %d\n", rows[i].request, status);
		}
		assert_int_equal(status, rows[i].status);
		assert_string_equal(name, rows[i].host ? rows[i].host : "");
	}
}

static void no_prefix_decides_otherwise_than_the_whole(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t octets = strlen(rows[i].request);

		for (size_t n = 0; n < octets; n++) {
			enum status status = host_of(rows[i].request, n);

			assert_true(status == STATUS_AGAIN || status == rows[i].status);
		}
	}
}

static void no_flipped_octet_gives_more_than_a_checked_name(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];
		size_t n = strlen(rows[i].request);

		assert_true(n < sizeof(text));
		for (size_t at = 0; at < n; at++) {
			for (unsigned change = 1; change < 256; change++) {
				memcpy(text, rows[i].request, n);
				text[at] = (char)(text[at] ^ (int)change);
				(void)host_of(text, n);
				assert_int_equal(
					strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_"),
					strlen(name));
			}
		}
	}
}

static void headers_are_searched_up_to_their_bound(void **state)
{
	static const char line[] = "GET / HTTP/1.1\r\n";
	static const char host[] = "Host: a.example\r\n\r\n";
	static char text[2 * HTTP_REQUEST_OCTETS_MAX];
	size_t start = sizeof(line) - 1;

	memcpy(text, line, start);
	for (size_t at = HTTP_REQUEST_OCTETS_MAX - 30; at <= HTTP_REQUEST_OCTETS_MAX; at++) {
		memset(text + start, 'x', sizeof(text) - start);
		text[at - 1] = '\n';
		memcpy(text + at, host, sizeof(host) - 1);
		assert_int_equal(host_of(text, at),
			at < HTTP_REQUEST_OCTETS_MAX ? STATUS_AGAIN : STATUS_NOT_FOUND);
		assert_int_equal(host_of(text, sizeof(text)),
			at + sizeof(host) - 2 <= HTTP_REQUEST_OCTETS_MAX ? STATUS_OK
									 : STATUS_NOT_FOUND);
	}
	memset(text + 3, 'x', sizeof(text) - 3);
	text[3] = ' ';
	assert_int_equal(host_of(text, HTTP_REQUEST_OCTETS_MAX - 1), STATUS_AGAIN);
	assert_int_equal(host_of(text, HTTP_REQUEST_OCTETS_MAX), STATUS_NOT_FOUND);
}

static void the_first_octets_tell_requests_and_answers(void **state)
{
	assert_true(http_request_begins((const uint8_t *)"", 0));
	assert_true(http_request_begins((const uint8_t *)"UPDATEREDIRECTREF", 17));
	assert_true(http_request_begins((const uint8_t *)"GET /", 5));
	assert_false(http_request_begins((const uint8_t *)"\x16\x03\x01", 3));
	assert_false(http_request_begins((const uint8_t *)"GET\r\n", 5));
	assert_true(http_response_begins((const uint8_t *)"HTTP/1.0", 8));
	assert_false(http_response_begins((const uint8_t *)"HTTP/1", 6));
	assert_false(http_response_begins((const uint8_t *)"HTTP/2.0", 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_are_taken_from_requests_alone),
		cmocka_unit_test(no_prefix_decides_otherwise_than_the_whole),
		cmocka_unit_test(no_flipped_octet_gives_more_than_a_checked_name),
		cmocka_unit_test(headers_are_searched_up_to_their_bound),
		cmocka_unit_test(the_first_octets_tell_requests_and_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
