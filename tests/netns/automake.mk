check_PROGRAMS += tests/netns/listen tests/netns/send
tests_netns_listen_SOURCES = tests/netns/listen.c
tests_netns_listen_LDADD = $(BASE_LIBS)
tests_netns_send_SOURCES = tests/netns/send.c

TESTS += \
	tests/netns/daemons.py \
	tests/netns/run.py
dist_check_SCRIPTS += \
	tests/netns/daemons.py \
	tests/netns/run.py
EXTRA_DIST += \
	tests/netns/home.py \
	tests/netns/sink.py
