# What is made from the registry of information elements.
REGISTRY = $(srcdir)/collectors/registry/elements.tsv
REGISTRY_GENERATE = $(PYTHON3) -B $(srcdir)/collectors/registry/generate.py
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
EXTRA_DIST += \
	collectors/registry/definitions.py \
	collectors/registry/elements.tsv \
	collectors/registry/generate.py

# What receivers need to know the own elements by name, made for the enterprise number of this build.
DEFINE = $(PYTHON3) -B $(srcdir)/collectors/registry/definitions.py $(REGISTRY) $(WEIR_PEN)
DEFINE_INPUT = $(REGISTRY_INPUT) $(srcdir)/collectors/registry/definitions.py Makefile

collectors/filebeat/weir.yaml collectors/logstash/weir.yaml: $(DEFINE_INPUT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(DEFINE) elastic $@

collectors/goflow2/mapping.yaml: $(DEFINE_INPUT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(DEFINE) goflow2 $@

collectors/ipfixcol2/weir.xml: $(DEFINE_INPUT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(DEFINE) ipfixcol2 $@

collectors/libfixbuf/weir.xml: $(DEFINE_INPUT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(DEFINE) libfixbuf $@

collectors/nfacctd/primitives.lst: $(DEFINE_INPUT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(DEFINE) nfacctd $@

collectors/python-ipfix/weir.iespec: $(DEFINE_INPUT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(DEFINE) python-ipfix $@

collectors/tshark/weir.lua: $(DEFINE_INPUT) $(srcdir)/collectors/tshark/weir.lua.in
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(DEFINE) tshark $(srcdir)/collectors/tshark/weir.lua.in $@

# Configurations that name such a file where it is installed.
RECEIVER_CONFIGURATIONS = \
	collectors/filebeat/filebeat.yml \
	collectors/logstash/logstash.conf \
	collectors/nfacctd/nfacctd.conf
INSTALLED = $(SED) 's|@pkgdatadir[@]|$(pkgdatadir)|g'

collectors/filebeat/filebeat.yml: $(srcdir)/collectors/filebeat/filebeat.yml.in Makefile
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(INSTALLED) $(srcdir)/collectors/filebeat/filebeat.yml.in >$@

collectors/logstash/logstash.conf: $(srcdir)/collectors/logstash/logstash.conf.in Makefile
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(INSTALLED) $(srcdir)/collectors/logstash/logstash.conf.in >$@

collectors/nfacctd/nfacctd.conf: $(srcdir)/collectors/nfacctd/nfacctd.conf.in $(DEFINE_INPUT)
	@$(MKDIR_P) $(@D)
	@$(DEFINE) nfacctd-names $(srcdir)/collectors/nfacctd/nfacctd.conf.in $@.names
	$(AM_V_GEN)$(INSTALLED) $@.names >$@ && rm -f $@.names

nobase_nodist_pkgdata_DATA = \
	$(RECEIVER_CONFIGURATIONS) \
	collectors/filebeat/weir.yaml \
	collectors/goflow2/mapping.yaml \
	collectors/ipfixcol2/weir.xml \
	collectors/libfixbuf/weir.xml \
	collectors/logstash/weir.yaml \
	collectors/nfacctd/primitives.lst \
	collectors/python-ipfix/weir.iespec \
	collectors/tshark/weir.lua
nobase_dist_pkgdata_DATA = \
	collectors/README.md \
	collectors/akvorado/README.md \
	collectors/filebeat/README.md \
	collectors/goflow2/README.md \
	collectors/ipfixcol2/README.md \
	collectors/ipfixcol2/ipfixcol2.xml \
	collectors/libfixbuf/README.md \
	collectors/logstash/README.md \
	collectors/nfacctd/README.md \
	collectors/nfdump/README.md \
	collectors/nprobe/README.md \
	collectors/python-ipfix/README.md \
	collectors/silk/README.md \
	collectors/tshark/README.md
CLEANFILES += $(nobase_nodist_pkgdata_DATA)
EXTRA_DIST += \
	collectors/filebeat/filebeat.yml.in \
	collectors/logstash/logstash.conf.in \
	collectors/nfacctd/nfacctd.conf.in \
	collectors/tshark/weir.lua.in
