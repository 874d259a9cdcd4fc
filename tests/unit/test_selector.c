#include "probe/selector.h"

#include <math.h>
#include <string.h>

#include "base/wire.h"
#include "probe/network.h"
#include "probe/selection_text.h"
#include "tests/unit/meter_fixture.h"
#include "tests/unit/unit.h"

/*
 * How far a count of what is random may be from its expectation: five standard deviations, which one
 * of 1.7 million right implementations would miss. Seeds are fixed, so a test always does the same.
 */
#define DEVIATIONS 5

static void assert_binomial(uint64_t selected, uint64_t of, double probability)
{
	double expected = (double)of * probability;
	double deviation = sqrt(expected * (1 - probability));

	assert_true(fabs((double)selected - expected) <= DEVIATIONS * deviation);
}

static void open_selection(struct selection *selection, const char *text, uint64_t seed)
{
	struct selection_spec spec;
	GError *error = NULL;

	assert_true(selection_text_parse(text, &spec, &error));
	assert_null(error);
	selection_init(selection, &spec, seed);
}

/* A packet and its octets, as an observation point sees it. */
struct seen {
	struct octets o;
	struct flow_packet flow;
	struct selector_packet packet;
};

static void see_octets(struct seen *seen)
{
	struct network_fragment fragment;
	struct frame frame = {.data = seen->o.at, .end = seen->o.n};

	assert_int_equal(
		network_parse(&frame, seen->o.at[0] >> 4, seen->o.n, &seen->flow, &fragment),
		NETWORK_OK);
	seen->packet = (struct selector_packet){
		.flow = &seen->flow, .ip = seen->o.at, .ip_octets = seen->o.n};
}

static struct selector_packet *see(struct seen *seen, const struct talk *talk)
{
	seen->o.n = 0;
	octets_talk(&seen->o, talk);
	see_octets(seen);
	return &seen->packet;
}

/* The @i-th of many different packets. */
static struct selector_packet *see_another(struct seen *seen, uint32_t i, unsigned version)
{
	see(seen, &TALK(.version = (uint8_t)version, .identification = (uint16_t)(i * 7),
			  .port = {(uint16_t)(1024 + i % 50000), 443},
			  .address = {(uint8_t)(1 + i % 200), 9}));
	/* The payload counts, too. */
	store_be32(seen->o.at + (version == 4 ? 20 : 40) + 4, i * 2654435761U);
	return &seen->packet;
}

static bool take_at(struct selection *selection, int64_t time_us)
{
	struct seen seen;

	see(&seen, &TALK(.from = 0));
	seen.flow.time_us = time_us;
	return selection_take(selection, &seen.packet);
}

static void a_count_takes_the_first_of_each_interval_and_space(void **state)
{
	struct selection selection;

	open_selection(&selection, "count:3/4", 1);
	for (unsigned i = 0; i < 7000; i++) {
		assert_int_equal(take_at(&selection, 0), i % 7 < 3);
	}
	assert_int_equal(selection.selectors[0].counters.packets_observed, 7000);
	assert_int_equal(selection.selectors[0].counters.packets_selected, 3000);
	open_selection(&selection, "count:5/0", 1);
	for (unsigned i = 0; i < 20; i++) {
		assert_true(take_at(&selection, 0));
	}
	open_selection(&selection, "count:4294967295/4294967295", 1);
	for (unsigned i = 0; i < 20; i++) {
		assert_true(take_at(&selection, 0));
	}
}

static void time_takes_what_comes_in_its_intervals(void **state)
{
	struct selection selection;
	int64_t now = TALK_START_US;

	open_selection(&selection, "time:10ms/90ms", 1);
	assert_true(take_at(&selection, now));
	assert_true(take_at(&selection, now + 9999));
	assert_false(take_at(&selection, now + 10000));
	assert_false(take_at(&selection, now + 99999));
	assert_true(take_at(&selection, now + 100000));
	assert_true(take_at(&selection, now + 3600 * INT64_C(1000000)));
	assert_false(take_at(&selection, now - 1)); /* the clock was set back */
	assert_false(take_at(&selection, now - 90000));
	assert_true(take_at(&selection, now - 90001));
	assert_true(take_at(&selection, now - 100000));
	assert_int_equal(selection.selectors[0].counters.packets_selected, 6);
}

