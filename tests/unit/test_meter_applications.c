/* What becomes of the applications of flows that end, are split, evicted or handed over. */
#include "tests/unit/application_flow.h"

#include <string.h>

#include "base/error.h"
#include "tests/unit/hello.h"
#include "tests/unit/unit.h"

static uint8_t hello[HELLO_OCTETS_MAX];

static void each_record_of_a_long_flow_has_the_name(void **state)
{
	seen.config.caches[0].active_timeout_ms = 1000;
	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	seen.now_ms += 1500;
	send_text(tcp(0, 443, 400), "more");
	seen.now_ms += 1500;
	send_text(tcp(0, 443, 404), "more");
	meter_finish(seen.meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 3);
	for (unsigned i = 0; i < seen.count; i++) {
		assert_string_equal(seen.names[i], "TLS.NetFlix");
	}
}

static void another_flow_in_the_same_place_is_looked_into_anew(void **state)
{
	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	seen.now_ms += 100000; /* idle: the packet begins another flow */
	send_text(tcp(0, 443, 1), "SSH-2.0-OpenSSH_9.2\r\n");
	send_text(tcp(1, 443, 1), "SSH-2.0-OpenSSH_9.2\r\n");
	meter_finish(seen.meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.names[0], "TLS.NetFlix");
	assert_string_equal(seen.names[1], "SSH");
}

static void directions_of_uniflows_are_looked_into_each(void **state)
{
	seen.config.caches[0].uniflow = true;
	open_meter();
	send_text(tcp(0, 2222, 1), "SSH-2.0-OpenSSH_9.2\r\n");
	send_text(tcp(1, 2222, 1), "SSH-2.0-dropbear_2022\r\n");
	meter_finish(seen.meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.names[0], "SSH");
	assert_string_equal(seen.names[1], "SSH");
}

static void evicted_flows_keep_what_was_found(void **state)
{
	struct application_counters c;

	seen.config.caches[0].flows_max = 4;
	open_meter();
	for (uint16_t i = 0; i < 20; i++) {
		struct talk talk = tcp(0, 443, 1);

		talk.port[0] = (uint16_t)(40000 + i);
		send_payload(talk, hello, hello_simple("www.netflix.com", hello));
	}
	meter_finish(seen.meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 20);
	for (unsigned i = 0; i < seen.count; i++) {
		assert_string_equal(seen.names[i], "TLS.NetFlix");
	}
	applications_counters(seen.applications, &c);
	assert_int_equal(c.flows, 20);
	assert_int_equal(c.recognised, 20);
}

static void more_flows_than_states_are_counted(void **state)
{
	struct application_counters c;

	open_meter();
	for (uint16_t i = 0; i < 50; i++) {
		struct talk talk = tcp(0, 7000, 1);

		talk.port[0] = (uint16_t)(40000 + i);
		send_text(talk, "\x81\x93 nobody knows");
	}
	applications_counters(seen.applications, &c);
	assert_int_equal(c.flows, 50);
	assert_int_equal(c.evicted, 42);
	meter_finish(seen.meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 50);
	applications_counters(seen.applications, &c);
	assert_int_equal(c.unknown, 50);
}

static void only_the_cache_of_connections_has_names(void **state)
{
	seen.config.cache_count = 2;
	seen.config.caches[0].key_fields = FLOW_KEY_SRC_ADDRESS;
	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	meter_finish(seen.meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_string_equal(seen.names[i], seen.caches[i] == 1 ? "TLS.NetFlix" : "");
	}
}

static void a_key_without_connections_is_refused(void **state)
{
	g_autoptr(GError) error = NULL;

	seen.config.caches[0].key_fields = FLOW_KEY_SRC_ADDRESS;
	assert_null(meter_new(&seen.config, NULL, NULL, NULL, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
}

static void a_meter_that_does_not_finish_gives_its_states_back(void **state)
{
	struct application_counters c;

	for (unsigned i = 0; i < 3; i++) {
		open_meter();
		for (uint16_t k = 0; k < 8; k++) {
			send_text(udp((uint16_t)(7000 + k)), "\x81\x93 nobody knows");
		}
		meter_free(seen.meter);
		seen.meter = NULL;
	}
	applications_counters(seen.applications, &c);
	assert_int_equal(c.flows, 24);
	assert_int_equal(c.evicted, 0);
}

/* As when a configuration is read again. */
static void a_meter_can_take_over_from_another(void **state)
{
	struct meter *old;

	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello) / 2);
	old = seen.meter;
	open_meter();
	meter_finish(old, RECORD_END_FORCED);
	meter_free(old);
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	meter_finish(seen.meter, RECORD_END_FORCED);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.names[1], "TLS.NetFlix");
}

static void nothing_is_recognised_when_nobody_asks(void **state)
{
	struct application_counters c;

	seen.config.applications = NULL;
	open_meter();
	send_payload(tcp(0, 443, 1), hello, hello_simple("www.netflix.com", hello));
	assert_string_equal(name_of_all(), "");
	applications_counters(seen.applications, &c);
	assert_int_equal(c.flows, 0);
}

static void without_the_library_there_is_nothing_to_keep(void **state)
{
	assert_null(applications_new(0, NULL));
}

int main(void)
{
	const struct CMUnitTest without[] = {
		cmocka_unit_test(without_the_library_there_is_nothing_to_keep),
	};
	const struct CMUnitTest with[] = {
		CASE(each_record_of_a_long_flow_has_the_name),
		CASE(another_flow_in_the_same_place_is_looked_into_anew),
		CASE(directions_of_uniflows_are_looked_into_each),
		CASE(evicted_flows_keep_what_was_found),
		CASE(more_flows_than_states_are_counted),
		CASE(only_the_cache_of_connections_has_names),
		CASE(a_key_without_connections_is_refused),
		CASE(a_meter_that_does_not_finish_gives_its_states_back),
		CASE(a_meter_can_take_over_from_another),
		CASE(nothing_is_recognised_when_nobody_asks),
	};

	if (!applications_available()) {
		return cmocka_run_group_tests(without, NULL, NULL);
	}
	return cmocka_run_group_tests(with, NULL, NULL);
}
