noinst_LIBRARIES += libexporter.a
libexporter_a_SOURCES = \
	exporter/element.c \
	exporter/element.h \
	exporter/encoder.h \
	exporter/export.h
libexporter_a_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS) $(FIXBUF_CFLAGS) $(JANSSON_CFLAGS)

EXPORTER_LIBS = libexporter.a $(BASE_LIBS) $(GIO_LIBS) $(FIXBUF_LIBS) $(JANSSON_LIBS)

exporter/libexporter_a-element.$(OBJEXT): exporter/elements.inc