static void time_takes_its_share_of_packets_that_come_at_random(void **state)
{
	struct selection selection;
	struct selector_random random;
	int64_t now = TALK_START_US;
	uint64_t selected = 0;

	selector_random_init(&random, 7);
	open_selection(&selection, "time:20ms/60ms", 1);
	for (unsigned i = 0; i < 40000; i++) {
		/* The mean gap is longer than a period, so that packets do not depend on those
		 * before. */
		now += selector_random_below(&random, 400000);
		selected += take_at(&selection, now);
	}
	assert_binomial(selected, 40000, 0.25);
}

static void n_of_n_takes_exactly_so_many_of_each_population(void **state)
{
	struct selection selection;
	unsigned at[50] = {0};
	unsigned pairs = 0;
	const unsigned populations = 4000;

	open_selection(&selection, "nofn:5/50", 42);
	for (unsigned p = 0; p < populations; p++) {
		unsigned selected = 0;
		bool last = false;

		for (unsigned i = 0; i < 50; i++) {
			bool taken = take_at(&selection, 0);

			selected += taken;
			at[i] += taken;
			pairs += taken && last;
			last = taken;
		}
		assert_int_equal(selected, 5);
	}
	for (unsigned i = 0; i < 50; i++) { /* each place is as likely */
		assert_binomial(at[i], populations, 0.1);
	}
	/* Two that follow each other: 49 places, each with 5/50 * 4/49; they depend on each other a
	 * little, which makes them vary less. */
	assert_binomial(pairs, (uint64_t)populations * 49, 0.1 * 4 / 49);
}

static void n_of_n_can_take_all_and_one_of_one(void **state)
{
	struct selection selection;

	open_selection(&selection, "nofn:7/7+nofn:1/1", 42);
	for (unsigned i = 0; i < 100; i++) {
		assert_true(take_at(&selection, 0));
	}
}

static void a_probability_is_the_share_of_packets_and_each_stands_alone(void **state)
{
	static const double probabilities[] = {0.001, 0.01, 0.37, 0.999};

	for (unsigned k = 0; k < 4; k++) {
		struct selection selection;
		g_autofree char *text = g_strdup_printf("prob:%g", probabilities[k]);
		const uint64_t count = 200000;
		uint64_t selected = 0;
		uint64_t pairs = 0;
		bool last = false;

		open_selection(&selection, text, 11 + k);
		for (uint64_t i = 0; i < count; i++) {
			bool taken = take_at(&selection, 0);

			selected += taken;
			pairs += taken && last && i % 2 == 1; /* pairs that share no packet */
			last = taken;
		}
		assert_binomial(selected, count, probabilities[k]);
		assert_binomial(pairs, count / 2, probabilities[k] * probabilities[k]);
	}
}

static void probability_0_takes_nothing_and_1_everything(void **state)
{
	struct selection none;
	struct selection all;

	open_selection(&none, "prob:0", 3);
	open_selection(&all, "prob:1", 3);
	for (unsigned i = 0; i < 10000; i++) {
		assert_false(take_at(&none, 0));
		assert_true(take_at(&all, 0));
	}
}

static void the_same_seed_makes_the_same_choices_and_another_does_not(void **state)
{
	struct selection a;
	struct selection b;
	struct selection c;
	unsigned different = 0;

	open_selection(&a, "prob:0.5", 5);
	open_selection(&b, "prob:0.5", 5);
	open_selection(&c, "prob:0.5", 0); /* from the kernel */
	for (unsigned i = 0; i < 1000; i++) {
		bool taken = take_at(&a, 0);

		assert_int_equal(take_at(&b, 0), taken);
		different += take_at(&c, 0) != taken;
	}
	assert_true(different > 0);
}

static void a_hash_takes_the_share_of_its_ranges(void **state)
{
	static const struct {
		const char *text;
		double share;
		unsigned version;
	} cases[] = {
		{"hash:bob:share=0.05:init=0x9a3f9a3f", 0.05, 4},
		{"hash:bob:share=0.05:init=1", 0.05, 6},
		{"hash:bob:range=0-42949672:range=2147483648-2190433319:init=7", 0.02, 4},
		{"hash:crc32:share=0.25:init=3", 0.25, 4},
		{"hash:ipsx:range=0-6553", 0.1, 4},
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct selection selection;
		uint64_t selected = 0;

		open_selection(&selection, cases[k].text, 1);
		for (uint32_t i = 0; i < 100000; i++) {
			struct seen seen;

			selected +=
				selection_take(&selection, see_another(&seen, i, cases[k].version));
		}
		assert_binomial(selected, 100000, cases[k].share);
	}
}

