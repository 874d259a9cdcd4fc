#include "exporter/privacy.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <string.h>

#include "exporter/privacy_crypto.h"
#include "tests/unit/unit.h"

#define DEVICE_MAC 0x02, 0x11, 0x22, 0x33, 0x44, 0x55
#define ROUTER_MAC 0x02, 0x99, 0x88, 0x77, 0x66, 0x55

static const uint8_t device_mac[6] = {DEVICE_MAC};

/* The key and the addresses of the algorithm's first publication. */
static void addresses_are_mapped_as_crypto_pan_has_it(void **state)
{
	static const uint8_t key[PRIVACY_KEY_OCTETS] = {21, 34, 23, 141, 51, 164, 207, 128, 19, 10,
		91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42,
		132, 34, 2};
	static const struct {
		const char *from;
		const char *to;
	} pairs[] = {
		{"128.11.68.132", "135.242.180.132"},
		{"129.118.74.4", "134.136.186.123"},
		{"130.132.252.244", "133.68.164.234"},
		{"141.223.7.43", "141.167.8.160"},
		{"141.233.145.108", "141.129.237.235"},
		{"152.163.225.39", "151.140.114.167"},
		{"156.29.3.236", "147.225.12.42"},
		{"165.247.96.84", "162.9.99.234"},
		{"166.107.77.190", "160.132.178.185"},
		{"192.102.249.13", "252.138.62.131"},
	};
	struct privacy_crypto *crypto = privacy_crypto_new(key, NULL);

	for (unsigned twice = 0; twice < 2; twice++) {
		for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
			uint8_t address[16] = {0};
			char text[INET_ADDRSTRLEN];

			assert_int_equal(inet_pton(AF_INET, pairs[i].from, address), 1);
			privacy_crypto_address(crypto, address, 32);
			assert_string_equal(
				inet_ntop(AF_INET, address, text, sizeof(text)), pairs[i].to);
		}
	}
	privacy_crypto_free(crypto);
}

static unsigned common_bits(const uint8_t *a, const uint8_t *b)
{
	unsigned bits = 0;

	while (bits < 128 && ((a[bits / 8] ^ b[bits / 8]) & (0x80 >> bits % 8)) == 0) {
		bits++;
	}
	return bits;
}

static void prefixes_of_ipv6_are_kept_to_the_bit(void **state)
{
	static const uint8_t key[PRIVACY_KEY_OCTETS] = {1, 2, 3};
	struct privacy_crypto *crypto = privacy_crypto_new(key, NULL);
	g_autoptr(GRand) random = g_rand_new_with_seed(7);

	for (unsigned i = 0; i < 200; i++) {
		uint8_t a[16];
		uint8_t b[16];
		unsigned bits;

		for (unsigned k = 0; k < 16; k++) {
			a[k] = (uint8_t)g_rand_int(random);
		}
		memcpy(b, a, sizeof(b));
		bits = (unsigned)g_rand_int_range(random, 0, 128);
		b[bits / 8] ^= (uint8_t)(0x80 >> bits % 8);
		privacy_crypto_address(crypto, a, 128);
		privacy_crypto_address(crypto, b, 128);
		assert_int_equal(common_bits(a, b), bits);
	}
	privacy_crypto_free(crypto);
}

/* A batch of one record: a device with a name that looks a server up and asks it. */
struct sample {
	struct flow_record record;
	struct record_batch batch;
	char text[64];
};

static const struct record_text no_text;

static struct record_text add_text(struct sample *s, const char *text)
{
	struct record_text at = {s->batch.text_octets, (uint32_t)strlen(text)};

	memcpy(s->text + at.offset, text, at.octets);
	s->batch.text_octets += at.octets;
	return at;
}

static void sample_init(struct sample *s)
{
	*s = (struct sample){.batch = {.count = 1}};
	s->batch.records = &s->record;
	s->batch.text = (const uint8_t *)s->text;
	s->record = (struct flow_record){.ip_version = 4,
		.protocol = 6,
		.device_id = 5,
		.src_port = 50123,
		.dst_port = 443,
		.start_us = INT64_C(1700000012345678),
		.end_us = INT64_C(1700000098765432),
		.device_name_source = RECORD_NAME_DHCP,
		.far_name_source = RECORD_NAME_SNI,
		.far_name_age_s = 9,
		.src_address = {192, 168, 1, 20},
		.dst_address = {198, 51, 100, 7},
		.src_mac = {DEVICE_MAC},
		.dst_mac = {ROUTER_MAC},
		.device_mac = {DEVICE_MAC},
		.device_name = add_text(s, "annas-phone"),
		.far_name = add_text(s, "www.example.org"),
		.node_name = add_text(s, "example.org"),
		.device_vendor = add_text(s, "Acme")};
}

