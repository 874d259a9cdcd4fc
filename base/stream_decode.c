#include <glib.h>
#include <string.h>

#include "base/key.h"
#include "base/section.h"
#include "base/stream.h"
#include "base/stream_selection.h"
#include "base/wire.h"

static bool is_text(const uint8_t *octets, size_t n)
{
	return n <= RECORD_TEXT_MAX && g_utf8_validate_len((const char *)octets, n, NULL);
}

/* One length octet and the text, terminated in @ret of @room octets; false if it may not be. */
static bool take_text(struct wire *w, char *ret, size_t room)
{
	size_t n = wire_u8(w);
	const uint8_t *octets = wire_take(w, n);

	if (octets == NULL || n >= room || !is_text(octets, n)) {
		return false;
	}
	memcpy(ret, octets, n);
	ret[n] = '\0';
	return true;
}

static bool take_bool(struct wire *w, bool *ret)
{
	uint8_t value = wire_u8(w);

	*ret = value == 1;
	return value <= 1;
}

static void take_octets(struct wire *w, uint8_t *ret, size_t n)
{
	const uint8_t *octets = wire_take(w, n);

	if (octets != NULL) {
		memcpy(ret, octets, n);
	}
}

static enum status finish(const struct wire *w, bool good)
{
	if (w->bad) {
		return STATUS_SHORT;
	}
	return good && wire_left(w) == 0 ? STATUS_OK : STATUS_MALFORMED;
}

static enum status decode_hello(struct wire *w, unsigned count, struct stream_hello *ret)
{
	const uint8_t *program;
	bool good;

	memset(ret, 0, sizeof(*ret));
	good = wire_be32(w) == STREAM_MAGIC && count <= STREAM_PROGRAM_MAX;
	ret->version = wire_be16(w);
	if (w->bad || !good) {
		return finish(w, good);
	}
	if (ret->version != STREAM_VERSION) {
		return STATUS_OK; /* what follows is another version's business */
	}
	ret->flags = wire_be16(w);
	ret->layout = wire_be64(w);
	ret->record_octets = wire_be32(w);
	ret->instance = wire_be64(w);
	ret->number = wire_be64(w);
	program = wire_take(w, count);
	if (program == NULL || !is_text(program, count)) {
		return finish(w, false);
	}
	memcpy(ret->program, program, count);
	return finish(w, true);
}

static bool octets_lie_in(const struct record_batch *batch, struct record_text text)
{
	return text.octets <= RECORD_TEXT_MAX && text.offset <= batch->text_octets &&
	       text.octets <= batch->text_octets - text.offset;
}

static bool text_lies_in(const struct record_batch *batch, struct record_text text)
{
	return octets_lie_in(batch, text) &&
	       (text.octets == 0 || is_text(batch->text + text.offset, text.octets));
}

/* Numbers may be anything; what can be told from nonsense is checked, field by field. */
#define CHECK_TIME(m)
#define CHECK_U64(m)
#define CHECK_U32(m)
#define CHECK_U16(m)
#define CHECK_FLAGS(m)
#define CHECK_U8(m)
#define CHECK_ADDR(m)
#define CHECK_MAC(m)
#define CHECK_BOOL(m)   good = good && record->m <= 1;
#define CHECK_TEXT(m)   good = good && text_lies_in(batch, record->m);
#define CHECK_OCTETS(m) good = good && octets_lie_in(batch, record->m);

#define CHECK(member, kind, element, element6, text) CHECK_##kind(member)

static bool record_good(const struct record_batch *batch, const struct flow_record *record)
{
	static const uint8_t zero[sizeof(record->reserved)];
	bool good = (record->ip_version == 4 || record->ip_version == 6) &&
		    record->cache_id < RECORD_CACHES_MAX &&
		    memcmp(record->reserved, zero, sizeof(zero)) == 0;

	RECORD_FIELDS(CHECK)
	return good;
}

static enum status decode_flows(struct wire *w, unsigned count, struct stream_flows *ret)
{
	size_t octets = (size_t)count * sizeof(struct flow_record);
	struct record_batch *batch = &ret->batch;
	const uint8_t *records;
	bool good = count >= 1 && count <= RECORD_BATCH_MAX;

	ret->clock_us = (int64_t)wire_be64(w);
	ret->number = wire_be64(w);
	batch->count = count;
	batch->text_octets = wire_be32(w);
	good = good && wire_be32(w) == 0 && batch->text_octets <= RECORD_BATCH_TEXT;
	if (!good) {
		return finish(w, false);
	}
	records = wire_take(w, octets);
	batch->text = wire_take(w, batch->text_octets);
	batch->records = ret->storage;
	if (records == NULL || batch->text == NULL) {
		return STATUS_SHORT;
	}
	memcpy(ret->storage, records, octets);
	for (unsigned i = 0; i < count; i++) {
		good = good && record_good(batch, &ret->storage[i]) &&
		       ret->storage[i].cache_id == ret->storage[0].cache_id;
	}
	return finish(w, good);
}

static enum status decode_device(struct wire *w, unsigned count, struct stream_device *ret)
{
	bool good = count <= STREAM_DEVICE_ADDRS;

