check_PROGRAMS += tests/netns/listen
tests_netns_listen_SOURCES = tests/netns/listen.c
tests_netns_listen_LDADD = $(BASE_LIBS)
