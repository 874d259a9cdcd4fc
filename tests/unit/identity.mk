check_PROGRAMS += tests/unit/test_device
tests_unit_test_device_SOURCES = tests/unit/test_device.c tests/unit/unit.h \
	tests/unit/identity_fixture.c tests/unit/identity_fixture.h
tests_unit_test_device_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_device_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_device

check_PROGRAMS += tests/unit/test_dhcp
tests_unit_test_dhcp_SOURCES = tests/unit/test_dhcp.c tests/unit/unit.h \
	tests/unit/identity_fixture.c tests/unit/identity_fixture.h
tests_unit_test_dhcp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dhcp_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_dhcp

check_PROGRAMS += tests/unit/test_dns
tests_unit_test_dns_SOURCES = tests/unit/test_dns.c tests/unit/unit.h \
	tests/unit/identity_fixture.c tests/unit/identity_fixture.h
tests_unit_test_dns_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dns_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_dns

check_PROGRAMS += tests/unit/test_identity
tests_unit_test_identity_SOURCES = tests/unit/test_identity.c tests/unit/unit.h \
	tests/unit/identity_fixture.c tests/unit/identity_fixture.h
tests_unit_test_identity_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_identity_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_identity

check_PROGRAMS += tests/unit/test_identity_far
tests_unit_test_identity_far_SOURCES = tests/unit/test_identity_far.c tests/unit/unit.h \
	tests/unit/identity_fixture.c tests/unit/identity_fixture.h
tests_unit_test_identity_far_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_identity_far_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_identity_far

check_PROGRAMS += tests/unit/test_identity_local
tests_unit_test_identity_local_SOURCES = tests/unit/test_identity_local.c tests/unit/unit.h \
	tests/unit/identity_fixture.c tests/unit/identity_fixture.h
tests_unit_test_identity_local_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_identity_local_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_identity_local

check_PROGRAMS += tests/unit/test_identity_names
tests_unit_test_identity_names_SOURCES = tests/unit/test_identity_names.c tests/unit/unit.h \
	tests/unit/identity_fixture.c tests/unit/identity_fixture.h
tests_unit_test_identity_names_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_identity_names_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_identity_names

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

check_PROGRAMS += tests/unit/test_name_text
tests_unit_test_name_text_SOURCES = tests/unit/test_name_text.c tests/unit/unit.h
tests_unit_test_name_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_name_text_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_name_text

check_PROGRAMS += tests/unit/test_neighbour
tests_unit_test_neighbour_SOURCES = tests/unit/test_neighbour.c tests/unit/unit.h \
	tests/unit/identity_fixture.c tests/unit/identity_fixture.h
tests_unit_test_neighbour_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_neighbour_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_neighbour

check_PROGRAMS += tests/unit/test_oui
tests_unit_test_oui_SOURCES = tests/unit/test_oui.c tests/unit/unit.h
tests_unit_test_oui_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -DWEIR_OUI_CSV='"$(OUI_CSV)"'
tests_unit_test_oui_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_oui

check_PROGRAMS += tests/unit/test_ssdp
tests_unit_test_ssdp_SOURCES = tests/unit/test_ssdp.c tests/unit/unit.h \
	tests/unit/identity_fixture.c tests/unit/identity_fixture.h
tests_unit_test_ssdp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ssdp_LDADD = $(PROBE_LIBS) $(UNIT_LIBS)
TESTS += tests/unit/test_ssdp
