#include "probe/selector_hash.h"

#include <string.h>

#include "base/wire.h"
#include "tests/unit/meter_fixture.h"
#include "tests/unit/unit.h"

/* Values of the reference function in RFC 5475 A.2, for each length up to 25 and some beyond. */
static const struct {
	const char *input;
	uint32_t initialiser;
	uint32_t value;
} bob_values[] = {
	{"", 1, 0x6ddfb8c9},
	{"4d", 1, 0x6a65aba9},
	{"1825", 0xdeadbeef, 0xc3b63a7b},
	{"30bb1d", 0xdeadbeef, 0x5948a135},
	{"6d132cde", 1, 0xf88bc275},
	{"237b2ed91e", 0xdeadbeef, 0x02c19ed3},
	{"3f721fcb1971", 0, 0x82a3da0f},
	{"4494d6493c9d5c", 0, 0xaef41312},
	{"60be31201e69feda", 1, 0xf41a8fb5},
	{"eee8b9997f5c7c2999", 0xdeadbeef, 0xb97478b1},
	{"fdafe593253cd654af4d", 1, 0xb72d017c},
	{"d71427a0aeb3fee9232f8a", 1, 0x43a687ce},
	{"211f9ee491c5b10becb5563b", 1, 0xd3591fd1},
	{"1e6f93427ecbc8fe2955e5cd8e", 0, 0x09cb0f5e},
	{"dc8ed4b7c2764d2a5a4d767706f8", 0xdeadbeef, 0x4fa76fbf},
	{"5d8690024ad6bda3401be9c8cbccc9", 0, 0x0645cf2c},
	{"72637acd7466fcb60e0e8ff18463b0e4b2ba29", 0, 0x5d3da023},
	{"1fa6f7361d7f618d1532e70e20e2a6668de7f47e8467e5", 0, 0xfffde429},
	{"d53ec8e2a1257bdb256c9b3e4fbb498146ef7030cbf95372", 0, 0xb1f8dcd1},
	{"dcceadd764b6a32fbb09adeae109c4a997203975352b878b14", 0, 0xa7a4dde1},
	{"d58942167a385286195c679f9c6994e45b8ab1098012070961f37de436ddfdc99d6e75af6547cfb1", 0,
		0x36851be4},
	{"42072482dc531c2bc3907c9617eb5e5089e40186baa8a57d119e6fb65d00abc32af38e667f022e872d49cc15"
	 "c90b999b772b4fc7a6fd4c914a16db4708752b0f",
		0, 0x0dd956da},
};

static void bob_gives_the_values_of_its_reference(void **state)
{
	for (size_t i = 0; i < sizeof(bob_values) / sizeof(bob_values[0]); i++) {
		struct octets o = {.n = 0};

		octets_hex(&o, bob_values[i].input);
		assert_int_equal(selector_hash_bob(o.at, o.n, bob_values[i].initialiser),
			bob_values[i].value);
	}
}

/* An IPv4 header and 8 octets behind it. */
static const struct {
	const char *input;
	uint16_t value;
} ipsx_values[] = {
	{"c9c727b8db8c188f341a924c7f88dfa161bfdb0ecc682919d2e64692", 0x2201},
	{"f8194157f1d4af90988285cf7a9af7c93d5552266afe70e7aae6da47", 0x387e},
	{"627c2e59af2ea37abc84670ad3c4d36bc08aad1fff8eb8406e2f8a7f", 0x1602},
	{"c4cce4dd9f0b4110d9f2fa0025c8efe57f37724f4d37ea2b14004077", 0xd972},
	{"139b4180df3932249962c6857200059aeb8ea17cf3787e0ed29d1c0b", 0x356b},
	{"63ffd7298374d9bd74fc11add7b9ca6503952269fd669f6376ee7187", 0x2406},
	{"9737fd5f72f8d51c4ac91b6d0c48d41a1e5ec9e6a0392854a8615eef", 0x4ace},
	{"109fc1bfa9e2563701288f29b3d73f6ac2b69edd2c19f264bee462a5", 0xe90e},
};

static void ipsx_gives_the_values_of_its_reference(void **state)
{
	for (size_t i = 0; i < sizeof(ipsx_values) / sizeof(ipsx_values[0]); i++) {
		struct octets o = {.n = 0};

		octets_hex(&o, ipsx_values[i].input);
		assert_int_equal(selector_hash_ipsx(o.at, o.at + 20), ipsx_values[i].value);
	}
}

static void crc_gives_the_check_value_and_continues(void **state)
{
	const uint8_t *digits = (const uint8_t *)"123456789";

	assert_int_equal(selector_hash_crc(digits, 9, 0), 0xcbf43926);
	assert_int_equal(
		selector_hash_crc(digits + 4, 5, selector_hash_crc(digits, 4, 0)), 0xcbf43926);
	assert_int_equal(selector_hash_crc(digits, 0, 0), 0);
}

static void the_input_of_ipv4_is_what_stays_the_same_on_the_way(void **state)
{
	static const char expected[] = "\x12\x34\x40\x00\xc0\x00\x02\x01\xc6\x33\x64\x02"
				       "\x03\xe8\x07\xd0\x00\x00\x00\x00xx";
	struct octets o = {.n = 0};
	uint8_t input[SELECTOR_HASH_INPUT_MAX];

	octets_talk(&o, &TALK(.identification = 0x1234, .fragment = 0x4000));
	assert_int_equal(selector_hash_input(o.at, o.n, 0, 10, input), 22);
	assert_memory_equal(input, expected, 22);
	assert_int_equal(selector_hash_input(o.at, o.n, 2, 4, input), 16);
	assert_memory_equal(input + 12, expected + 14, 4);
}

