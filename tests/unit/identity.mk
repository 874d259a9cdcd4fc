check_PROGRAMS += tests/unit/test_name_node
tests_unit_test_name_node_SOURCES = tests/unit/test_name_node.c tests/unit/unit.h
tests_unit_test_name_node_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_name_node_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_name_node

check_PROGRAMS += tests/unit/test_name_table
tests_unit_test_name_table_SOURCES = tests/unit/test_name_table.c tests/unit/unit.h
tests_unit_test_name_table_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_name_table_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_name_table

check_PROGRAMS += tests/unit/test_oui
tests_unit_test_oui_SOURCES = tests/unit/test_oui.c tests/unit/unit.h
tests_unit_test_oui_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -DWEIR_OUI_CSV='"$(OUI_CSV)"'
tests_unit_test_oui_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_oui
