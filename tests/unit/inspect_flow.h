#pragma once

#include "probe/inspect.h"
#include "tests/unit/unit.h"

/* One flow at a time under inspection, for tests. */

/* Who sends: from_initiator. */
enum inspect_sender {
	SERVER = 0,
	CLIENT = 1
};
enum inspect_flag {
	SYN = 0x02,
	RST = 0x04,
	ACK = 0x10
};

struct inspect_flow {
	struct inspect *inspect; /* with places for 4 streams */
	struct flow_key key;     /* of the client's packets */
	uint32_t flow;
	char name[256]; /* results of the last packet */
	enum record_name_source source;
	uint32_t message_count; /* DNS messages taken in this flow, and their octets in a row */
	uint8_t messages[70000];
	size_t message_octets;
	uint32_t last_octets;
};

extern struct inspect_flow seen;

int set_up(void **state);
int tear_down(void **state);
struct inspect_counters counters(void);
void next_flow(void);

/* Show a packet with @octets of payload, in memory of exactly this size. */
enum status packet(enum inspect_sender sender, uint32_t sequence, unsigned flags,
	const void *octets, size_t n);

/* SYN, SYN ACK, ACK; the client's first payload octet is @client_sequence, the server's is 8. */
void shake_hands(uint32_t client_sequence);

#define assert_named(status_, name_, source_)                                                      \
	do {                                                                                       \
		assert_int_equal(status_, STATUS_OK);                                              \
		assert_string_equal(seen.name, name_);                                             \
		assert_int_equal(seen.source, source_);                                            \
	} while (0)

#define INSPECT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
