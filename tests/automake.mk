include tests/unit/automake.mk
