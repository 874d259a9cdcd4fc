check_PROGRAMS += tests/unit/test_stream
tests_unit_test_stream_SOURCES = \
	tests/unit/stream_sample.c \
	tests/unit/stream_sample.h \
	tests/unit/test_stream.c \
	tests/unit/unit.h
tests_unit_test_stream_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stream_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_stream
check_PROGRAMS += tests/unit/test_stream_keep
tests_unit_test_stream_keep_SOURCES = \
	tests/unit/stream_fixture.c \
	tests/unit/stream_fixture.h \
	tests/unit/stream_sample.c \
	tests/unit/stream_sample.h \
	tests/unit/test_stream_keep.c \
	tests/unit/unit.h
tests_unit_test_stream_keep_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stream_keep_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_stream_keep
check_PROGRAMS += tests/unit/test_stream_queue
tests_unit_test_stream_queue_SOURCES = tests/unit/test_stream_queue.c tests/unit/unit.h
tests_unit_test_stream_queue_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stream_queue_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_stream_queue
check_PROGRAMS += tests/unit/test_stream_refusal
tests_unit_test_stream_refusal_SOURCES = \
	tests/unit/stream_fixture.c \
	tests/unit/stream_fixture.h \
	tests/unit/stream_sample.c \
	tests/unit/stream_sample.h \
	tests/unit/test_stream_refusal.c \
	tests/unit/unit.h
tests_unit_test_stream_refusal_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stream_refusal_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_stream_refusal
check_PROGRAMS += tests/unit/test_stream_server
tests_unit_test_stream_server_SOURCES = \
	tests/unit/stream_fixture.c \
	tests/unit/stream_fixture.h \
	tests/unit/stream_sample.c \
	tests/unit/stream_sample.h \
	tests/unit/test_stream_server.c \
	tests/unit/unit.h
tests_unit_test_stream_server_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stream_server_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_stream_server
check_PROGRAMS += tests/unit/test_options
tests_unit_test_options_SOURCES = tests/unit/test_options.c tests/unit/unit.h
tests_unit_test_options_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_options_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_options
check_PROGRAMS += tests/unit/test_privilege
tests_unit_test_privilege_SOURCES = \
	tests/unit/privilege_child.c \
	tests/unit/privilege_child.h \
	tests/unit/test_privilege.c \
	tests/unit/unit.h
tests_unit_test_privilege_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_privilege_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_privilege
check_PROGRAMS += tests/unit/test_privilege_root
tests_unit_test_privilege_root_SOURCES = \
	tests/unit/privilege_child.c \
	tests/unit/privilege_child.h \
	tests/unit/test_privilege_root.c \
	tests/unit/unit.h
tests_unit_test_privilege_root_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_privilege_root_LDADD = $(BASE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_privilege_root
check_PROGRAMS += tests/unit/test_probe_options
tests_unit_test_probe_options_SOURCES = tests/unit/test_probe_options.c tests/unit/unit.h
tests_unit_test_probe_options_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_probe_options_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_probe_options
check_PROGRAMS += tests/unit/test_export_options
tests_unit_test_export_options_SOURCES = tests/unit/test_export_options.c tests/unit/unit.h
tests_unit_test_export_options_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_export_options_LDADD = $(EXPORTER_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_export_options
