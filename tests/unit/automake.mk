if HAVE_CMOCKA
UNIT_LIBS = $(CMOCKA_LIBS)
include tests/unit/base.mk
include tests/unit/capture.mk
include tests/unit/meter.mk
include tests/unit/identity.mk
include tests/unit/inspect.mk
include tests/unit/exporter.mk
include tests/unit/secure.mk
include tests/unit/stream.mk
include tests/unit/cli.mk
endif
