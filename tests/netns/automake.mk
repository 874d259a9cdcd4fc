check_PROGRAMS += tests/netns/listen tests/netns/send
tests_netns_listen_SOURCES = tests/netns/listen.c
tests_netns_listen_LDADD = $(BASE_LIBS)
tests_netns_send_SOURCES = tests/netns/send.c

NETNS_TESTS = \
	tests/netns/background.py \
	tests/netns/daemons.py \
	tests/netns/modes.py \
	tests/netns/outage.py \
	tests/netns/rate.py \
	tests/netns/refusal.py \
	tests/netns/run.py
TESTS += $(NETNS_TESTS)
dist_check_SCRIPTS += $(NETNS_TESTS)
EXTRA_DIST += \
	tests/netns/home.py \
	tests/netns/sink.py

# What a gateway must bear, with figures: 200,000 packets a second for 10 s, while the exporter
# stands still for 5 s; a minute of outages at 5,000 flows a second. Wants root and a machine that
# has nothing else to do.
.PHONY: show
show: all tests/netns/send
	$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/tests/netns/rate.py --full
	$(AM_TESTS_ENVIRONMENT) $(PYTHON3) $(srcdir)/tests/netns/outage.py \
		--rate 5000 --seconds 60
