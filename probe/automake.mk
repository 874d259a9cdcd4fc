bin_PROGRAMS += weir-probe
weir_probe_SOURCES = probe/main.c
weir_probe_LDADD = $(PROBE_LIBS)

noinst_LIBRARIES += libprobe.a
libprobe_a_SOURCES = \
	probe/application.c \
	probe/application.h \
	probe/application_engine.h \
	probe/account.c \
	probe/account.h \
	probe/cache_options.c \
	probe/cache_options.h \
	probe/capture.h \
	probe/capture_buffer.c \
	probe/capture_classic.c \
	probe/capture_clock.c \
	probe/capture_clock.h \
	probe/capture_file.c \
	probe/capture_ng.c \
	probe/daemon.c \
	probe/daemon.h \
	probe/daemon_meter.c \
	probe/daemon_private.h \
	probe/daemon_report.c \
	probe/daemon_selection.c \
	probe/daemon_sources.c \
	probe/device.c \
	probe/device.h \
	probe/device_sighting.c \
	probe/dhcp.c \
	probe/dhcp.h \
	probe/dhcp6.c \
	probe/dhcp6.h \
	probe/dns.c \
	probe/dns.h \
	probe/dns_answer.c \
	probe/flow.h \
	probe/flow_application.c \
	probe/flow_application.h \
	probe/flow_cache.c \
	probe/flow_cache.h \
	probe/flow_cache_all.c \
	probe/flow_cache_private.h \
	probe/flow_identity.c \
	probe/flow_identity.h \
	probe/flow_key.c \
	probe/flow_key.h \
	probe/flow_output.c \
	probe/flow_output.h \
	probe/flow_packet.h \
	probe/flow_table.c \
	probe/flow_table.h \
	probe/flow_tcp.c \
	probe/flow_tcp.h \
	probe/flow_wheel.c \
	probe/flow_wheel.h \
	probe/fragment.c \
	probe/fragment.h \
	probe/frame.c \
	probe/frame.h \
	probe/frame_step.h \
	probe/frame_wan.c \
	probe/frame_wlan.c \
	probe/http_request.c \
	probe/http_request.h \
	probe/identity.c \
	probe/identity.h \
	probe/identity_annotate.c \
	probe/identity_device.c \
	probe/identity_dhcp.c \
	probe/identity_far.c \
	probe/identity_home.c \
	probe/identity_home.h \
	probe/identity_index.c \
	probe/identity_index.h \
	probe/identity_local.c \
	probe/identity_local.h \
	probe/identity_neighbour.c \
	probe/identity_prefix.c \
	probe/identity_private.h \
	probe/identity_service.c \
	probe/inspect.c \
	probe/inspect.h \
	probe/inspect_dns.c \
	probe/inspect_private.h \
	probe/inspect_quic.c \
	probe/inspect_start.c \
	probe/inspect_start.h \
	probe/inspect_tcp.c \
	probe/link_loss.c \
	probe/link_loss.h \
	probe/live_pcap.c \
	probe/meter.c \
	probe/meter.h \
	probe/meter_config.c \
	probe/meter_config.h \
	probe/meter_fast.h \
	probe/meter_selection.c \
	probe/meter_selection.h \
	probe/metering_options.c \
	probe/metering_options.h \
	probe/name_node.c \
	probe/name_node.h \
	probe/name_pool.c \
	probe/name_pool.h \
	probe/name_table.c \
	probe/name_table.h \
	probe/name_text.c \
	probe/name_text.h \
	probe/neighbour.c \
	probe/neighbour.h \
	probe/network.c \
	probe/network.h \
	probe/oui.c \
	probe/oui.h \
	probe/packet.h \
	probe/packet_report.c \
	probe/packet_report.h \
	probe/probe_options.c \
	probe/probe_options.h \
	probe/quic_crypto.c \
	probe/quic_crypto.h \
	probe/quic_packet.c \
	probe/quic_packet.h \
	probe/reassembly.c \
	probe/reassembly.h \
	probe/section_text.c \
	probe/section_text.h \
	probe/selection_check.c \
	probe/selection_check.h \
	probe/selection_field.c \
	probe/selection_field.h \
	probe/selection_text.c \
	probe/selection_text.h \
	probe/selector.c \
	probe/selector.h \
	probe/selector_hash.c \
	probe/selector_hash.h \
	probe/selector_match.c \
	probe/selector_match.h \
	probe/selector_random.c \
	probe/selector_random.h \
	probe/source.c \
	probe/source.h \
	probe/ssdp.c \
	probe/ssdp.h \
	probe/tls_hello.c \
	probe/tls_hello.h
libprobe_a_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS) $(CRYPTO_CFLAGS) \
	$(LIBPSL_CFLAGS) $(NDPI_CFLAGS)
if HAVE_NDPI
libprobe_a_SOURCES += probe/application_ndpi.c
else
libprobe_a_SOURCES += probe/application_none.c
endif

PROBE_LIBS = libprobe.a $(BASE_LIBS) $(PCAP_LIBS) $(CRYPTO_LIBS) $(LIBPSL_LIBS) $(NDPI_LIBS)

# Who makes which network card, compiled from the registries of the IEEE.
EXTRA_DIST += probe/oui_generate.py
BUILT_SOURCES += probe/oui_table.inc
CLEANFILES += probe/oui_table.inc
probe/oui_table.inc: $(srcdir)/probe/oui_generate.py $(OUI_CSV)
	$(AM_V_GEN)$(MKDIR_P) probe && \
		$(PYTHON3) $(srcdir)/probe/oui_generate.py $(OUI_CSV) > $@.new && mv $@.new $@
probe/libprobe_a-oui.$(OBJEXT): probe/oui_table.inc
