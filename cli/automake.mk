bin_PROGRAMS += weir
weir_SOURCES = \
	cli/commands.h \
	cli/dump.c \
	cli/export.c \
	cli/export.h \
	cli/export_json.c \
	cli/interrupt.c \
	cli/interrupt.h \
	cli/main.c \
	cli/meter.c \
	cli/meter_facts.c \
	cli/meter_facts.h \
	cli/meter_options.c \
	cli/meter_options.h \
	cli/progress.c \
	cli/progress.h \
	cli/run.c \
	cli/run_child.c \
	cli/run_child.h \
	cli/run_options.c \
	cli/run_options.h \
	cli/stats_json.c \
	cli/stats_json.h \
	cli/status.c \
	cli/status.h \
	cli/status_json.c \
	cli/summary.c \
	cli/summary.h
weir_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
weir_LDADD = $(PROBE_LIBS) $(EXPORTER_LIBS) -lm
