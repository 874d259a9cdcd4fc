# The transports are tested with an encoder whose messages can be counted in one's head.
EXPORT_PEER = \
	tests/unit/export_peer.c \
	tests/unit/export_peer.h \
	tests/unit/fake_encoder.c \
	tests/unit/unit.h

check_PROGRAMS += tests/unit/test_export_cache
tests_unit_test_export_cache_SOURCES = tests/unit/test_export_cache.c $(EXPORT_PEER)
tests_unit_test_export_cache_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_cache_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_cache

check_PROGRAMS += tests/unit/test_export_end
tests_unit_test_export_end_SOURCES = tests/unit/test_export_end.c $(EXPORT_PEER)
tests_unit_test_export_end_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_end_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_end

check_PROGRAMS += tests/unit/test_export_file
tests_unit_test_export_file_SOURCES = tests/unit/test_export_file.c $(EXPORT_PEER)
tests_unit_test_export_file_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_file_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_file

check_PROGRAMS += tests/unit/test_export_mode
tests_unit_test_export_mode_SOURCES = tests/unit/test_export_mode.c \
	tests/unit/mode_fixture.c tests/unit/mode_fixture.h $(EXPORT_PEER)
tests_unit_test_export_mode_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_mode_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_mode

check_PROGRAMS += tests/unit/test_export_path
tests_unit_test_export_path_SOURCES = tests/unit/test_export_path.c $(EXPORT_PEER)
tests_unit_test_export_path_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_path_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_path

check_PROGRAMS += tests/unit/test_export_set
tests_unit_test_export_set_SOURCES = tests/unit/test_export_set.c $(EXPORT_PEER)
tests_unit_test_export_set_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_set_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_set
# These have the real encoder.
EXPORT_SUMS = \
	tests/unit/export_peer.c \
	tests/unit/export_peer.h \
	tests/unit/export_sums.c \
	tests/unit/export_sums.h \
	tests/unit/unit.h

check_PROGRAMS += tests/unit/test_export_report
tests_unit_test_export_report_SOURCES = tests/unit/test_export_report.c $(EXPORT_SUMS)
tests_unit_test_export_report_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_report_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_report

check_PROGRAMS += tests/unit/test_export_report_net
tests_unit_test_export_report_net_SOURCES = tests/unit/test_export_report_net.c $(EXPORT_SUMS)
tests_unit_test_export_report_net_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_report_net_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_report_net

check_PROGRAMS += tests/unit/test_export_tcp
tests_unit_test_export_tcp_SOURCES = tests/unit/test_export_tcp.c $(EXPORT_PEER)
tests_unit_test_export_tcp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_tcp_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_tcp

check_PROGRAMS += tests/unit/test_export_udp
tests_unit_test_export_udp_SOURCES = tests/unit/test_export_udp.c $(EXPORT_PEER)
tests_unit_test_export_udp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_udp_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_udp

check_PROGRAMS += tests/unit/test_balance
tests_unit_test_balance_SOURCES = tests/unit/test_balance.c tests/unit/unit.h
tests_unit_test_balance_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_balance_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_balance

check_PROGRAMS += tests/unit/test_queue
tests_unit_test_queue_SOURCES = tests/unit/test_queue.c tests/unit/unit.h
tests_unit_test_queue_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_queue_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_queue

check_PROGRAMS += tests/unit/test_trail
tests_unit_test_trail_SOURCES = tests/unit/test_trail.c tests/unit/unit.h
tests_unit_test_trail_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_trail_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_trail

check_PROGRAMS += tests/unit/test_uri
tests_unit_test_uri_SOURCES = tests/unit/test_uri.c tests/unit/unit.h
tests_unit_test_uri_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_uri_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_uri

check_PROGRAMS += tests/unit/test_plan
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c tests/unit/unit.h \
	tests/unit/made_records.c tests/unit/made_records.h
