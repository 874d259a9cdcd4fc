check_PROGRAMS += tests/unit/test_progress
tests_unit_test_progress_SOURCES = \
	cli/progress.c \
	cli/progress.h \
	tests/unit/test_progress.c \
	tests/unit/unit.h
tests_unit_test_progress_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_progress_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_progress

STATUS_TEST_SOURCES = \
	cli/status.c \
	cli/status.h \
	cli/status_json.c \
	tests/unit/status_fixture.c \
	tests/unit/status_fixture.h \
	tests/unit/stream_sample.c \
	tests/unit/stream_sample.h \
	tests/unit/unit.h

check_PROGRAMS += tests/unit/test_status
tests_unit_test_status_SOURCES = $(STATUS_TEST_SOURCES) tests/unit/test_status.c
tests_unit_test_status_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_status_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_status

check_PROGRAMS += tests/unit/test_status_json
tests_unit_test_status_json_SOURCES = $(STATUS_TEST_SOURCES) tests/unit/test_status_json.c
tests_unit_test_status_json_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_status_json_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_status_json
