bin_PROGRAMS += weir-export
weir_export_SOURCES = exporter/main.c
weir_export_LDADD = $(EXPORTER_LIBS)

noinst_LIBRARIES += libexporter.a
libexporter_a_SOURCES = \
	exporter/balance.c \
	exporter/balance.h \
	exporter/daemon.c \
	exporter/daemon.h \
	exporter/destination.c \
	exporter/destination.h \
	exporter/destination_privacy.c \
	exporter/destination_report.c \
	exporter/destination_cache.c \
	exporter/destination_send.c \
	exporter/destination_session.c \
	exporter/destination_share.c \
	exporter/destination_spool.c \
	exporter/destination_state.h \
	exporter/dump.c \
	exporter/dump.h \
	exporter/dump_value.c \
	exporter/dump_value.h \
	exporter/element.c \
	exporter/element.h \
	exporter/encoder.c \
	exporter/encoder.h \
	exporter/export.h \
	exporter/export_options.c \
	exporter/export_options.h \
	exporter/exporter.c \
	exporter/exporter_leave.c \
	exporter/exporter_mode.c \
	exporter/exporter_set.c \
	exporter/exporter_state.h \
	exporter/exporter_watch.c \
	exporter/exporting_options.c \
	exporter/exporting_options.h \
	exporter/json_record.c \
	exporter/json_record.h \
	exporter/json_text.c \
	exporter/json_text.h \
	exporter/model_fixbuf.c \
	exporter/model_fixbuf.h \
	exporter/pacer.c \
	exporter/pacer.h \
	exporter/plan.c \
	exporter/plan.h \
	exporter/privacy.c \
	exporter/privacy.h \
	exporter/privacy_crypto.c \
	exporter/privacy_crypto.h \
	exporter/privacy_private.h \
	exporter/privacy_records.c \
	exporter/profile.c \
	exporter/profile.h \
	exporter/queue.c \
	exporter/queue.h \
	exporter/reader.c \
	exporter/reader.h \
	exporter/reader_types.c \
	exporter/reader_types.h \
	exporter/spool.c \
	exporter/spool.h \
	exporter/spool_file.c \
	exporter/spool_file.h \
	exporter/spool_private.h \
	exporter/spool_record.c \
	exporter/spool_record.h \
	exporter/spool_recovery.c \
	exporter/report.c \
	exporter/report.h \
	exporter/report_facts.c \
	exporter/report_facts.h \
	exporter/report_plan.c \
	exporter/report_plan.h \
	exporter/report_selection.c \
	exporter/report_selection.h \
	exporter/report_writer.c \
	exporter/report_writer.h \
	exporter/template.c \
	exporter/template.h \
	exporter/text.c \
	exporter/text.h \
	exporter/trail.c \
	exporter/trail.h \
	exporter/tls_identity.c \
	exporter/tls_identity.h \
	exporter/tls_ledger.c \
	exporter/tls_ledger.h \
	exporter/tls_session.c \
	exporter/tls_session.h \
	exporter/tls_verify.c \
	exporter/tls_verify.h \
	exporter/transport.c \
	exporter/transport.h \
	exporter/transport_dial.c \
	exporter/transport_dial.h \
	exporter/transport_dtls.c \
	exporter/transport_file.c \
	exporter/transport_lookup.c \
	exporter/transport_lookup.h \
	exporter/transport_socket.c \
	exporter/transport_socket.h \
	exporter/transport_tcp.c \
	exporter/transport_tls.c \
	exporter/transport_udp.c \
	exporter/transport_udp_error.c \
	exporter/transport_udp_error.h \
	exporter/typeinfo.c \
	exporter/typeinfo.h \
	exporter/uri.c \
	exporter/uri.h \
	exporter/uri_value.c \
	exporter/uri_value.h \
	exporter/writer_fixbuf.c \
	exporter/writer_fixbuf.h
libexporter_a_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(GIO_CFLAGS) $(FIXBUF_CFLAGS) \
	$(JANSSON_CFLAGS) $(TLS_CFLAGS)

EXPORTER_LIBS = libexporter.a $(BASE_LIBS) $(GIO_LIBS) $(FIXBUF_LIBS) $(JANSSON_LIBS) $(TLS_LIBS) \
	$(CRYPTO_LIBS)

exporter/libexporter_a-element.$(OBJEXT): exporter/elements.inc
