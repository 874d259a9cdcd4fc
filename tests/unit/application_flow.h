#pragma once

#include "probe/application.h"
#include "tests/unit/meter_fixture.h"

/* A meter that recognises applications, and what it makes of some flows. */

#define SEEN_MAX 64

struct application_flow {
	struct applications *applications; /* with 8 states */
	struct meter_config config;        /* one cache, 100 flows; a second one is prepared */
	struct meter *meter;
	int64_t now_ms; /* of the last packet */
	/* Records as they come, with the names in them. */
	char names[SEEN_MAX][APPLICATION_NAME_MAX + 1];
	uint8_t caches[SEEN_MAX];
	unsigned count;
};

extern struct application_flow seen;

int set_up(void **state);
int tear_down(void **state);
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* After set_up() and changes of the configuration. */
void open_meter(void);

/* A frame with @payload behind the headers of @talk, of which @cut octets were not captured, 1 ms
 * after the one before. */
void send_cut(struct talk talk, const void *payload, size_t octets, uint32_t cut);
void send_payload(struct talk talk, const void *payload, size_t octets);
void send_text(struct talk talk, const char *text);

/* Finish; the name in the only record of what was sent. */
const char *name_of_all(void);

/* Packets of a connection from port 40000 to @port. */
struct talk tcp(unsigned from, uint16_t port, uint32_t sequence);
struct talk udp(uint16_t port);

/* A datagram with a QUIC Initial packet that has a hello for @name, to @ret (SEAL_OCTETS_MAX). */
size_t seal_hello(const char *name, uint8_t *ret);
