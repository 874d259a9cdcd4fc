#include "base/stream.h"

#include <stdio.h>
#include <string.h>

#include "base/stream_pen.h"
#include "base/stream_selection.h"
#include "base/wire.h"

/* FNV-1a, 64 bit: both ends compute it from their own tables, nobody can choose the input. */
#define STREAM_HASH_START 0xcbf29ce484222325U
#define STREAM_HASH_PRIME 0x100000001b3U

#define STREAM_COUNTER_NAME(name) #name,

static const char *const stream_counter_names[] = {STREAM_COUNTERS_LIST(STREAM_COUNTER_NAME)};

#define STREAM_COUNTER_COUNT (sizeof(stream_counter_names) / sizeof(stream_counter_names[0]))

static_assert(sizeof(struct stream_counters) == STREAM_COUNTER_COUNT * sizeof(uint64_t),
	"counters are read and written as an array");
static_assert(STREAM_HEADER_OCTETS + sizeof(struct stream_counters) <= STREAM_SMALL_MAX,
	"counters fit a small message");
static_assert(STREAM_HEADER_OCTETS + 33 + STREAM_DEVICE_ADDRS * 17 + 3 * (1 + RECORD_TEXT_MAX) <=
		      STREAM_SMALL_MAX,
	"a device with all its texts and addresses fits a small message");

static_assert(STREAM_HEADER_OCTETS + STREAM_SELECTION_OCTETS_MAX <= STREAM_SMALL_MAX,
	"a selection sequence with all that it may have fits a small message");

static uint64_t hash_text(uint64_t hash, const char *text)
{
	do {
		hash = (hash ^ (uint8_t)*text) * STREAM_HASH_PRIME;
	} while (*text++ != '\0');
	return hash;
}

static uint64_t hash_number(uint64_t hash, uint32_t number)
{
	for (unsigned shift = 0; shift < 32; shift += 8) {
		hash = (hash ^ (number >> shift & 0xff)) * STREAM_HASH_PRIME;
	}
	return hash;
}

uint64_t stream_layout(void)
{
	uint64_t hash = hash_number(STREAM_HASH_START, __BYTE_ORDER__);

	for (size_t i = 0; i < record_field_count; i++) {
		const struct record_field *field = &record_fields[i];

		hash = hash_text(hash, field->member);
		hash = hash_number(hash, (uint32_t)field->kind);
		hash = hash_number(hash, field->offset);
		hash = hash_number(hash, field->octets);
	}
	for (size_t i = 0; i < STREAM_COUNTER_COUNT; i++) {
		hash = hash_text(hash, stream_counter_names[i]);
	}
	return hash_number(hash, sizeof(struct flow_record));
}

void stream_hello_init(struct stream_hello *hello, const char *program, uint16_t flags)
{
	memset(hello, 0, sizeof(*hello));
	hello->version = STREAM_VERSION;
	hello->flags = flags;
	hello->layout = stream_layout();
	hello->record_octets = sizeof(struct flow_record);
	(void)snprintf(hello->program, sizeof(hello->program), "%s", program);
}

bool stream_hello_matches(const struct stream_hello *hello, char ret_reason[160])
{
	ret_reason[0] = '\0';
	if (hello->version != STREAM_VERSION) {
		(void)snprintf(ret_reason, 160, "speaks version %u of the flow stream, not %u",
			hello->version, STREAM_VERSION);
	} else if (hello->layout != stream_layout() ||
		   hello->record_octets != sizeof(struct flow_record)) {
		(void)snprintf(ret_reason, 160,
			"is of another build: its flow records have %u octets and other fields "
			"than those here of %zu",
			hello->record_octets, sizeof(struct flow_record));
	}
	return ret_reason[0] == '\0';
}

static void put_header(uint8_t *at, enum stream_type type, unsigned count, size_t octets)
{
	at[0] = (uint8_t)type;
	at[1] = 0;
	store_be16(at + 2, (uint16_t)count);
	store_be32(at + 4, (uint32_t)octets);
}

void stream_encode_flows(uint8_t ret[STREAM_FLOWS_OCTETS], const struct record_batch *batch,
	int64_t clock_us, uint64_t number)
{
	size_t records = (size_t)batch->count * sizeof(struct flow_record);

	put_header(ret, STREAM_FLOWS, batch->count,
		STREAM_FLOWS_OCTETS - STREAM_HEADER_OCTETS + records + batch->text_octets);
	store_be64(ret + 8, (uint64_t)clock_us);
	store_be64(ret + 16, number);
	store_be32(ret + 24, batch->text_octets);
	store_be32(ret + 28, 0);
}

