/*
 * What surrounds the library that recognises applications: how many flows it may look into, which
 * give way, and what it gets to see. The library here is a fake one: a flow's application is the
 * second octet of the first payload that begins with 'a'; 'h' makes it take memory.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/wire.h"
#include "probe/application.h"
#include "probe/application_engine.h"

struct application_engine {
	uint8_t packet[8192]; /* the last one */
	uint16_t octets;
	unsigned packets;
	unsigned freed;
	size_t heap;
};

struct fake_state {
	uint32_t found;
	uint32_t concluded; /* what application_engine_conclude() will find */
	size_t heap;
};

static struct application_engine fake;
static struct applications *a;
static application_slot slots[64];
static struct flow_packet packet;

bool application_engine_available(void)
{
	return true;
}

struct application_engine *application_engine_new(GError **error)
{
	memset(&fake, 0, sizeof(fake));
	return &fake;
}

void application_engine_free(struct application_engine *engine)
{
	assert_int_equal(engine->heap, 0);
	engine->freed++;
}

size_t application_engine_state_octets(void)
{
	return sizeof(struct fake_state);
}

size_t application_engine_heap(const struct application_engine *engine)
{
	return engine->heap;
}

bool application_engine_packet(struct application_engine *engine, void *state,
	const uint8_t *octets, uint16_t count, int64_t now_us)
{
	struct fake_state *s = state;
	const uint8_t *payload = octets + count - 2;
	uint8_t kind = packet.payload_octets == 2 ? payload[0] : 0;

	assert_int_equal(now_us, packet.time_us);
	assert_true(count <= sizeof(engine->packet));
	for (unsigned i = 0; i < APPLICATION_ENGINE_SLACK; i++) {
		assert_int_equal(octets[count + i], 0);
	}
	memcpy(engine->packet, octets, count);
	engine->octets = count;
	engine->packets++;
	if (kind == 'a') {
		s->found = payload[1];
	} else if (kind == 'c') {
		s->concluded = payload[1];
	} else if (kind == 'h') {
		s->heap += 1 << 20;
		engine->heap += 1 << 20;
	}
	return s->found != 0;
}

uint32_t application_engine_found(const struct application_engine *engine, const void *state)
{
	const struct fake_state *s = state;

	return s->found;
}

uint32_t application_engine_conclude(struct application_engine *engine, void *state)
{
	struct fake_state *s = state;
	uint32_t found = s->found != 0 ? s->found : s->concluded;

	engine->heap -= s->heap;
	memset(s, 0, sizeof(*s));
	return found;
}

void application_engine_name(
	const struct application_engine *engine, uint32_t found, char *ret, size_t octets)
{
	(void)snprintf(ret, octets, "app-%c", (int)found);
}

static int set_up(void **state)
{
	a = applications_new(4, NULL);
	memset(slots, 0, sizeof(slots));
	memset(&packet, 0, sizeof(packet));
	packet.key.ip_version = 4;
	packet.key.protocol = 17;
	packet.key.port[0] = 1000;
	packet.key.port[1] = 2000;
	packet.time_us = 1234567;
	return a == NULL;
}

static int tear_down(void **state)
{
	applications_free(a);
	return fake.freed != 1;
}

static void look_octets(unsigned flow, const void *payload, uint32_t octets)
{
	packet.payload = payload;
	packet.payload_octets = octets;
	applications_packet(a, &slots[flow], &packet);
}

static void look(unsigned flow, const char *payload)
{
	look_octets(flow, payload, (uint32_t)strlen(payload));
}

static struct application_counters counters(void)
{
	struct application_counters c;

	applications_counters(a, &c);
	return c;
}

static const char *end(unsigned flow)
{
	return applications_name(a, applications_end(a, &slots[flow]));
}