/* What is left of the sample's record; it must be told. */
static const struct flow_record *apply(
	struct privacy *p, const struct sample *s, const struct record_batch **ret_batch)
{
	const struct record_batch *batch = privacy_records(p, &s->batch);

	assert_int_equal(batch->count, 1);
	if (ret_batch != NULL) {
		*ret_batch = batch;
	}
	return &batch->records[0];
}

static void what_is_not_asked_for_stays(void **state)
{
	struct privacy_config config = {.macs = PRIVACY_KEEP};
	struct privacy *p = privacy_new(&config, NULL);
	struct sample s;

	sample_init(&s);
	assert_true(privacy_is_none(&config));
	assert_memory_equal(apply(p, &s, NULL), &s.record, sizeof(s.record));
	assert_int_equal(privacy_technique_of(p, "src_address"), PRIVACY_NONE);
	assert_int_equal(privacy_withheld(p), 0);
	privacy_free(p);
}

static void dropped_names_and_macs_are_gone(void **state)
{
	struct privacy_config config = {
		.macs = PRIVACY_DROP, .names = PRIVACY_DROP, .far_names = PRIVACY_DROP};
	struct privacy *p = privacy_new(&config, NULL);
	static const uint8_t none[6];
	const struct flow_record *r;
	struct sample s;

	sample_init(&s);
	r = apply(p, &s, NULL);
	assert_memory_equal(&r->device_name, &no_text, sizeof(no_text));
	assert_memory_equal(&r->far_name, &no_text, sizeof(no_text));
	assert_memory_equal(&r->node_name, &no_text, sizeof(no_text));
	assert_int_equal(r->device_vendor.octets, 4);
	assert_int_equal(r->device_name_source, RECORD_NAME_NONE);
	assert_int_equal(r->far_name_source, RECORD_NAME_NONE);
	assert_int_equal(r->far_name_age_s, 0);
	assert_memory_equal(r->src_mac, none, 6);
	assert_memory_equal(r->dst_mac, none, 6);
	assert_memory_equal(r->device_mac, none, 6);
	assert_int_equal(privacy_technique_of(p, "device_mac"), PRIVACY_TRUNCATION);
	assert_int_equal(privacy_flags_of(p, "device_mac"), 0);
	privacy_free(p);
}

static void hashed_names_and_macs_are_the_same_for_the_same(void **state)
{
	struct privacy_config config = {
		.macs = PRIVACY_HASH, .names = PRIVACY_HASH, .far_names = PRIVACY_HASH};
	struct privacy *p = privacy_new(&config, NULL);
	const struct record_batch *batch;
	const struct flow_record *r;
	char first[18];
	uint8_t mac[6];
	struct sample s;

	sample_init(&s);
	r = apply(p, &s, &batch);
	assert_int_equal(r->device_name.octets, 18);
	memcpy(first, batch->text + r->device_name.offset, 18);
	memcpy(mac, r->src_mac, 6);
	assert_memory_equal(first, "x-", 2);
	assert_memory_not_equal(batch->text + r->far_name.offset, first, 18);
	assert_int_equal(mac[0] & 3, 2); /* nobody's, and no group's */
	assert_memory_not_equal(mac, device_mac, 6);
	assert_memory_equal(r->device_mac, mac, 6);
	assert_memory_not_equal(r->dst_mac, mac, 6);
	r = apply(p, &s, &batch);
	assert_memory_equal(batch->text + r->device_name.offset, first, 18);
	assert_int_equal(r->device_name_source, RECORD_NAME_DHCP);
	assert_int_equal(privacy_technique_of(p, "far_name"), PRIVACY_PERMUTATION);
	assert_int_equal(privacy_flags_of(p, "far_name"), 1); /* for this life */
	privacy_free(p);
}

static void the_name_of_another_device_is_a_device_name(void **state)
{
	struct privacy_config config = {.names = PRIVACY_DROP};
	struct privacy *p = privacy_new(&config, NULL);
	struct sample s;

	sample_init(&s);
	assert_int_equal(apply(p, &s, NULL)->far_name.octets, 15);
	s.record.peer_device_id = 6;
	assert_int_equal(apply(p, &s, NULL)->far_name.octets, 0);
	s.record.peer_device_id = 0;
	memcpy(s.record.dst_address, (uint8_t[4]){10, 0, 0, 1}, 4);
	assert_int_equal(apply(p, &s, NULL)->far_name.octets, 0);
	privacy_free(p);
}

