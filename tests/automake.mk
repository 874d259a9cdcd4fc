include tests/unit/automake.mk
include tests/fuzz/automake.mk
include tests/lint/automake.mk
include tests/netns/automake.mk
include tests/bench/automake.mk
include tests/interop/automake.mk

EXTRA_DIST += tests/certificates.py tests/coverage.sh tests/kit.sh

TESTS += tests/applications.py tests/cli.py tests/conformance.py tests/manual.py tests/names.py tests/privacy.py
dist_check_SCRIPTS += tests/applications.py tests/cli.py tests/conformance.py tests/manual.py tests/names.py tests/privacy.py

# Corpora and captures grow by file; automake has no wildcards, so whole folders are copied.
dist-hook:
	for d in tests/fuzz/corpus tests/data; do \
		if test -d $(srcdir)/$$d; then \
			$(MKDIR_P) $(distdir)/$$d && \
			cp -R $(srcdir)/$$d/. $(distdir)/$$d && \
			chmod -R u+w $(distdir)/$$d || exit 1; \
		fi; \
	done
