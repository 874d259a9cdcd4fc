check_PROGRAMS += tests/unit/test_name
tests_unit_test_name_SOURCES = tests/unit/test_name.c tests/unit/unit.h
tests_unit_test_name_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_name_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_name

check_PROGRAMS += tests/unit/test_reassembly
tests_unit_test_reassembly_SOURCES = tests/unit/test_reassembly.c tests/unit/unit.h
tests_unit_test_reassembly_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_reassembly_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_reassembly

check_PROGRAMS += tests/unit/test_tls_hello
tests_unit_test_tls_hello_SOURCES = tests/unit/test_tls_hello.c tests/unit/unit.h \
	tests/unit/hello.c tests/unit/hello.h
tests_unit_test_tls_hello_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_tls_hello_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_tls_hello

check_PROGRAMS += tests/unit/test_http_request
tests_unit_test_http_request_SOURCES = tests/unit/test_http_request.c tests/unit/unit.h
tests_unit_test_http_request_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_http_request_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_http_request

check_PROGRAMS += tests/unit/test_inspect
tests_unit_test_inspect_SOURCES = tests/unit/test_inspect.c tests/unit/unit.h \
	tests/unit/hello.c tests/unit/hello.h \
	tests/unit/inspect_flow.c tests/unit/inspect_flow.h
tests_unit_test_inspect_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_inspect_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_inspect

check_PROGRAMS += tests/unit/test_inspect_dns
tests_unit_test_inspect_dns_SOURCES = tests/unit/test_inspect_dns.c tests/unit/unit.h \
	tests/unit/inspect_flow.c tests/unit/inspect_flow.h
tests_unit_test_inspect_dns_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_inspect_dns_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_inspect_dns

check_PROGRAMS += tests/unit/test_quic_packet
tests_unit_test_quic_packet_SOURCES = tests/unit/test_quic_packet.c tests/unit/unit.h
tests_unit_test_quic_packet_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_quic_packet_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_quic_packet

check_PROGRAMS += tests/unit/test_quic_crypto
tests_unit_test_quic_crypto_SOURCES = tests/unit/test_quic_crypto.c tests/unit/unit.h \
	tests/unit/seal_crypto.c tests/unit/seal_crypto.h
tests_unit_test_quic_crypto_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_quic_crypto_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_quic_crypto

check_PROGRAMS += tests/unit/test_inspect_quic
tests_unit_test_inspect_quic_SOURCES = tests/unit/test_inspect_quic.c tests/unit/unit.h \
	tests/unit/hello.c tests/unit/hello.h \
	tests/unit/inspect_flow.c tests/unit/inspect_flow.h \
	tests/unit/seal_crypto.c tests/unit/seal_crypto.h
tests_unit_test_inspect_quic_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_inspect_quic_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_inspect_quic