static void a_flow_is_looked_into_until_its_application_is_found(void **state)
{
	look(0, "xx");
	assert_string_equal(applications_name(a, slots[0]), "");
	look(0, "aA");
	assert_string_equal(applications_name(a, slots[0]), "app-A");
	assert_int_equal(fake.packets, 2);
	look(0, "aB");
	assert_int_equal(fake.packets, 2);
	assert_int_equal(counters().flows, 1);
	assert_int_equal(counters().recognised, 1);
	assert_string_equal(end(0), "app-A");
	assert_int_equal(slots[0], 0);
}

static void the_end_of_a_flow_decides_with_what_was_seen(void **state)
{
	look(0, "cC");
	assert_string_equal(applications_name(a, slots[0]), "");
	assert_string_equal(end(0), "app-C");
	look(1, "xx");
	assert_string_equal(end(1), "");
	assert_string_equal(end(2), ""); /* had no packet at all */
	assert_int_equal(counters().recognised, 1);
	assert_int_equal(counters().unknown, 1);
}

static void no_more_than_some_packets_of_a_flow_are_looked_at(void **state)
{
	for (unsigned i = 0; i < 100; i++) {
		look(0, "xx");
	}
	assert_int_equal(fake.packets, APPLICATION_UDP_PACKETS);
	packet.key.protocol = 6;
	for (unsigned i = 0; i < 100; i++) {
		look(1, "xx");
	}
	assert_int_equal(fake.packets, APPLICATION_UDP_PACKETS + APPLICATION_TCP_PACKETS);
	packet.key.protocol = 47;
	for (unsigned i = 0; i < 100; i++) {
		look(2, "");
	}
	assert_int_equal(fake.packets, APPLICATION_UDP_PACKETS + APPLICATION_TCP_PACKETS + 1);
	assert_int_equal(counters().unknown, 3);
	assert_int_equal(counters().evicted, 0);
	assert_string_equal(applications_name(a, slots[0]), "");
}

static void packets_without_payload_cost_nothing(void **state)
{
	packet.key.protocol = 6;
	look(0, "");
	packet.key.protocol = 17;
	look(1, "");
	assert_int_equal(fake.packets, 0);
	assert_int_equal(counters().flows, 0);
	assert_int_equal(slots[0], 0);
}

static void a_full_pool_gives_up_the_flow_that_was_silent_longest(void **state)
{
	look(0, "cC");
	for (unsigned flow = 1; flow < 4; flow++) {
		look(flow, "xx");
	}
	look(0, "xx"); /* now 1 is the one */
	assert_int_equal(counters().evicted, 0);
	look(4, "xx");
	assert_int_equal(counters().evicted, 1);
	look(1, "aB");
	assert_string_equal(applications_name(a, slots[1]), ""); /* no second chance */
	look(5, "xx");
	look(6, "xx");
	assert_int_equal(counters().evicted, 3);
	look(7, "xx");
	assert_string_equal(applications_name(a, slots[0]), "app-C"); /* what was found by then */
	assert_int_equal(counters().evicted, 4);
	assert_int_equal(counters().flows, 8);
	look(7, "aG");
	assert_string_equal(end(7), "app-G");
	look(8, "xx"); /* into the place of 7 */
	assert_int_equal(counters().evicted, 4);
}

static void states_of_ended_flows_serve_new_ones(void **state)
{
	for (unsigned i = 0; i < 1000; i++) {
		unsigned flow = i % 4;

		(void)end(flow);
		look(flow, "xx");
	}
	assert_int_equal(counters().flows, 1000);
	assert_int_equal(counters().evicted, 0);
	assert_int_equal(counters().unknown, 996);
}

static void the_memory_of_the_library_is_bounded(void **state)
{
	for (unsigned i = 0; i < 16; i++) {
		look(i % 2, "hh");
	}
	assert_int_equal(fake.heap, APPLICATION_HEAP_MAX);
	assert_int_equal(counters().evicted, 0);
	look(2, "hh");
	assert_int_equal(counters().evicted, 1);
	assert_true(fake.heap <= APPLICATION_HEAP_MAX);
	look(0, "aA");
	assert_string_equal(applications_name(a, slots[0]), "");
	assert_string_equal(end(2), "");
}

