# Not built by default: `make bench` builds them and runs the comparison.
BENCH_TOOLS = \
	tests/bench/collect \
	tests/bench/floor \
	tests/bench/make_corpus
EXTRA_PROGRAMS = $(BENCH_TOOLS)
CLEANFILES += $(BENCH_TOOLS)
EXTRA_DIST += tests/bench/bench.py

tests_bench_collect_SOURCES = tests/bench/collect.c
tests_bench_floor_SOURCES = tests/bench/floor.c
tests_bench_floor_LDADD = $(BASE_LIBS)
tests_bench_make_corpus_SOURCES = \
	tests/bench/corpus.c \
	tests/bench/corpus.h \
	tests/bench/corpus_home.c \
	tests/bench/make_corpus.c
tests_bench_make_corpus_LDADD = -lm

.PHONY: bench
bench: $(BENCH_TOOLS) weir
	$(PYTHON3) $(srcdir)/tests/bench/bench.py $(abs_builddir)
