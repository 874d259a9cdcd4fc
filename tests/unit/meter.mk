METER_TEST_SOURCES = \
	tests/unit/meter_fixture.c \
	tests/unit/meter_fixture.h \
	tests/unit/unit.h

check_PROGRAMS += tests/unit/test_meter
tests_unit_test_meter_SOURCES = tests/unit/test_meter.c $(METER_TEST_SOURCES)
tests_unit_test_meter_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_meter_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_meter