static void home_addresses_are_mapped_and_far_ones_only_if_asked(void **state)
{
	struct privacy_config config = {.addresses = PRIVACY_ADDRESSES_HOME};
	struct privacy *p = privacy_new(&config, NULL);
	struct flow_record r;
	struct sample s;

	sample_init(&s);
	r = *apply(p, &s, NULL);
	assert_memory_not_equal(r.src_address, s.record.src_address, 4);
	assert_memory_equal(r.dst_address, s.record.dst_address, 16);
	assert_int_equal(privacy_flags_of(p, "src_address"), 1 | 4);
	/* A global address is the device's own when the direction says so. */
	memcpy(s.record.src_address, (uint8_t[4]){203, 0, 113, 9}, 4);
	assert_memory_not_equal(apply(p, &s, NULL)->src_address, s.record.src_address, 4);
	s.record.direction = 1;
	r = *apply(p, &s, NULL);
	assert_memory_equal(r.src_address, s.record.src_address, 4);
	assert_memory_not_equal(r.dst_address, s.record.dst_address, 4);
	privacy_free(p);
	config.addresses = PRIVACY_ADDRESSES_ALL;
	p = privacy_new(&config, NULL);
	r = *apply(p, &s, NULL);
	assert_memory_not_equal(r.src_address, s.record.src_address, 4);
	assert_memory_not_equal(r.dst_address, s.record.dst_address, 4);
	/* A group's address tells nobody. */
	memcpy(s.record.dst_address, (uint8_t[4]){224, 0, 0, 251}, 4);
	assert_memory_equal(apply(p, &s, NULL)->dst_address, s.record.dst_address, 4);
	assert_int_equal(privacy_technique_of(p, "dst_address"), PRIVACY_STRUCTURED);
	assert_int_equal(privacy_flags_of(p, "dst_address"), 1);
	privacy_free(p);
}

static void a_mac_inside_an_ipv6_address_goes_with_the_macs(void **state)
{
	struct privacy_config config = {.macs = PRIVACY_DROP};
	struct privacy *p = privacy_new(&config, NULL);
	struct sample s;

	sample_init(&s);
	s.record.ip_version = 6;
	assert_int_equal(
		inet_pton(AF_INET6, "2001:db8::11:22ff:fe33:4455", s.record.src_address), 1);
	assert_int_equal(inet_pton(AF_INET6, "2001:db8:1::ff:fe00:1", s.record.dst_address), 1);
	assert_memory_equal(apply(p, &s, NULL)->src_address, s.record.src_address, 8);
	assert_memory_not_equal(apply(p, &s, NULL)->src_address + 8, s.record.src_address + 8, 8);
	assert_memory_equal(apply(p, &s, NULL)->dst_address, s.record.dst_address, 16);
	privacy_free(p);
}

static void ports_and_times_are_coarse(void **state)
{
	struct privacy_config config = {.coarse_ports = true, .times_s = 60};
	struct privacy *p = privacy_new(&config, NULL);
	const struct flow_record *r;
	struct sample s;

	sample_init(&s);
	r = apply(p, &s, NULL);
	assert_int_equal(r->src_port, 1024);
	assert_int_equal(r->dst_port, 443);
	assert_int_equal(r->start_us, INT64_C(1699999980000000));
	assert_int_equal(r->end_us, INT64_C(1700000040000000));
	assert_int_equal(r->rev_start_us, 0);
	assert_int_equal(privacy_technique_of(p, "src_port"), PRIVACY_BINNING);
	assert_int_equal(privacy_technique_of(p, "end_us"), PRIVACY_TRUNCATION);
	privacy_free(p);
}

static uint32_t told(const struct privacy_config *config, const struct sample *s)
{
	g_autoptr(GError) error = NULL;
	struct privacy *p = privacy_new(config, &error);
	uint32_t count;

	assert_null(error);
	count = privacy_records(p, &s->batch)->count;
	assert_int_equal(count + privacy_withheld(p), 1);
	privacy_free(p);
	return count;
}