	memset(ret, 0, sizeof(*ret));
	ret->id = wire_be32(w);
	take_octets(w, ret->mac, sizeof(ret->mac));
	good = take_bool(w, &ret->random_mac) && good;
	good = take_bool(w, &ret->gateway) && good;
	ret->name_source = wire_u8(w);
	ret->first_seen_us = (int64_t)wire_be64(w);
	ret->last_seen_us = (int64_t)wire_be64(w);
	ret->address_count = (uint8_t)(good ? count : 0);
	for (unsigned i = 0; i < ret->address_count; i++) {
		ret->address_versions[i] = wire_u8(w);
		take_octets(w, ret->addresses[i], sizeof(ret->addresses[i]));
		good = good && (ret->address_versions[i] == 4 || ret->address_versions[i] == 6);
	}
	good = good && take_text(w, ret->name, sizeof(ret->name)) &&
	       take_text(w, ret->vendor, sizeof(ret->vendor)) &&
	       take_text(w, ret->vendor_class, sizeof(ret->vendor_class));
	return finish(w, good);
}

static enum status decode_interface(struct wire *w, struct stream_interface *ret)
{
	bool good;

	memset(ret, 0, sizeof(*ret));
	ret->index = wire_be32(w);
	ret->link_type = wire_be16(w);
	good = take_bool(w, &ret->home);
	take_octets(w, ret->mac, sizeof(ret->mac));
	good = good && take_text(w, ret->name, sizeof(ret->name));
	return finish(w, good);
}

static enum status decode_cache(struct wire *w, struct stream_cache *ret)
{
	bool good;

	memset(ret, 0, sizeof(*ret));
	ret->id = wire_u8(w);
	ret->count = wire_u8(w);
	good = ret->id < ret->count && ret->count <= RECORD_CACHES_MAX;
	good = take_bool(w, &ret->uniflow) && good;
	ret->section = wire_u8(w);
	ret->type = wire_u8(w);
	good = good && ret->section <= RECORD_SECTION_FRAME && ret->type <= STREAM_CACHE_TYPE_MAX;
	ret->key_fields = wire_be32(w);
	ret->active_timeout_ms = (int64_t)wire_be64(w);
	ret->idle_timeout_ms = (int64_t)wire_be64(w);
	ret->flows_max = wire_be32(w);
	good = good && (ret->key_fields & ~(uint32_t)FLOW_KEY_FIELDS) == 0 &&
	       take_text(w, ret->name, sizeof(ret->name));
	return finish(w, good);
}

static enum status decode_counters(struct wire *w, struct stream_counters *ret)
{
	uint64_t values[sizeof(*ret) / sizeof(uint64_t)];

	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		values[i] = wire_be64(w);
	}
	memcpy(ret, values, sizeof(*ret));
	return finish(w, true);
}

static enum status decode_bye(struct wire *w, enum stream_bye *ret)
{
	uint8_t reason = wire_u8(w);

	*ret = (enum stream_bye)reason;
	return finish(w, reason == STREAM_BYE_END || reason == STREAM_BYE_SHUTDOWN);
}

static enum status decode_ack(struct wire *w, uint64_t *ret)
{
	*ret = wire_be64(w);
	return finish(w, true);
}

enum status stream_decode(const uint8_t *octets, size_t n, struct stream_message *ret)
{
	struct wire w = wire_of(octets, n);
	uint8_t type = wire_u8(&w);
	uint8_t zero = wire_u8(&w);
	unsigned count = wire_be16(&w);
	uint32_t rest = wire_be32(&w);

	ret->type = (enum stream_type)type;
	if (w.bad || rest > wire_left(&w)) {
		return STATUS_SHORT;
	}
	if (zero != 0 || rest != wire_left(&w)) {
		return STATUS_MALFORMED;
	}
	switch (type) {
	case STREAM_HELLO:
		return decode_hello(&w, count, &ret->hello);
	case STREAM_FLOWS:
		return decode_flows(&w, count, &ret->flows);
	case STREAM_DEVICE:
		return decode_device(&w, count, &ret->device);
	case STREAM_SELECTION:
		return finish(&w, stream_selection_decode(&w, count, &ret->selection));
	default:
		break;
	}
	if (count != 0) {
		return STATUS_MALFORMED;
	}
	switch (type) {
	case STREAM_INTERFACE:
		return decode_interface(&w, &ret->interface);
	case STREAM_CACHE:
		return decode_cache(&w, &ret->cache);
	case STREAM_COUNTERS:
		return decode_counters(&w, &ret->counters);
	case STREAM_BYE:
		return decode_bye(&w, &ret->bye);
	case STREAM_ACK:
		return decode_ack(&w, &ret->ack);
	default:
		return STATUS_MALFORMED;
	}
}

bool stream_decode_ack(const uint8_t octets[STREAM_ACK_OCTETS], uint64_t *ret_number)
{
	*ret_number = load_be64(octets + STREAM_HEADER_OCTETS);
	return octets[0] == STREAM_ACK && octets[1] == 0 && load_be16(octets + 2) == 0 &&
	       load_be32(octets + 4) == STREAM_ACK_OCTETS - STREAM_HEADER_OCTETS;
}
