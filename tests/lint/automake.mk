LINTS = \
	tests/lint/calls.py \
	tests/lint/format.sh \
	tests/lint/includes.py \
	tests/lint/man.sh \
	tests/lint/selftest.py \
	tests/lint/shell.sh \
	tests/lint/sizes.py \
	tests/lint/words.py

TESTS += $(LINTS)
dist_check_SCRIPTS += $(LINTS)
EXTRA_DIST += tests/lint/tidy.py tests/lint/tree.py

.PHONY: lint tidy
lint:
	$(MAKE) check TESTS='$(LINTS)'

# One set of flags for all files: that of the libraries does no harm where they are not used.
tidy: $(BUILT_SOURCES) config.h
	$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(top_srcdir)/tests/lint/tidy.py -std=gnu17 \
		-include $(abs_top_builddir)/config.h -I$(abs_top_srcdir) -I$(abs_top_builddir) \
		$(GLIB_CFLAGS) $(GIO_CFLAGS) $(XXHASH_CFLAGS) $(PCAP_CFLAGS) $(CRYPTO_CFLAGS) \
		$(FIXBUF_CFLAGS) $(JANSSON_CFLAGS) $(NDPI_CFLAGS) $(CMOCKA_CFLAGS) \
		-DWEIR_OUI_CSV='"$(OUI_CSV)"'
