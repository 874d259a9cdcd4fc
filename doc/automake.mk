dist_man_MANS += \
	doc/weir-export.8 \
	doc/weir-probe.8 \
	doc/weir.1

EXTRA_DIST += doc/conformance.md
