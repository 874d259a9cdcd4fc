check_PROGRAMS += tests/netns/listen tests/netns/send
tests_netns_listen_SOURCES = tests/netns/listen.c
tests_netns_listen_LDADD = $(BASE_LIBS)
tests_netns_send_SOURCES = tests/netns/send.c

TESTS += \
	tests/netns/background.py \
	tests/netns/daemons.py \
	tests/netns/rate.py \
	tests/netns/run.py
dist_check_SCRIPTS += \
	tests/netns/background.py \
	tests/netns/daemons.py \
	tests/netns/rate.py \
	tests/netns/modes.py \
	tests/netns/refusal.py \
	tests/netns/run.py
dist_check_SCRIPTS += \
	tests/netns/daemons.py \
	tests/netns/modes.py \
	tests/netns/refusal.py \
	tests/netns/run.py
EXTRA_DIST += \
	tests/netns/home.py \
	tests/netns/sink.py

# What a gateway must bear, with figures: 200,000 packets a second for 10 s, while the exporter
# stands still for 5 s. Wants root and a machine that has nothing else to do.
.PHONY: show
show: all tests/netns/send
	$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/tests/netns/rate.py --full