static void slots_can_be_forgotten_with_their_memory(void **state)
{
	application_slot *gone = g_new0(application_slot, 3);

	for (unsigned i = 0; i < 3; i++) {
		packet.payload = (const uint8_t *)"hh";
		packet.payload_octets = 2;
		applications_packet(a, &gone[i], &packet);
	}
	look(0, "cC");
	applications_forget(a, gone, 3);
	g_free(gone);
	assert_int_equal(fake.heap, 0);
	for (unsigned flow = 1; flow < 4; flow++) {
		look(flow, "xx");
	}
	assert_int_equal(counters().evicted, 0);
	assert_string_equal(end(0), "app-C");
}

static void what_the_library_sees_is_made_of_what_was_captured(void **state)
{
	static const uint8_t ipv4[] = {0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198,
		51, 100, 2, 3, 232, 7, 208, 0, 10, 0, 0, 'x', 'y'};
	static const uint8_t tcp[] = {
		3, 232, 7, 208, 1, 2, 3, 4, 0, 0, 0, 0, 0x51, 0x18, 0xff, 0xff, 0, 0, 0, 0, 'z'};

	memcpy(packet.key.address[0], ipv4 + 12, 4);
	memcpy(packet.key.address[1], ipv4 + 16, 4);
	look(0, "xy");
	assert_int_equal(fake.octets, sizeof(ipv4));
	assert_memory_equal(fake.packet, ipv4, sizeof(ipv4));

	packet.key.ip_version = 6;
	packet.key.protocol = 6;
	packet.tcp_sequence = 0x01020304;
	packet.tcp_flags = 0x118;
	memset(packet.key.address[0], 0x20, 16);
	memset(packet.key.address[1], 0xfd, 16);
	look(1, "z");
	assert_int_equal(fake.octets, 40 + sizeof(tcp));
	assert_int_equal(fake.packet[0], 0x60);
	assert_int_equal(load_be16(fake.packet + 4), sizeof(tcp));
	assert_int_equal(fake.packet[6], 6);
	assert_memory_equal(fake.packet + 8, packet.key.address, 32);
	assert_memory_equal(fake.packet + 40, tcp, sizeof(tcp));

	packet.key.protocol = 58; /* type and code are payload, ports are none */
	look(2, "\x80");
	assert_int_equal(fake.octets, 41);
	assert_int_equal(fake.packet[40], 0x80);
}

static void long_payloads_are_cut(void **state)
{
	uint8_t *payload = g_malloc0(70000);

	memset(payload, 'p', 70000);
	packet.payload = payload;
	packet.payload_octets = 70000;
	packet.key.protocol = 6;
	applications_packet(a, &slots[0], &packet);
	assert_int_equal(fake.octets, 20 + 20 + 4096);
	assert_int_equal(load_be16(fake.packet + 2), fake.octets);
	assert_int_equal(fake.packet[fake.octets - 1], 'p');
	g_free(payload);
}

static void more_states_than_is_sane_are_refused(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(applications_new(UINT32_MAX, &error));
	assert_non_null(strstr(error->message, "4294967295"));
	assert_true(applications_state_octets(a) >= sizeof(struct fake_state));
	assert_true(applications_available());
	applications_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_flow_is_looked_into_until_its_application_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_end_of_a_flow_decides_with_what_was_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_more_than_some_packets_of_a_flow_are_looked_at, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			packets_without_payload_cost_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_full_pool_gives_up_the_flow_that_was_silent_longest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			states_of_ended_flows_serve_new_ones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_memory_of_the_library_is_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			slots_can_be_forgotten_with_their_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_the_library_sees_is_made_of_what_was_captured, set_up, tear_down),
		cmocka_unit_test_setup_teardown(long_payloads_are_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			more_states_than_is_sane_are_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
