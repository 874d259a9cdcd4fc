/* What the meter asks of the identity part, and what several caches share. */
#include "tests/unit/unit.h"

#include <string.h>

#include "tests/unit/meter_fixture.h"

static struct fixture f;

static int open_with_identity(void **state)
{
	fixture_init(&f);
	fixture_open(&f, &fake_identity);
	return 0;
}

static int close_default(void **state)
{
	fixture_close(&f);
	return 0;
}

/* The kinds of all calls so far, in order. */
static const char *calls(void)
{
	static char kinds[257];

	for (unsigned i = 0; i < fake_identity.count; i++) {
		kinds[i] = fake_identity.calls[i].kind;
	}
	kinds[fake_identity.count] = '\0';
	return kinds;
}

static void a_new_flow_is_seen_named_looked_into_and_annotated(void **state)
{
	fake_identity.name = 5;
	fixture_talk(&f, 0, &TALK());
	assert_string_equal(calls(), "sni");
	assert_int_equal(fake_identity.calls[0].key.port[0], 1000);
	assert_int_equal(fake_identity.calls[2].name, 5);
	assert_int_equal(fake_identity.calls[2].octets, 10);
	assert_true(fake_identity.calls[2].from_initiator);
	fixture_finish(&f);
	assert_string_equal(calls(), "snia");
	assert_int_equal(fake_identity.calls[3].name, 5);
	assert_int_equal(f.records[0].device_id, 5);
}

static void each_direction_is_seen_once_a_record_as_it_is_on_the_wire(void **state)
{
	fixture_talk(&f, 0, &TALK(.from = 1));
	fixture_talk(&f, 1, &TALK(.from = 0));
	fixture_talk(&f, 2, &TALK(.from = 1));
	fixture_talk(&f, 3, &TALK(.from = 0));
	assert_string_equal(calls(), "snisiii");
	assert_int_equal(fake_identity.calls[0].key.port[0], 2000);
	assert_int_equal(fake_identity.calls[3].key.port[0], 1000);
	assert_int_equal(fake_identity.calls[4].key.port[0], 1000);
	assert_false(fake_identity.calls[4].from_initiator);
	assert_true(fake_identity.calls[5].from_initiator);
	fixture_finish(&f);
	assert_int_equal(fake_identity.calls[7].kind, 'a');
	assert_int_equal(fake_identity.calls[7].key.port[0], 2000); /* as in the record */
}

static void streams_are_looked_into_until_they_are_done(void **state)
{
	fixture_talk(&f, 0, &TALK(.protocol = 6, .flags = 0x18));
	fake_identity.done = true;
	fake_identity.inspect = 9;
	fixture_talk(&f, 1, &TALK(.protocol = 6, .flags = 0x18));
	fixture_talk(&f, 2, &TALK(.protocol = 6, .flags = 0x18));
	assert_string_equal(calls(), "snii");
	assert_int_equal(fake_identity.calls[2].flow, fake_identity.calls[3].flow);
	assert_int_equal(fake_identity.calls[2].generation, fake_identity.calls[3].generation);
	fixture_finish(&f);
	assert_int_equal(f.records[0].device_id, 9);
	fixture_talk(&f, 3, &TALK(.protocol = 6, .flags = 0x18));
	assert_int_equal(fake_identity.calls[fake_identity.count - 1].kind, 'i');
	assert_true(fake_identity.calls[fake_identity.count - 1].generation !=
		    fake_identity.calls[3].generation);
}

static void datagrams_are_always_looked_into(void **state)
{
	fake_identity.done = true;
	for (unsigned i = 0; i < 3; i++) {
		fixture_talk(&f, i, &TALK(.port = {1000, 53}));
	}
	assert_string_equal(calls(), "sniii");
}

static void packets_that_tell_nothing_are_not_looked_into(void **state)
{
	fixture_talk(&f, 0, &TALK(.payload = TALK_NO_PAYLOAD)); /* UDP without data */
	fixture_talk(&f, 1, &TALK(.protocol = 6, .flags = 0x10, .payload = TALK_NO_PAYLOAD));
	fixture_talk(&f, 2, &TALK(.protocol = 132));
	fixture_talk(&f, 3, &TALK(.protocol = 1, .port = {8, 0}));
	fixture_talk(&f, 4, &TALK(.version = 6, .protocol = 58, .port = {128, 0}));
	fixture_talk(&f, 5, &TALK(.fragment = 0x10));
	meter_advance(f.meter, TALK_START_US + 40 * 1000000);
	assert_null(strchr(calls(), 'i'));
	fixture_talk(&f, 40001, &TALK(.protocol = 6, .flags = 0x02, .payload = TALK_NO_PAYLOAD));
	meter_advance(f.meter, TALK_START_US + 40002 * 1000);
	assert_non_null(strchr(calls(), 'i')); /* a SYN has a sequence number */
}