/* The packet as it is some routers on: hops counted, remarked, checksum anew, padded by Ethernet. */
static void pass_on(struct seen *seen)
{
	bool ipv4 = seen->o.at[0] >> 4 == 4;

	if (ipv4) {
		seen->o.at[1] = 0xb8;
		seen->o.at[8] -= 5;
		store_be16(seen->o.at + 10, 0xabcd);
	} else {
		store_be32(seen->o.at, UINT32_C(0x6b812345));
		seen->o.at[7] -= 5;
	}
	octets_fill(&seen->o, 0xee, 12);
	see_octets(seen);
}

static void hashes_choose_the_same_packets_wherever_they_are_observed(void **state)
{
	static const char *const texts[] = {"hash:bob:share=0.5:init=9:size=32",
		"hash:crc32:share=0.5:init=9:size=32:offset=4", "hash:ipsx:share=0.5"};

	for (unsigned k = 0; k < 6; k++) {
		struct selection here;
		struct selection there;
		uint64_t selected;

		open_selection(&here, texts[k / 2], 1);
		open_selection(&there, texts[k / 2], 2);
		for (uint32_t i = 0; i < 2000; i++) {
			struct seen seen;
			bool taken = selection_take(&here, see_another(&seen, i, k % 2 ? 6 : 4));

			pass_on(&seen);
			assert_int_equal(selection_take(&there, &seen.packet), taken);
			assert_int_equal(here.selectors[0].hash, there.selectors[0].hash);
		}
		selected = here.selectors[0].counters.packets_selected;
		if (k == 5) { /* IPSX knows no IPv6, but its packets were observed */
			assert_int_equal(selected, 0);
			assert_int_equal(here.selectors[0].counters.packets_observed, 2000);
		} else {
			assert_binomial(selected, 2000, 0.5);
		}
	}
}

static void without_an_initialiser_each_hash_takes_one_of_its_own(void **state)
{
	struct selection a;
	struct selection b;

	open_selection(&a, "hash:bob:share=0.5", 1);
	open_selection(&b, "hash:bob:share=0.5", 2);
	assert_int_not_equal(a.selectors[0].spec.initialiser, b.selectors[0].spec.initialiser);
	open_selection(&b, "hash:bob:share=0.5:init=0", 2);
	assert_int_equal(b.selectors[0].spec.initialiser, 0);
}

static bool matches(const char *text, const struct talk *talk)
{
	struct selection selection;
	struct seen seen;

	open_selection(&selection, text, 1);
	see(&seen, talk);
	memcpy(seen.flow.key.mac[0], "\x02\0\0\0\0\x01", 6);
	memcpy(seen.flow.key.mac[1], "\x02\0\0\0\0\x02", 6);
	seen.flow.key.vlan_id = talk->vlan;
	return selection_take(&selection, &seen.packet);
}

static void a_match_is_of_every_field(void **state)
{
	static const struct {
		const char *text;
		bool matches;
	} cases[] = {
		{"match:src=192.0.2.1", true},
		{"match:src=192.0.2.2", false},
		{"match:src=192.0.2.0/29", true},
		{"match:src=192.0.2.8/29", false},
		{"match:src=0.0.0.0/0", true},
		{"match:src=::/0", false},
		{"match:dst=198.51.100.2", true},
		{"match:dst=198.51.0.0/16", true},
		{"match:dst=192.0.2.1", false},
		{"match:sport=1000", true},
		{"match:sport=1001-2000", false},
		{"match:dport=1990-2000", true},
		{"match:sourceTransportPort=1000", true},
		{"match:proto=17", true},
		{"match:proto=6", false},
		{"match:ip=4", true},
		{"match:vlan=7", true},
		{"match:vlan=0", false},
		{"match:smac=02:00:00:00:00:01", true},
		{"match:dmac=02:00:00:00:00:01", false},
		{"match:dmac=02:00:00:00:00:02:smac=02:00:00:00:00:01:proto=17", true},
		{"match:tos=184", true},
		{"match:ttl=60-64", true},
		{"match:ttl=255", false},
		{"match:length=38", true},
		{"match:length=39-65535", false},
		{"match:proto=17:dport=2000:src=192.0.2.1", true},
		{"match:proto=17:dport=2001:src=192.0.2.1", false},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			matches(cases[i].text, &TALK(.vlan = 7, .tos = 0xb8)), cases[i].matches);
	}
	assert_true(matches(
		"match:src=2001:db8::1:dst=2001:db8:ffff::/48:sport=1000", &TALK(.version = 6)));
	assert_false(matches("match:src=2001:db8::2:dport=2000", &TALK(.version = 6)));
	assert_false(matches("match:src=192.0.2.0/24", &TALK(.version = 6)));
}

