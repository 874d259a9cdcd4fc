# Fuzz targets. tests/fuzz/fuzz_X.c defines LLVMFuzzerTestOneInput(); its corpus is every file in
# tests/fuzz/corpus/X/ (distributed as it is, no list to keep). To add a target, add to this file
#
#	FUZZ_TARGETS += tests/fuzz/fuzz_X
#	tests_fuzz_fuzz_X_SOURCES = tests/fuzz/fuzz_X.c $(FUZZ_MAIN)
#	tests_fuzz_fuzz_X_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)
#
# in alphabetical order. Ordinarily it becomes a test that replays the corpus (replay.c). To look
# for new inputs: configure CC=clang --enable-fuzzer --enable-sanitizers=address,undefined, then
# `make tests/fuzz/fuzz_X && tests/fuzz/fuzz_X DIRECTORY ../tests/fuzz/corpus/X`.
if FUZZER
FUZZ_MAIN =
else
FUZZ_MAIN = tests/fuzz/replay.c
endif
FUZZ_LIBS = $(FUZZ_LDFLAGS)
FUZZ_TARGETS =

FUZZ_TARGETS += tests/fuzz/fuzz_application
tests_fuzz_fuzz_application_SOURCES = tests/fuzz/fuzz_application.c $(FUZZ_MAIN)
tests_fuzz_fuzz_application_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_cache
tests_fuzz_fuzz_cache_SOURCES = tests/fuzz/fuzz_cache.c $(FUZZ_MAIN)
tests_fuzz_fuzz_cache_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_capture
tests_fuzz_fuzz_capture_SOURCES = tests/fuzz/fuzz_capture.c $(FUZZ_MAIN)
tests_fuzz_fuzz_capture_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_dhcp
tests_fuzz_fuzz_dhcp_SOURCES = tests/fuzz/fuzz_dhcp.c $(FUZZ_MAIN)
tests_fuzz_fuzz_dhcp_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_dhcp6
tests_fuzz_fuzz_dhcp6_SOURCES = tests/fuzz/fuzz_dhcp6.c $(FUZZ_MAIN)
tests_fuzz_fuzz_dhcp6_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_dns
tests_fuzz_fuzz_dns_SOURCES = tests/fuzz/fuzz_dns.c $(FUZZ_MAIN)
tests_fuzz_fuzz_dns_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_http
tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz_http.c $(FUZZ_MAIN)
tests_fuzz_fuzz_http_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_identity
tests_fuzz_fuzz_identity_SOURCES = tests/fuzz/fuzz_identity.c $(FUZZ_MAIN)
tests_fuzz_fuzz_identity_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_inspect
tests_fuzz_fuzz_inspect_SOURCES = tests/fuzz/fuzz_inspect.c $(FUZZ_MAIN) \
	tests/unit/seal_crypto.c tests/unit/seal_crypto.h
tests_fuzz_fuzz_inspect_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_ipfix
tests_fuzz_fuzz_ipfix_SOURCES = tests/fuzz/fuzz_ipfix.c $(FUZZ_MAIN)
tests_fuzz_fuzz_ipfix_LDADD = $(EXPORTER_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_name
tests_fuzz_fuzz_name_SOURCES = tests/fuzz/fuzz_name.c $(FUZZ_MAIN)
tests_fuzz_fuzz_name_LDADD = $(BASE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_neighbour
tests_fuzz_fuzz_neighbour_SOURCES = tests/fuzz/fuzz_neighbour.c $(FUZZ_MAIN)
tests_fuzz_fuzz_neighbour_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_packet
tests_fuzz_fuzz_packet_SOURCES = tests/fuzz/fuzz_packet.c $(FUZZ_MAIN)
tests_fuzz_fuzz_packet_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_quic
tests_fuzz_fuzz_quic_SOURCES = tests/fuzz/fuzz_quic.c $(FUZZ_MAIN)
tests_fuzz_fuzz_quic_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_rpc
tests_fuzz_fuzz_rpc_SOURCES = tests/fuzz/fuzz_rpc.c $(FUZZ_MAIN)
tests_fuzz_fuzz_rpc_LDADD = $(BASE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_selection
tests_fuzz_fuzz_selection_SOURCES = tests/fuzz/fuzz_selection.c $(FUZZ_MAIN)
tests_fuzz_fuzz_selection_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_spool
tests_fuzz_fuzz_spool_SOURCES = tests/fuzz/fuzz_spool.c $(FUZZ_MAIN)
tests_fuzz_fuzz_spool_LDADD = $(EXPORTER_LIBS) $(FUZZ_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_report
tests_fuzz_fuzz_report_SOURCES = tests/fuzz/fuzz_report.c $(FUZZ_MAIN)
tests_fuzz_fuzz_report_LDADD = $(EXPORTER_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_ssdp
tests_fuzz_fuzz_ssdp_SOURCES = tests/fuzz/fuzz_ssdp.c $(FUZZ_MAIN)
tests_fuzz_fuzz_ssdp_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_tls
tests_fuzz_fuzz_tls_SOURCES = tests/fuzz/fuzz_tls.c $(FUZZ_MAIN)
tests_fuzz_fuzz_tls_LDADD = $(PROBE_LIBS) $(FUZZ_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_stream
tests_fuzz_fuzz_stream_SOURCES = tests/fuzz/fuzz_stream.c $(FUZZ_MAIN)
tests_fuzz_fuzz_stream_LDADD = $(BASE_LIBS) $(FUZZ_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_uri
tests_fuzz_fuzz_uri_SOURCES = tests/fuzz/fuzz_uri.c $(FUZZ_MAIN)
tests_fuzz_fuzz_uri_LDADD = $(EXPORTER_LIBS) $(FUZZ_LIBS)

check_PROGRAMS += $(FUZZ_TARGETS)
if !FUZZER
TESTS += $(FUZZ_TARGETS)
endif
