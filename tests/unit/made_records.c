#include "tests/unit/made_records.h"

#include <string.h>

#define START_US 1700000000000000 /* in 2023 */

uint64_t made_random(struct made_records *m)
{
	uint64_t z = m->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t below(struct made_records *m, uint32_t n)
{
	return (uint32_t)(made_random(m) % n);
}

static struct record_text add_text(struct made_records *m, const char *text, size_t octets)
{
	struct record_text t = {.offset = m->batch.text_octets, .octets = (uint32_t)octets};

	memcpy(m->text + t.offset, text, octets);
	m->batch.text_octets += t.octets;
	return octets > 0 ? t : (struct record_text){0};
}

/* Mostly ASCII, some of two and three octets. */
static void fill_pool(struct made_records *m)
{
	static const char *const characters[] = {"a", "b", "-", ".", "\xc3\xa9", "\xe2\x82\xac"};
	size_t octets = 0;

	memset(m->pool, 'x', sizeof(m->pool));
	while (octets + 3 <= sizeof(m->pool)) {
		const char *c = characters[below(m, 6)];

		memcpy(m->pool + octets, c, strlen(c));
		octets += strlen(c);
	}
}

static bool is_inside_character(uint8_t octet)
{
	return (octet & 0xc0) == 0x80;
}

static struct record_text noise_text(struct made_records *m)
{
	size_t want = below(m, 4) == 0 ? 200 + below(m, 56) : below(m, 40);
	size_t first = below(m, sizeof(m->pool) - RECORD_TEXT_MAX - 4);

	while (is_inside_character(m->pool[first])) {
		first++;
	}
	while (is_inside_character(m->pool[first + want])) {
		want--;
	}
	return add_text(m, (const char *)m->pool + first, want);
}

void made_init(struct made_records *m, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	m->state = seed;
	fill_pool(m);
}

static void start(struct made_records *m, unsigned count)
{
	m->batch = (struct record_batch){.records = m->records, .count = count, .text = m->text};
}

static const uint8_t protocols[] = {6, 17, 1, 58, 47};

void made_noise(struct made_records *m, unsigned count)
{
	start(m, count);
	for (unsigned i = 0; i < count; i++) {
		struct flow_record *r = &m->records[i];

		for (size_t at = 0; at < sizeof(*r); at += 8) {
			uint64_t bits = made_random(m);

			memcpy((uint8_t *)r + at, &bits, sizeof(bits));
		}
		r->ip_version = below(m, 2) ? 4 : 6;
		r->protocol = protocols[below(m, 5)];
		r->has_reverse &= 1;
		r->device_mac_random &= 1;
		r->device_name = noise_text(m);
		r->device_vendor = noise_text(m);
		r->device_class = noise_text(m);
		r->far_name = noise_text(m);
		r->node_name = noise_text(m);
		r->application = noise_text(m);
	}
}

static struct record_text flow_text(struct made_records *m, const char *const *texts)
{
	const char *text = texts[below(m, 4)];

	return add_text(m, text, strlen(text));
}

static void add_reverse(struct made_records *m, struct flow_record *r)
{
	r->has_reverse = 1;
	r->rev_start_us = r->start_us + below(m, 100000);
	r->rev_end_us = r->rev_start_us + below(m, 1000000);
	r->rev_packets = 1 + below(m, 100);
	r->rev_octets = r->rev_packets * (48 + below(m, 1400));
	r->rev_ip_length_min = 48;
	r->rev_ip_length_max = 1448;
	r->rev_ttl_min = 60;
	r->rev_ttl_max = 62;
	r->biflow_direction = 1;
}

static void add_names(struct made_records *m, struct flow_record *r)
{
	static const char *const devices[] = {"Anna's phone",
		"K\xc3\xbc"
		"che",
		"printer", ""};
	static const char *const vendors[] = {
		"Example Ltd", "", "Example \"Home\"", "\xe4\xbe\x8b"};
	static const char *const classes[] = {"android-dhcp-14", "", "MSFT 5.0", ""};
	static const char *const names[] = {
		"www.example.com", "", "a.cdn.example.net", "example.org"};
	static const char *const nodes[] = {"example.com", "", "example.net", "example.org"};
	static const char *const applications[] = {"", "", "TLS", ""};

	r->device_id = 1 + below(m, 9);
	r->device_mac[0] = 0x02;
	r->device_mac[5] = (uint8_t)r->device_id;
	r->device_mac_random = 1;
	r->device_name = flow_text(m, devices);
	r->device_name_source = r->device_name.octets ? RECORD_NAME_DHCP : RECORD_NAME_NONE;
	r->device_vendor = flow_text(m, vendors);
	r->device_class = flow_text(m, classes);
	r->far_name = flow_text(m, names);
	r->far_name_source = r->far_name.octets ? RECORD_NAME_SNI : RECORD_NAME_NONE;
	r->node_name = flow_text(m, nodes);
	r->application = flow_text(m, applications);
}

static void add_protocol(struct made_records *m, struct flow_record *r)
{
	r->protocol = protocols[below(m, 5)];
	if (r->protocol == (r->ip_version == 4 ? 1 : 58)) {
		r->icmp_type_code = r->ip_version == 4 ? 8 << 8 : 128 << 8;
		return;
	}
	if (r->protocol == 6 || r->protocol == 17) {
		r->src_port = (uint16_t)(32768 + below(m, 20000));
		r->dst_port = 443;
	}
	if (r->protocol == 6) {
		r->tcp_flags = 0x11b;
		r->tcp_isn = (uint32_t)made_random(m);
		r->rev_tcp_flags = r->has_reverse ? 0x1a : 0;
		r->rev_tcp_isn = r->has_reverse ? (uint32_t)made_random(m) : 0;
		r->tcp_rtt_us = r->has_reverse ? below(m, 300000) : 0;
	}
}

void made_flows(struct made_records *m, unsigned count)
{
	start(m, count);
	for (unsigned i = 0; i < count; i++) {
		struct flow_record *r = &m->records[i];
		uint64_t far = made_random(m);

		memset(r, 0, sizeof(*r));
		r->ip_version = below(m, 3) ? 4 : 6;
		r->src_address[0] = r->ip_version == 4 ? 192 : 0xfd;
		r->src_address[1] = r->ip_version == 4 ? 168 : 0;
		r->src_address[3] = (uint8_t)(2 + below(m, 200));
		memcpy(r->dst_address + 1, &far, r->ip_version == 4 ? 3 : 8);
		r->dst_address[0] = r->ip_version == 4 ? 198 : 0x20;
		r->start_us = START_US + below(m, 1000000000);
		r->end_us = r->start_us + below(m, 2000000);
		r->packets = 1 + below(m, 100);
		r->octets = r->packets * (48 + below(m, 1400));
		r->ip_length_min = 48;
		r->ip_length_max = 1448;
		r->flow_id = made_random(m) >> 1;
		r->ttl_min = 64;
		r->ttl_max = 64;
		r->src_mac[0] = 0x02;
		r->dst_mac[5] = 1;
		r->observation_point = 1;
		r->end_reason = (uint8_t)(1 + below(m, 5));
		if (below(m, 3)) {
			add_reverse(m, r);
		}
		add_protocol(m, r);
		add_names(m, r);
	}
}
