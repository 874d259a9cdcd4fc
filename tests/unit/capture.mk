check_PROGRAMS += tests/unit/test_capture_classic
tests_unit_test_capture_classic_SOURCES = tests/unit/test_capture_classic.c tests/unit/capture_image.c \
	tests/unit/capture_image.h tests/unit/unit.h
tests_unit_test_capture_classic_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_capture_classic_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_capture_classic
check_PROGRAMS += tests/unit/test_capture_clock
tests_unit_test_capture_clock_SOURCES = tests/unit/test_capture_clock.c tests/unit/unit.h
tests_unit_test_capture_clock_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_capture_clock_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_capture_clock
check_PROGRAMS += tests/unit/test_capture_file
tests_unit_test_capture_file_SOURCES = tests/unit/test_capture_file.c tests/unit/capture_image.c \
	tests/unit/capture_image.h tests/unit/unit.h
tests_unit_test_capture_file_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_capture_file_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_capture_file
check_PROGRAMS += tests/unit/test_capture_ng
tests_unit_test_capture_ng_SOURCES = tests/unit/test_capture_ng.c tests/unit/capture_image.c \
	tests/unit/capture_image.h tests/unit/unit.h
tests_unit_test_capture_ng_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_capture_ng_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_capture_ng
check_PROGRAMS += tests/unit/test_live_open
tests_unit_test_live_open_SOURCES = tests/unit/test_live_open.c tests/unit/unit.h
tests_unit_test_live_open_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_live_open_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_live_open
check_PROGRAMS += tests/unit/test_live_pcap
tests_unit_test_live_pcap_SOURCES = tests/unit/test_live_pcap.c tests/unit/unit.h
tests_unit_test_live_pcap_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_live_pcap_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_live_pcap