static void arp_is_handed_over_behind_its_header(void **state)
{
	struct octets o = {.n = 0};

	octets_ethernet(&o, 0, 0x8100);
	octets_hex(&o, "0007 0806");
	octets_fill(&o, 0, 28);
	fixture_frame(&f, 1, &o);
	assert_string_equal(calls(), "r");
	assert_int_equal(fake_identity.calls[0].octets, 28);
	assert_int_equal(fixture_counters(&f).non_ip, 1);
}

static void the_payload_is_looked_into_while_it_is_valid(void **state)
{
	/* Each frame lies in memory that is freed when the meter returns: see the fixture. */
	for (unsigned i = 0; i < 5; i++) {
		fixture_talk(&f, i, &TALK(.port = {(uint16_t)(1000 + i), 53}, .payload = 300));
		assert_int_equal(fake_identity.calls[fake_identity.count - 1].kind, 'i');
		assert_int_equal(fake_identity.calls[fake_identity.count - 1].octets, 300);
	}
}

static void rare_packets_are_looked_into_while_they_are_valid_too(void **state)
{
	for (unsigned i = 0; i < 5; i++) {
		fixture_talk(&f, i,
			&TALK(.port = {(uint16_t)(1000 + i), 53}, .vlan = 5, .inner_vlan = 6));
		assert_int_equal(fake_identity.calls[fake_identity.count - 1].kind, 'i');
		assert_int_equal(fake_identity.calls[fake_identity.count - 1].octets, 10);
	}
}

static void stable_payload_is_looked_into_before_the_call_returns(void **state)
{
	struct packet packets[3];
	struct octets frames[3];

	fixture_close(&f);
	fixture_init(&f);
	f.config.stable_payload = true;
	fixture_open(&f, &fake_identity);
	for (unsigned i = 0; i < 3; i++) {
		frames[i].n = 0;
		octets_ethernet(&frames[i], 0, 0x0800);
		octets_talk(&frames[i], &TALK(.port = {(uint16_t)(1000 + i), 53}));
		packets[i] = (struct packet){.data = frames[i].at,
			.captured = frames[i].n,
			.wire = frames[i].n,
			.time_ns = TALK_START_US * 1000,
			.link_type = 1};
	}
	meter_packets(f.meter, packets, 3);
	assert_string_equal(calls(), "snisnisni");
}

static void several_caches_count_each_packet_under_their_own_key(void **state)
{
	fixture_close(&f);
	fixture_init(&f);
	f.config.cache_count = 3;
	f.config.caches[1] = f.config.caches[0];
	f.config.caches[2] = f.config.caches[0];
	f.config.caches[0].key_fields = FLOW_KEY_SRC_ADDRESS;
	f.config.caches[2].key_fields = FLOW_KEY_5TUPLE | FLOW_KEY_TOS;
	fake_identity.name = 3;
	fixture_open(&f, &fake_identity);
	for (uint16_t i = 0; i < 4; i++) {
		fixture_talk(&f, i, &TALK(.port = {i, 2000}, .tos = (uint8_t)i, .from = i / 2));
		fixture_talk(&f, i, &TALK(.port = {i, 2000}, .tos = (uint8_t)(i + 50)));
	}
	fixture_finish(&f);
	{
		unsigned records[3] = {0};
		uint64_t packets[3] = {0};

		for (unsigned i = 0; i < f.count; i++) {
			const struct flow_record *r = &f.records[i];

			records[r->cache_id]++;
			packets[r->cache_id] += r->packets + r->rev_packets;
			/* several pairs in one flow have no one name */
			assert_int_equal(r->device_id, r->cache_id == 0 ? 0 : 3);
			assert_int_equal(r->has_reverse,
				r->cache_id == 1 && r->src_port != 0 && r->rev_packets > 0);
		}
		assert_int_equal(records[0], 2);
		assert_int_equal(records[1], 4);
		assert_int_equal(records[2], 8);
		for (unsigned i = 0; i < 3; i++) {
			assert_int_equal(packets[i], 8);
		}
	}
	/* only one of them asks */
	assert_int_equal(fake_identity.calls[0].kind, 's');
	assert_int_equal(fake_identity.calls[1].kind, 'n');
	assert_int_equal(fake_identity.calls[2].kind, 'i');
	assert_int_equal(fake_identity.calls[3].kind, 'i');
}