static void a_port_that_cannot_be_read_matches_nothing(void **state)
{
	assert_false(matches("match:sport=0-65535", &TALK(.protocol = 50, .payload = 40)));
	assert_false(matches("match:dport=0-65535", &TALK(.protocol = 1, .port = {8, 0})));
	assert_false(matches("match:dport=0-65535", &TALK(.fragment = 100, .payload = 40)));
	assert_true(matches("match:proto=17", &TALK(.fragment = 100, .payload = 40)));
	assert_true(matches("match:dport=0-65535", &TALK(.protocol = 132)));
}

static void a_chain_hands_on_what_each_selects(void **state)
{
	struct selection s;

	open_selection(&s, "match:proto=17+all+nofn:1/2+count:1/4", 1);
	for (unsigned i = 0; i < 3000; i++) {
		struct seen seen;

		selection_take(&s, see(&seen, &TALK(.protocol = i % 3 ? 17 : 6)));
	}
	assert_int_equal(s.count, 4);
	assert_int_equal(s.selectors[0].counters.packets_observed, 3000);
	assert_int_equal(s.selectors[0].counters.packets_selected, 2000);
	assert_int_equal(s.selectors[1].counters.packets_selected, 2000);
	assert_int_equal(s.selectors[2].counters.packets_selected, 1000);
	assert_int_equal(s.selectors[3].counters.packets_selected, 200);
	for (unsigned i = 1; i < 4; i++) {
		assert_int_equal(s.selectors[i].counters.packets_observed,
			s.selectors[i - 1].counters.packets_selected);
		assert_int_equal(s.selectors[i].counters.octets_observed,
			s.selectors[i - 1].counters.octets_selected);
	}
	assert_int_equal(s.selectors[3].counters.octets_selected, 200 * 38);
}

static void random_numbers_are_below_their_bound_and_spread(void **state)
{
	struct selector_random random;
	unsigned at[10] = {0};

	selector_random_init(&random, 1);
	for (unsigned i = 0; i < 100000; i++) {
		uint32_t x = selector_random_below(&random, 10);

		assert_true(x < 10);
		at[x]++;
	}
	for (unsigned i = 0; i < 10; i++) {
		assert_binomial(at[i], 100000, 0.1);
	}
	assert_int_equal(selector_random_below(&random, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_takes_the_first_of_each_interval_and_space),
		cmocka_unit_test(time_takes_what_comes_in_its_intervals),
		cmocka_unit_test(time_takes_its_share_of_packets_that_come_at_random),
		cmocka_unit_test(n_of_n_takes_exactly_so_many_of_each_population),
		cmocka_unit_test(n_of_n_can_take_all_and_one_of_one),
		cmocka_unit_test(a_probability_is_the_share_of_packets_and_each_stands_alone),
		cmocka_unit_test(probability_0_takes_nothing_and_1_everything),
		cmocka_unit_test(the_same_seed_makes_the_same_choices_and_another_does_not),
		cmocka_unit_test(a_hash_takes_the_share_of_its_ranges),
		cmocka_unit_test(hashes_choose_the_same_packets_wherever_they_are_observed),
		cmocka_unit_test(without_an_initialiser_each_hash_takes_one_of_its_own),
		cmocka_unit_test(a_match_is_of_every_field),
		cmocka_unit_test(a_port_that_cannot_be_read_matches_nothing),
		cmocka_unit_test(a_chain_hands_on_what_each_selects),
		cmocka_unit_test(random_numbers_are_below_their_bound_and_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
