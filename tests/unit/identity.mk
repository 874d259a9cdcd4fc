check_PROGRAMS += tests/unit/test_oui
tests_unit_test_oui_SOURCES = tests/unit/test_oui.c tests/unit/unit.h
tests_unit_test_oui_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -DWEIR_OUI_CSV='"$(OUI_CSV)"'
tests_unit_test_oui_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_oui