tests_unit_test_plan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_plan_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_plan
check_PROGRAMS += tests/unit/test_encoder
tests_unit_test_encoder_SOURCES = tests/unit/test_encoder.c tests/unit/unit.h \
	tests/unit/made_records.c tests/unit/made_records.h
tests_unit_test_encoder_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_encoder_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_encoder
check_PROGRAMS += tests/unit/test_json
tests_unit_test_json_SOURCES = tests/unit/test_json.c tests/unit/unit.h
tests_unit_test_json_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_json_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_json
check_PROGRAMS += tests/unit/test_dump
tests_unit_test_dump_SOURCES = tests/unit/test_dump.c tests/unit/unit.h
tests_unit_test_dump_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dump_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_dump
check_PROGRAMS += tests/unit/test_profile
tests_unit_test_profile_SOURCES = tests/unit/test_profile.c tests/unit/unit.h
tests_unit_test_profile_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_profile_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_profile
check_PROGRAMS += tests/unit/test_reader
tests_unit_test_reader_SOURCES = tests/unit/test_reader.c tests/unit/unit.h \
	tests/unit/made_records.c tests/unit/made_records.h
tests_unit_test_reader_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_reader_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_reader
TESTS += tests/unit/test_definitions.py tests/unit/test_registry.py
dist_check_SCRIPTS += tests/unit/test_definitions.py tests/unit/test_registry.py
check_PROGRAMS += tests/unit/test_writer
tests_unit_test_writer_SOURCES = tests/unit/test_writer.c tests/unit/unit.h
tests_unit_test_writer_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_writer_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_writer

check_PROGRAMS += tests/unit/test_run_options
tests_unit_test_run_options_SOURCES = tests/unit/test_run_options.c tests/unit/unit.h \
	cli/run_child.c cli/run_child.h cli/run_options.c cli/run_options.h
tests_unit_test_run_options_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_run_options_LDADD = $(PROBE_LIBS) $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_run_options
check_PROGRAMS += tests/unit/test_spool
tests_unit_test_spool_SOURCES = tests/unit/test_spool.c tests/unit/unit.h \
	tests/unit/spool_fixture.c tests/unit/spool_fixture.h
tests_unit_test_spool_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_spool_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_spool
check_PROGRAMS += tests/unit/test_spool_crash
tests_unit_test_spool_crash_SOURCES = tests/unit/test_spool_crash.c tests/unit/unit.h \
	tests/unit/spool_fixture.c tests/unit/spool_fixture.h
tests_unit_test_spool_crash_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_spool_crash_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_spool_crash
check_PROGRAMS += tests/unit/test_report_facts
tests_unit_test_report_facts_SOURCES = tests/unit/test_report_facts.c tests/unit/unit.h
tests_unit_test_report_facts_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_facts_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_report_facts
check_PROGRAMS += tests/unit/test_report_plan
tests_unit_test_report_plan_SOURCES = tests/unit/test_report_plan.c tests/unit/unit.h
tests_unit_test_report_plan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_plan_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_report_plan
check_PROGRAMS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c tests/unit/unit.h
tests_unit_test_report_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_report
check_PROGRAMS += tests/unit/test_report_selection
tests_unit_test_report_selection_SOURCES = tests/unit/test_report_selection.c tests/unit/unit.h
tests_unit_test_report_selection_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_selection_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_report_selection
check_PROGRAMS += tests/unit/test_export_spool
tests_unit_test_export_spool_SOURCES = tests/unit/test_export_spool.c $(EXPORT_PEER)
tests_unit_test_export_spool_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_spool_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_spool
check_PROGRAMS += tests/unit/test_privacy
tests_unit_test_privacy_SOURCES = tests/unit/test_privacy.c tests/unit/unit.h
tests_unit_test_privacy_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_privacy_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_privacy

check_PROGRAMS += tests/unit/test_packet_export
tests_unit_test_packet_export_SOURCES = tests/unit/test_packet_export.c tests/unit/unit.h
tests_unit_test_packet_export_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_packet_export_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_packet_export
