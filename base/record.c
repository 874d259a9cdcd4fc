#include "base/record.h"

#include <string.h>

static_assert(sizeof(struct flow_record) % 8 == 0, "an array of records has no padding");
static_assert(sizeof(struct record_text) == 8, "two 32-bit words");
static_assert(
	offsetof(struct flow_record, reserved) + sizeof(((struct flow_record *)0)->reserved) ==
		sizeof(struct flow_record),
	"no padding at the end");

#define RECORD_SIZE(member, kind, element, element6, text)                                         \
	+sizeof(((struct flow_record *)0)->member)
static_assert(RECORD_FIELDS(RECORD_SIZE) + sizeof(((struct flow_record *)0)->reserved) ==
		      sizeof(struct flow_record),
	"no padding between members");

#define RECORD_ROW(member_, kind_, element_, element6_, text_)                                     \
	{                                                                                          \
		.member = #member_,                                                                \
		.element = element_,                                                               \
		.element6 = sizeof(element6_) > 1 ? element6_ : element_,                          \
		.text = text_,                                                                     \
		.kind = RECORD_##kind_,                                                            \
		.offset = offsetof(struct flow_record, member_),                                   \
		.octets = sizeof(((struct flow_record *)0)->member_),                              \
	},

const struct record_field record_fields[] = {RECORD_FIELDS(RECORD_ROW)};
const size_t record_field_count = sizeof(record_fields) / sizeof(record_fields[0]);

#define RECORD_COUNT_TEXT_TIME                                   0
#define RECORD_COUNT_TEXT_U64                                    0
#define RECORD_COUNT_TEXT_U32                                    0
#define RECORD_COUNT_TEXT_U16                                    0
#define RECORD_COUNT_TEXT_FLAGS                                  0
#define RECORD_COUNT_TEXT_U8                                     0
#define RECORD_COUNT_TEXT_BOOL                                   0
#define RECORD_COUNT_TEXT_ADDR                                   0
#define RECORD_COUNT_TEXT_MAC                                    0
#define RECORD_COUNT_TEXT_TEXT                                   1
#define RECORD_COUNT_TEXT_OCTETS                                 1
#define RECORD_COUNT_TEXT(member, kind, element, element6, text) +RECORD_COUNT_TEXT_##kind

enum {
	RECORD_TEXT_FIELDS = RECORD_FIELDS(RECORD_COUNT_TEXT)
};

const struct record_field *record_field_by_member(const char *member)
{
	for (size_t i = 0; i < record_field_count; i++) {
		if (strcmp(record_fields[i].member, member) == 0) {
			return &record_fields[i];
		}
	}
	return NULL;
}

void record_writer_init(struct record_writer *w, record_sink sink, void *context)
{
	w->sink = sink;
	w->context = context;
	w->count = 0;
	w->text_octets = 0;
}

void record_writer_flush(struct record_writer *w)
{
	struct record_batch batch = {.records = w->records,
		.count = w->count,
		.text = w->text,
		.text_octets = w->text_octets};

	if (w->count == 0) {
		return;
	}
	w->count = 0;
	w->text_octets = 0;
	w->sink(w->context, &batch);
}

struct flow_record *record_writer_next(struct record_writer *w)
{
	struct flow_record *record;

	if (w->count == RECORD_BATCH_MAX ||
		w->text_octets + RECORD_TEXT_FIELDS * RECORD_TEXT_MAX > RECORD_BATCH_TEXT) {
		record_writer_flush(w);
	}
	record = &w->records[w->count++];
	memset(record, 0, sizeof(*record));
	return record;
}

/* The longest whole-character prefix of @octets octets of UTF-8 that is no longer than the limit.
 */
static size_t text_cut(const char *text, size_t octets)
{
	if (octets <= RECORD_TEXT_MAX) {
		return octets;
	}
	octets = RECORD_TEXT_MAX;
	while (octets > 0 && ((uint8_t)text[octets] & 0xc0) == 0x80) {
		octets--;
	}
	return octets;
}

/* @n is at most RECORD_TEXT_MAX. */
static struct record_text add_octets(struct record_writer *w, const void *octets, size_t n)
{
	struct record_text ref = {.offset = w->text_octets, .octets = (uint32_t)n};

	if (n == 0) {
		return (struct record_text){0};
	}
	if (w->text_octets >= n && memcmp(w->text + w->text_octets - n, octets, n) == 0) {
		ref.offset = w->text_octets - ref.octets;
		return ref;
	}
	memcpy(w->text + w->text_octets, octets, n);
	w->text_octets += ref.octets;
	return ref;
}

struct record_text record_writer_text(struct record_writer *w, const char *text, size_t octets)
{
	return add_octets(w, text, text_cut(text, octets));
}

struct record_text record_writer_octets(struct record_writer *w, const uint8_t *octets, size_t n)
{
	return add_octets(w, octets, n < RECORD_TEXT_MAX ? n : RECORD_TEXT_MAX);
}

#define SWAP(r, a, b)                                                                              \
	do {                                                                                       \
		__typeof__((r)->a) swap_;                                                          \
		memcpy(&swap_, &(r)->a, sizeof(swap_));                                            \
		memcpy(&(r)->a, &(r)->b, sizeof(swap_));                                           \
		memcpy(&(r)->b, &swap_, sizeof(swap_));                                            \
	} while (0)

uint8_t record_icmp_pair(uint8_t ip_version, uint8_t type)
{
	static const uint8_t v4[20] = {[0] = 8,
		[8] = 0,
		[9] = 10,
		[10] = 9,
		[13] = 14,
		[14] = 13,
		[15] = 16,
		[16] = 15,
		[17] = 18,
		[18] = 17};

	if (ip_version == 4) {
		return type == 0 || (type < sizeof(v4) && v4[type] != 0) || type == 8 ? v4[type]
										      : type;
	}
	if ((type >= 128 && type <= 129) || (type >= 144 && type <= 147)) {
		return type ^ 1;
	}
	return (type >= 133 && type <= 136) || type == 139 || type == 140
		       ? (uint8_t)(((type + 1) ^ 1) - 1)
		       : type;
}

void record_reverse(const struct flow_record *record, struct flow_record *ret_reversed)
{
	struct flow_record *r = ret_reversed;

	*r = *record;
	SWAP(r, start_us, rev_start_us);
	SWAP(r, end_us, rev_end_us);
	SWAP(r, octets, rev_octets);
	SWAP(r, packets, rev_packets);
	SWAP(r, ip_length_min, rev_ip_length_min);
	SWAP(r, ip_length_max, rev_ip_length_max);
	SWAP(r, src_address, dst_address);
	SWAP(r, ingress_interface, egress_interface);
	SWAP(r, tcp_isn, rev_tcp_isn);
	SWAP(r, src_port, dst_port);
	SWAP(r, tcp_flags, rev_tcp_flags);
	SWAP(r, src_mac, dst_mac);
	SWAP(r, tos, rev_tos);
	SWAP(r, ttl_min, rev_ttl_min);
	SWAP(r, ttl_max, rev_ttl_max);
	if ((r->protocol == 1 && r->ip_version == 4) || (r->protocol == 58 && r->ip_version == 6)) {
		uint8_t type = record_icmp_pair(r->ip_version, (uint8_t)(r->icmp_type_code >> 8));

		r->icmp_type_code = (uint16_t)(type << 8 | (r->icmp_type_code & 0xff));
	}
	if (r->direction <= 1) {
		r->direction ^= 1;
	}
	if (r->biflow_direction == 1 || r->biflow_direction == 2) {
		r->biflow_direction ^= 3;
	}
}