static unsigned encode_hello(struct stream_pen *pen, const struct stream_hello *hello)
{
	size_t n = strnlen(hello->program, STREAM_PROGRAM_MAX);

	stream_put_u32(pen, STREAM_MAGIC);
	stream_put_u16(pen, hello->version);
	stream_put_u16(pen, hello->flags);
	stream_put_u64(pen, hello->layout);
	stream_put_u32(pen, hello->record_octets);
	stream_put_u64(pen, hello->instance);
	stream_put_u64(pen, hello->number);
	stream_put_octets(pen, hello->program, n);
	return (unsigned)n;
}

static unsigned encode_device(struct stream_pen *pen, const struct stream_device *device)
{
	stream_put_u32(pen, device->id);
	stream_put_octets(pen, device->mac, sizeof(device->mac));
	stream_put_u8(pen, device->random_mac);
	stream_put_u8(pen, device->gateway);
	stream_put_u8(pen, device->name_source);
	stream_put_u64(pen, (uint64_t)device->first_seen_us);
	stream_put_u64(pen, (uint64_t)device->last_seen_us);
	for (unsigned i = 0; i < device->address_count; i++) {
		stream_put_u8(pen, device->address_versions[i]);
		stream_put_octets(pen, device->addresses[i], sizeof(device->addresses[i]));
	}
	stream_put_text(pen, device->name, sizeof(device->name));
	stream_put_text(pen, device->vendor, sizeof(device->vendor));
	stream_put_text(pen, device->vendor_class, sizeof(device->vendor_class));
	return device->address_count;
}

static void encode_interface(struct stream_pen *pen, const struct stream_interface *interface)
{
	stream_put_u32(pen, interface->index);
	stream_put_u16(pen, interface->link_type);
	stream_put_u8(pen, interface->home);
	stream_put_octets(pen, interface->mac, sizeof(interface->mac));
	stream_put_text(pen, interface->name, sizeof(interface->name));
}

static void encode_cache(struct stream_pen *pen, const struct stream_cache *cache)
{
	stream_put_u8(pen, cache->id);
	stream_put_u8(pen, cache->count);
	stream_put_u8(pen, cache->uniflow);
	stream_put_u8(pen, cache->section);
	stream_put_u8(pen, cache->type);
	stream_put_u32(pen, cache->key_fields);
	stream_put_u64(pen, (uint64_t)cache->active_timeout_ms);
	stream_put_u64(pen, (uint64_t)cache->idle_timeout_ms);
	stream_put_u32(pen, cache->flows_max);
	stream_put_text(pen, cache->name, sizeof(cache->name));
}

static void encode_counters(struct stream_pen *pen, const struct stream_counters *counters)
{
	uint64_t values[STREAM_COUNTER_COUNT];

	memcpy(values, counters, sizeof(values));
	for (size_t i = 0; i < STREAM_COUNTER_COUNT; i++) {
		stream_put_u64(pen, values[i]);
	}
}

size_t stream_encode(uint8_t *ret, const struct stream_message *message)
{
	struct stream_pen pen = {.at = ret + STREAM_HEADER_OCTETS};
	unsigned count = 0;

	switch (message->type) {
	case STREAM_HELLO:
		count = encode_hello(&pen, &message->hello);
		break;
	case STREAM_DEVICE:
		count = encode_device(&pen, &message->device);
		break;
	case STREAM_INTERFACE:
		encode_interface(&pen, &message->interface);
		break;
	case STREAM_CACHE:
		encode_cache(&pen, &message->cache);
		break;
	case STREAM_COUNTERS:
		encode_counters(&pen, &message->counters);
		break;
	case STREAM_BYE:
		stream_put_u8(&pen, (uint8_t)message->bye);
		break;
	case STREAM_SELECTION:
		count = stream_selection_encode(&pen, &message->selection);
		break;
	case STREAM_ACK:
		stream_put_u64(&pen, message->ack);
		break;
	case STREAM_FLOWS:
		assert(false && "FLOWS has its own function");
		break;
	}
	put_header(ret, message->type, count, (size_t)(pen.at - ret) - STREAM_HEADER_OCTETS);
	return (size_t)(pen.at - ret);
}

void stream_encode_ack(uint8_t ret[STREAM_ACK_OCTETS], uint64_t number)
{
	put_header(ret, STREAM_ACK, 0, STREAM_ACK_OCTETS - STREAM_HEADER_OCTETS);
	store_be64(ret + STREAM_HEADER_OCTETS, number);
}
