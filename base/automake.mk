noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	base/error.c \
	base/error.h \
	base/hash.c \
	base/hash.h \
	base/log.c \
	base/log.h \
	base/name.c \
	base/name.h \
	base/record.c \
	base/record.h \
	base/status.h \
	base/wire.h
libbase_a_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS)

BASE_LIBS = libbase.a $(GLIB_LIBS) $(SYSTEMD_LIBS)