static void a_device_is_left_out_by_number_and_by_mac(void **state)
{
	static const struct {
		const char *only;
		const char *except;
		uint32_t peer;
		uint32_t told;
	} cases[] = {
		{"5", NULL, 0, 1},
		{"4,5", NULL, 0, 1},
		{"4", NULL, 0, 0},
		{"02:11:22:33:44:55", NULL, 0, 1},
		{"02:11:22:33:44:56", NULL, 0, 0},
		{"5", NULL, 6, 0},
		{"5,6", NULL, 6, 1},
		{"5,02:99:88:77:66:55", NULL, 6, 1},
		{NULL, "5", 0, 0},
		{NULL, "6", 0, 1},
		{NULL, "6", 6, 0},
		{NULL, "02:11:22:33:44:55", 0, 0},
		{NULL, "02:99:88:77:66:55", 0, 0},
		{NULL, "02:99:88:77:66:54", 0, 1},
		{"5,6", "6", 0, 1},
		{"5,6", "6", 6, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct privacy_config config = {.only = cases[i].only, .except = cases[i].except};
		struct sample s;

		sample_init(&s);
		s.record.peer_device_id = cases[i].peer;
		assert_int_equal(told(&config, &s), cases[i].told);
	}
}

static void a_device_of_the_table_is_changed_alike(void **state)
{
	struct privacy_config config = {.except = "6",
		.addresses = PRIVACY_ADDRESSES_HOME,
		.macs = PRIVACY_HASH,
		.names = PRIVACY_HASH};
	struct privacy *p = privacy_new(&config, NULL);
	static struct stream_device device;
	const struct record_batch *batch;
	const struct flow_record *r;
	struct sample s;

	sample_init(&s);
	r = apply(p, &s, &batch);
	device = (struct stream_device){.id = 5,
		.mac = {DEVICE_MAC},
		.name = "annas-phone",
		.address_count = 1,
		.address_versions = {4},
		.addresses = {{192, 168, 1, 20}}};
	assert_true(privacy_device(p, &device));
	assert_memory_equal(device.mac, r->device_mac, 6);
	assert_memory_equal(device.name, batch->text + r->device_name.offset, 18);
	assert_memory_equal(device.addresses[0], r->src_address, 4);
	device.id = 6;
	assert_false(privacy_device(p, &device));
	privacy_free(p);
}

static void a_key_file_makes_the_mapping_last(void **state)
{
	g_autofree char *path = g_build_filename(g_get_tmp_dir(), "weir-privacy-XXXXXX", NULL);
	int fd = g_mkstemp(path);
	struct privacy_config config = {.key = path, .macs = PRIVACY_HASH};
	uint8_t first[6];
	struct sample s;

	assert_true(fd >= 0);
	sample_init(&s);
	for (unsigned i = 0; i < 2; i++) {
		struct privacy *p;

		assert_true(g_file_set_contents(path,
			"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF\n", -1,
			NULL));
		p = privacy_new(&config, NULL);
		assert_int_equal(privacy_flags_of(p, "src_mac"), 3);
		if (i == 0) {
			memcpy(first, apply(p, &s, NULL)->src_mac, 6);
		} else {
			assert_memory_equal(apply(p, &s, NULL)->src_mac, first, 6);
		}
		privacy_free(p);
	}
	(void)g_unlink(path);
	(void)g_close(fd, NULL);
}

static void what_cannot_be_is_refused_with_its_reason(void **state)
{
	g_autofree char *path = g_build_filename(g_get_tmp_dir(), "weir-privacy-XXXXXX", NULL);
	int fd = g_mkstemp(path);
	const struct {
		struct privacy_config config;
		const char *reason;
	} cases[] = {
		{{.only = "anna"}, "option only=anna: 'anna' is neither the number nor the MAC"},
		{{.except = "5,"}, "option except=5,: '' is neither"},
		{{.only = "0"}, "'0' is neither"},
		{{.only = "4294967296"}, "is neither"},
		{{.only = "-1"}, "is neither"},
		{{.only = "02:11:22:33:44"}, "is neither"},
		{{.only = "02:11:22:33:44:55:66"}, "is neither"},
		{{.key = "/no/such/key"}, "key file '/no/such/key': No such file or directory"},
		{{.key = path}, "it must hold 64 hexadecimal digits"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(privacy_new(&cases[i].config, &error));
		if (strstr(error->message, cases[i].reason) == NULL) {
			fail_msg("%s", error->message);
		}
	}
	(void)g_unlink(path);
	(void)g_close(fd, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_mapped_as_crypto_pan_has_it),
		cmocka_unit_test(prefixes_of_ipv6_are_kept_to_the_bit),
		cmocka_unit_test(what_is_not_asked_for_stays),
		cmocka_unit_test(dropped_names_and_macs_are_gone),
		cmocka_unit_test(hashed_names_and_macs_are_the_same_for_the_same),
		cmocka_unit_test(the_name_of_another_device_is_a_device_name),
		cmocka_unit_test(home_addresses_are_mapped_and_far_ones_only_if_asked),
		cmocka_unit_test(a_mac_inside_an_ipv6_address_goes_with_the_macs),
		cmocka_unit_test(ports_and_times_are_coarse),
		cmocka_unit_test(a_device_is_left_out_by_number_and_by_mac),
		cmocka_unit_test(a_device_of_the_table_is_changed_alike),
		cmocka_unit_test(a_key_file_makes_the_mapping_last),
		cmocka_unit_test(what_cannot_be_is_refused_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
