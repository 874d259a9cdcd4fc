noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	base/background.c \
	base/background.h \
	base/daemon.c \
	base/daemon.h \
	base/daemon_options.c \
	base/daemon_options.h \
	base/error.c \
	base/error.h \
	base/hash.c \
	base/hash.h \
	base/key.c \
	base/key.h \
	base/log.c \
	base/log.h \
	base/loop.c \
	base/loop.h \
	base/memory.c \
	base/memory.h \
	base/name.c \
	base/name.h \
	base/notify.c \
	base/notify.h \
	base/options.c \
	base/options.h \
	base/options_json.c \
	base/privilege.c \
	base/privilege.h \
	base/privilege_calls.c \
	base/record.c \
	base/record.h \
	base/section.h \
	base/selection.h \
	base/rpc_json.c \
	base/rpc_json.h \
	base/status.h \
	base/stream.c \
	base/stream.h \
	base/stream_client.c \
	base/stream_client.h \
	base/stream_decode.c \
	base/stream_keep.c \
	base/stream_keep.h \
	base/stream_peer.c \
	base/stream_peer.h \
	base/stream_pen.h \
	base/stream_queue.c \
	base/stream_queue.h \
	base/stream_selection.c \
	base/stream_selection.h \
	base/stream_server.c \
	base/stream_server.h \
	base/stream_subscriber.c \
	base/stream_subscriber.h \
	base/wire.h
libbase_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(LIBCAP_CFLAGS) $(SECCOMP_CFLAGS) $(SYSTEMD_CFLAGS)

BASE_LIBS = libbase.a $(GLIB_LIBS) $(JANSSON_LIBS) $(LIBCAP_LIBS) $(SECCOMP_LIBS) $(SYSTEMD_LIBS) -lm
