# Real collectors take our streams; the modules of python3-ipfix are the distribution's.
INTEROP_TESTS = \
	tests/interop/files.py \
	tests/interop/matrix.py \
	tests/interop/nfacctd.py \
	tests/interop/nfcapd.py \
	tests/interop/secured.py
TESTS += $(INTEROP_TESTS)
dist_check_SCRIPTS += $(INTEROP_TESTS)
EXTRA_DIST += tests/interop/interop.py

# What each receiver gets of each profile, as a table.
interop: all
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/tests/interop/matrix.py --table
.PHONY: interop
