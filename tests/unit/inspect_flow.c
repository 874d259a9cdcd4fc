#include "tests/unit/inspect_flow.h"

#include <stdlib.h>
#include <string.h>

struct inspect_flow seen;

static void take_dns(
	void *context, const struct inspect_input *input, const uint8_t *message, uint32_t octets)
{
	assert_ptr_equal(context, &seen);
	assert_int_equal(input->flow, seen.flow);
	seen.message_count++;
	seen.last_octets = octets;
	assert_true(seen.message_octets + octets <= sizeof(seen.messages));
	memcpy(seen.messages + seen.message_octets, message, octets);
	seen.message_octets += octets;
}

int set_up(void **state)
{
	memset(&seen, 0, sizeof(seen));
	seen.inspect = inspect_new(4, 1, take_dns, &seen, NULL);
	assert_non_null(seen.inspect);
	seen.key.protocol = 6;
	seen.key.ip_version = 4;
	seen.key.port[0] = 40000;
	seen.key.port[1] = 443;
	return 0;
}

int tear_down(void **state)
{
	inspect_free(seen.inspect);
	return 0;
}

struct inspect_counters counters(void)
{
	struct inspect_counters c;

	inspect_counters(seen.inspect, &c);
	return c;
}

void next_flow(void)
{
	seen.flow++;
	seen.message_count = 0;
	seen.message_octets = 0;
}

enum status packet(
	enum inspect_sender sender, uint32_t sequence, unsigned flags, const void *octets, size_t n)
{
	struct flow_key key = seen.key;
	uint8_t *copy = malloc(n > 0 ? n : 1);
	struct inspect_input input = {.key = &key,
		.payload = copy,
		.octets = (uint32_t)n,
		.tcp_sequence = sequence,
		.tcp_flags = (uint16_t)flags,
		.flow = seen.flow,
		.flow_generation = 1,
		.from_initiator = sender == CLIENT};
	enum status status;

	assert_non_null(copy);
	if (n > 0) {
		memcpy(copy, octets, n);
	}
	if (sender == SERVER) {
		key.port[0] = seen.key.port[1];
		key.port[1] = seen.key.port[0];
	}
	memset(seen.name, 'x', sizeof(seen.name));
	status = inspect_stream(seen.inspect, &input, seen.name, &seen.source);
	free(copy);
	if (status != STATUS_OK) {
		assert_string_equal(seen.name, "");
		assert_int_equal(seen.source, RECORD_NAME_NONE);
	}
	return status;
}

void shake_hands(uint32_t client_sequence)
{
	assert_int_equal(packet(CLIENT, client_sequence - 1, SYN, NULL, 0), STATUS_AGAIN);
	assert_int_equal(packet(SERVER, 7, SYN | ACK, NULL, 0), STATUS_AGAIN);
	assert_int_equal(packet(CLIENT, client_sequence, ACK, NULL, 0), STATUS_AGAIN);
}
