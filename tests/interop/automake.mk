# Real collectors take our streams; the modules of python3-ipfix are the distribution's.
INTEROP_TESTS = \
	tests/interop/files.py \
	tests/interop/nfacctd.py \
	tests/interop/nfcapd.py
TESTS += $(INTEROP_TESTS)
dist_check_SCRIPTS += $(INTEROP_TESTS)
EXTRA_DIST += tests/interop/interop.py