static void the_payload_of_ipv4_begins_behind_the_options(void **state)
{
	struct octets o = {.n = 0};
	uint8_t input[SELECTOR_HASH_INPUT_MAX];

	octets_hex(&o, "46000020 00010000 40110000 0a000001 0a000002 94040000 aabbccdd eeff0011");
	assert_int_equal(selector_hash_input(o.at, o.n, 0, 4, input), 16);
	assert_int_equal(load_be32(input + 12), 0xaabbccdd);
}

static void the_input_of_ipv6_is_length_some_of_the_addresses_and_payload(void **state)
{
	struct octets o = {.n = 0};
	uint8_t input[SELECTOR_HASH_INPUT_MAX];

	octets_hex(&o, "60012345 0008 11 40"
		       "0102030405060708 090a0b0c0d0e0f10"
		       "1112131415161718 191a1b1c1d1e1f20"
		       "aabbccddeeff0011");
	assert_int_equal(selector_hash_input(o.at, o.n, 0, 4, input), 16);
	assert_memory_equal(
		input, "\0\x08\x0a\x0b\x0e\x0f\x10\x1a\x1b\x1e\x1f\x20\xaa\xbb\xcc\xdd", 16);
}

static void what_payload_there_is_not_is_not_hashed(void **state)
{
	struct octets o = {.n = 0};
	uint8_t input[SELECTOR_HASH_INPUT_MAX];

	octets_talk(&o, &TALK(.payload = 2));
	assert_int_equal(selector_hash_input(o.at, o.n, 0, 32, input), 12 + 8 + 2);
	assert_int_equal(selector_hash_input(o.at, o.n, 9, 32, input), 12 + 1);
	assert_int_equal(selector_hash_input(o.at, o.n, 10, 32, input), 12);
	assert_int_equal(selector_hash_input(o.at, o.n, 60000, 256, input), 12);
	assert_int_equal(selector_hash_input(o.at, 20, 0, 256, input), 12);
}

static bool value_of(struct selection_spec_selector spec, const struct talk *talk, uint32_t *ret)
{
	struct octets o = {.n = 0};

	octets_talk(&o, talk);
	return selector_hash_packet(&spec, o.at, o.n, talk->protocol ? talk->protocol : 17, ret);
}

static void encrypted_payload_has_no_value(void **state)
{
	struct selection_spec_selector bob = {.algorithm = SELECTION_BOB, .payload_size = 8};
	uint32_t value;

	assert_true(value_of(bob, &TALK(.protocol = 50, .payload = 64), &value));
	bob.payload_size = 9; /* one more than is clear */
	assert_false(value_of(bob, &TALK(.protocol = 50, .payload = 64), &value));
	assert_true(value_of(bob, &TALK(.payload = 64), &value));
	bob.algorithm = SELECTION_CRC;
	assert_false(value_of(bob, &TALK(.version = 6, .protocol = 50, .payload = 64), &value));
}

static void ipsx_is_of_ipv4_and_takes_0_for_what_is_missing(void **state)
{
	struct selection_spec_selector ipsx = {.algorithm = SELECTION_IPSX, .payload_size = 8};
	struct octets o = {.n = 0};
	uint32_t value;

	assert_false(value_of(ipsx, &TALK(.version = 6), &value));
	assert_true(value_of(ipsx, &TALK(.protocol = 47, .payload = 3), &value));
	octets_talk(&o, &TALK(.protocol = 47, .payload = 3));
	octets_fill(&o, 0, 5);
	assert_int_equal(value, selector_hash_ipsx(o.at, o.at + 20));
}

static void the_initialiser_changes_the_value(void **state)
{
	struct selection_spec_selector spec = {.algorithm = SELECTION_BOB, .payload_size = 8};
	uint32_t a;
	uint32_t b;

	for (unsigned i = 0; i < 2; i++) {
		spec.initialiser = 0;
		assert_true(value_of(spec, &TALK(.payload = 20), &a));
		spec.initialiser = 1;
		assert_true(value_of(spec, &TALK(.payload = 20), &b));
		assert_int_not_equal(a, b);
		spec.algorithm = SELECTION_CRC;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bob_gives_the_values_of_its_reference),
		cmocka_unit_test(ipsx_gives_the_values_of_its_reference),
		cmocka_unit_test(crc_gives_the_check_value_and_continues),
		cmocka_unit_test(the_input_of_ipv4_is_what_stays_the_same_on_the_way),
		cmocka_unit_test(the_payload_of_ipv4_begins_behind_the_options),
		cmocka_unit_test(the_input_of_ipv6_is_length_some_of_the_addresses_and_payload),
		cmocka_unit_test(what_payload_there_is_not_is_not_hashed),
		cmocka_unit_test(encrypted_payload_has_no_value),
		cmocka_unit_test(ipsx_is_of_ipv4_and_takes_0_for_what_is_missing),
		cmocka_unit_test(the_initialiser_changes_the_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
