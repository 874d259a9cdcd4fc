METER_TEST_SOURCES = \
	tests/unit/meter_fixture.c \
	tests/unit/meter_fixture.h \
	tests/unit/unit.h

APPLICATION_TEST_SOURCES = \
	tests/unit/application_flow.c \
	tests/unit/application_flow.h \
	tests/unit/hello.c \
	tests/unit/hello.h \
	tests/unit/seal_crypto.c \
	tests/unit/seal_crypto.h \
	$(METER_TEST_SOURCES)

# This one has a library of its own to look into packets, before libprobe.a is searched for one.
check_PROGRAMS += tests/unit/test_application
tests_unit_test_application_SOURCES = tests/unit/test_application.c tests/unit/unit.h
tests_unit_test_application_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_application_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_application

check_PROGRAMS += tests/unit/test_application_names
tests_unit_test_application_names_SOURCES = tests/unit/test_application_names.c \
	$(APPLICATION_TEST_SOURCES)
tests_unit_test_application_names_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_application_names_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_application_names
check_PROGRAMS += tests/unit/test_cache_options
tests_unit_test_cache_options_SOURCES = tests/unit/test_cache_options.c tests/unit/unit.h
tests_unit_test_cache_options_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cache_options_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_cache_options

check_PROGRAMS += tests/unit/test_flow_cache
tests_unit_test_flow_cache_SOURCES = tests/unit/test_flow_cache.c $(METER_TEST_SOURCES)
tests_unit_test_flow_cache_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_flow_cache_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_flow_cache

check_PROGRAMS += tests/unit/test_flow_key
tests_unit_test_flow_key_SOURCES = tests/unit/test_flow_key.c $(METER_TEST_SOURCES)
tests_unit_test_flow_key_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_flow_key_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_flow_key

check_PROGRAMS += tests/unit/test_flow_table
tests_unit_test_flow_table_SOURCES = tests/unit/test_flow_table.c $(METER_TEST_SOURCES)
tests_unit_test_flow_table_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_flow_table_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_flow_table

check_PROGRAMS += tests/unit/test_fragment
tests_unit_test_fragment_SOURCES = tests/unit/test_fragment.c $(METER_TEST_SOURCES)
tests_unit_test_fragment_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_fragment_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_fragment

check_PROGRAMS += tests/unit/test_frame
tests_unit_test_frame_SOURCES = tests/unit/test_frame.c $(METER_TEST_SOURCES)
tests_unit_test_frame_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_frame_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_frame

check_PROGRAMS += tests/unit/test_meter
tests_unit_test_meter_SOURCES = tests/unit/test_meter.c $(METER_TEST_SOURCES)
tests_unit_test_meter_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_meter_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_meter

check_PROGRAMS += tests/unit/test_meter_applications
tests_unit_test_meter_applications_SOURCES = tests/unit/test_meter_applications.c \
	$(APPLICATION_TEST_SOURCES)
tests_unit_test_meter_applications_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_meter_applications_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_meter_applications

check_PROGRAMS += tests/unit/test_meter_model
tests_unit_test_meter_model_SOURCES = tests/unit/test_meter_model.c $(METER_TEST_SOURCES)
tests_unit_test_meter_model_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_meter_model_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_meter_model

check_PROGRAMS += tests/unit/test_meter_names
tests_unit_test_meter_names_SOURCES = tests/unit/test_meter_names.c $(METER_TEST_SOURCES)
tests_unit_test_meter_names_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_meter_names_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_meter_names

check_PROGRAMS += tests/unit/test_meter_selection
tests_unit_test_meter_selection_SOURCES = tests/unit/test_meter_selection.c $(METER_TEST_SOURCES)
tests_unit_test_meter_selection_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_meter_selection_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_meter_selection

check_PROGRAMS += tests/unit/test_meter_tcp
tests_unit_test_meter_tcp_SOURCES = tests/unit/test_meter_tcp.c $(METER_TEST_SOURCES)
tests_unit_test_meter_tcp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_meter_tcp_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_meter_tcp

check_PROGRAMS += tests/unit/test_network
tests_unit_test_network_SOURCES = tests/unit/test_network.c $(METER_TEST_SOURCES)
tests_unit_test_network_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_network_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_network

check_PROGRAMS += tests/unit/test_packet_report
tests_unit_test_packet_report_SOURCES = tests/unit/test_packet_report.c $(METER_TEST_SOURCES)
tests_unit_test_packet_report_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_packet_report_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_packet_report

check_PROGRAMS += tests/unit/test_selection_text
tests_unit_test_selection_text_SOURCES = tests/unit/test_selection_text.c tests/unit/unit.h
tests_unit_test_selection_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_selection_text_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_selection_text

check_PROGRAMS += tests/unit/test_selector
tests_unit_test_selector_SOURCES = tests/unit/test_selector.c $(METER_TEST_SOURCES)
tests_unit_test_selector_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_selector_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_selector

check_PROGRAMS += tests/unit/test_selector_hash
tests_unit_test_selector_hash_SOURCES = tests/unit/test_selector_hash.c $(METER_TEST_SOURCES)
tests_unit_test_selector_hash_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_selector_hash_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_selector_hash
