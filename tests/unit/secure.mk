# Collectors that speak TLS and DTLS.
TLS_PEER = \
	$(EXPORT_PEER) \
	tests/unit/tls_certificates.c \
	tests/unit/tls_certificates.h \
	tests/unit/tls_fixture.c \
	tests/unit/tls_fixture.h \
	tests/unit/tls_peer.c \
	tests/unit/tls_peer.h

check_PROGRAMS += tests/unit/test_export_dtls
tests_unit_test_export_dtls_SOURCES = tests/unit/test_export_dtls.c $(TLS_PEER)
tests_unit_test_export_dtls_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(TLS_CFLAGS)
tests_unit_test_export_dtls_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_dtls

check_PROGRAMS += tests/unit/test_export_tls
tests_unit_test_export_tls_SOURCES = tests/unit/test_export_tls.c $(TLS_PEER)
tests_unit_test_export_tls_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(TLS_CFLAGS)
tests_unit_test_export_tls_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_tls

check_PROGRAMS += tests/unit/test_export_tls_refusal
tests_unit_test_export_tls_refusal_SOURCES = tests/unit/test_export_tls_refusal.c $(TLS_PEER)
tests_unit_test_export_tls_refusal_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(TLS_CFLAGS)
tests_unit_test_export_tls_refusal_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_tls_refusal

check_PROGRAMS += tests/unit/test_tls_ledger
tests_unit_test_tls_ledger_SOURCES = tests/unit/test_tls_ledger.c tests/unit/unit.h
tests_unit_test_tls_ledger_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_tls_ledger_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_tls_ledger