/* One call for each record that is not a flow's last; names that are settled stay so. */
static unsigned settled_calls(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < fake_identity.count; i++) {
		const struct identity_call *c = &fake_identity.calls[i];

		if (c->kind == 't') {
			count++;
			assert_true(c->start_us == TALK_START_US || c->name == 105);
		}
	}
	return count;
}

static void a_flow_that_goes_on_has_its_name_settled_before_its_first_record(void **state)
{
	fixture_close(&f);
	fixture_init(&f);
	f.config.cache_count = 2;
	f.config.caches[1] = f.config.caches[0];
	f.config.caches[1].active_timeout_ms = 100000;
	fake_identity.name = 5;
	fixture_open(&f, &fake_identity);
	for (unsigned i = 0; i <= 16; i++) { /* 640 s */
		fixture_talk(&f, i * 40000, &TALK());
	}
	fixture_finish(&f);
	assert_int_equal(settled_calls(), 2 + 5);
	assert_int_equal(f.count, 3 + 6);
	for (unsigned i = 0; i < f.count; i++) {
		assert_int_equal(f.records[i].device_id, 105);
	}
}

static void a_flow_without_a_name_has_none_settled(void **state)
{
	for (unsigned i = 0; i <= 16; i++) {
		fixture_talk(&f, i * 40000, &TALK());
	}
	fixture_finish(&f);
	assert_int_equal(f.count, 3);
	assert_int_equal(settled_calls(), 0);
}

static void flow_ids_differ_between_caches_flows_and_processes(void **state)
{
	uint64_t ids[3];

	fixture_talk(&f, 0, &TALK(.port = {1, 2}));
	fixture_talk(&f, 0, &TALK(.port = {3, 4}));
	fixture_finish(&f);
	assert_int_equal(f.count, 2);
	ids[0] = f.records[0].flow_id;
	ids[1] = f.records[1].flow_id;
	fixture_close(&f);
	fixture_init(&f);
	f.config.hash_seed = 0;
	fixture_open(&f, NULL);
	fixture_talk(&f, 0, &TALK(.port = {1, 2}));
	fixture_finish(&f);
	ids[2] = f.records[0].flow_id;
	assert_true(ids[0] != ids[1]);
	assert_true(ids[0] != ids[2] && ids[1] != ids[2]);
}

static void interfaces_are_exported_under_their_own_numbers(void **state)
{
	meter_interface_set(f.meter, 1, 77);
	meter_interface_set(f.meter, 60000, 5); /* beyond the table: kept as it is */
	for (unsigned i = 0; i < 3; i++) {
		static const uint16_t index[] = {0, 1, 60000};

		fixture_talk(&f, i, &TALK(.port = {(uint16_t)i, 9}, .interface = index[i]));
	}
	fixture_finish(&f);
	assert_int_equal(f.records[0].ingress_interface, 1);
	assert_int_equal(f.records[1].ingress_interface, 77);
	assert_int_equal(f.records[2].ingress_interface, 60001);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_with_identity, close_default)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_flow_is_seen_named_looked_into_and_annotated),
		TEST(each_direction_is_seen_once_a_record_as_it_is_on_the_wire),
		TEST(streams_are_looked_into_until_they_are_done),
		TEST(datagrams_are_always_looked_into),
		TEST(packets_that_tell_nothing_are_not_looked_into),
		TEST(arp_is_handed_over_behind_its_header),
		TEST(the_payload_is_looked_into_while_it_is_valid),
		TEST(rare_packets_are_looked_into_while_they_are_valid_too),
		TEST(stable_payload_is_looked_into_before_the_call_returns),
		TEST(several_caches_count_each_packet_under_their_own_key),
		TEST(a_flow_that_goes_on_has_its_name_settled_before_its_first_record),
		TEST(a_flow_without_a_name_has_none_settled),
		TEST(flow_ids_differ_between_caches_flows_and_processes),
		TEST(interfaces_are_exported_under_their_own_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
