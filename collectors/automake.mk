# What is made from the registry of information elements.
REGISTRY = $(srcdir)/collectors/registry/elements.tsv
REGISTRY_GENERATE = $(PYTHON3) $(srcdir)/collectors/registry/generate.py
REGISTRY_INPUT = $(REGISTRY) $(srcdir)/collectors/registry/generate.py $(srcdir)/base/record.h

exporter/elements.inc: $(REGISTRY_INPUT)
	@$(MKDIR_P) exporter
	$(AM_V_GEN)$(REGISTRY_GENERATE) $(REGISTRY) $(srcdir)/base/record.h $(WEIR_PEN) --table $@

doc/elements.md: $(REGISTRY_INPUT)
	@$(MKDIR_P) doc
	$(AM_V_GEN)$(REGISTRY_GENERATE) $(REGISTRY) $(srcdir)/base/record.h $(WEIR_PEN) --reference $@

BUILT_SOURCES += exporter/elements.inc
CLEANFILES += exporter/elements.inc doc/elements.md
nodist_doc_DATA = doc/elements.md
EXTRA_DIST += collectors/registry/elements.tsv collectors/registry/generate.py
