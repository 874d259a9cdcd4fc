bin_PROGRAMS += weir
weir_SOURCES = cli/main.c
weir_LDADD = $(PROBE_LIBS) $(EXPORTER_LIBS)
