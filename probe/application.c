#include "probe/application.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "probe/application_engine.h"

/*
 * The engine parses what strangers send, and it is not ours. So it never sees a packet as it came:
 * it gets a header made here from what the flow table knows, without options, fragments and
 * extensions, in front of a copy of the payload that was captured, with room behind it for a reader
 * that goes too far.
 */
#define PAYLOAD_MAX  4096 /* what offloading joined is longer; nothing that names a flow is */
#define HEADERS_MAX  60   /* IPv6 and TCP */
#define IPV4_HEADER  20
#define IPV6_HEADER  40
#define TCP_HEADER   20
#define UDP_HEADER   8
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define HOPS         64
#define STATES_MAX   (1U << 20)
#define STATE_ALIGN  16
#define SLOT_LOOKING UINT32_C(0x80000000) /* the rest of the slot is the number of a state */
#define SLOT_UNKNOWN UINT32_C(0x40000000) /* looked into, nothing found */

static_assert(APPLICATION_ENGINE_FOUND_MAX <= SLOT_UNKNOWN, "slots hold what is found");

/* A flow that is looked into; in a ring by when its last packet came, through number 0. */
struct looked {
	application_slot *slot; /* NULL: not in use, @next is the next one of these */
	uint32_t next;
	uint32_t previous;
	uint32_t packets;
};

struct applications {
	struct application_engine *engine;
	struct looked *looked; /* from 1 to @states; [0] is the ring's beginning: longest silent */
	uint8_t *states;       /* the engine's, in the same order */
	size_t state_octets;   /* from one to the next */
	uint32_t count;        /* of states */
	uint32_t used;         /* numbers above were never in use */
	uint32_t spare;        /* list through next; 0: end */
	struct application_counters counters;
	char name[APPLICATION_NAME_MAX + 1];
	_Alignas(8) uint8_t packet[HEADERS_MAX + PAYLOAD_MAX + APPLICATION_ENGINE_SLACK];
};

bool applications_available(void)
{
	return application_engine_available();
}

struct applications *applications_new(uint32_t states, GError **error)
{
	struct applications *a;
	struct application_engine *engine;

	if (states > STATES_MAX) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE,
			"flows looked into for their application: %u is more than %u", states,
			STATES_MAX);
		return NULL;
	}
	engine = application_engine_new(error);
	if (engine == NULL) {
		return NULL;
	}
	a = g_new0(struct applications, 1);
	a->engine = engine;
	a->count = states != 0 ? states : APPLICATION_STATES;
	a->state_octets =
		(application_engine_state_octets() + STATE_ALIGN - 1) / STATE_ALIGN * STATE_ALIGN;
	a->looked = g_new0(struct looked, a->count + 1);
	a->states = g_malloc0_n((size_t)a->count + 1, a->state_octets);
	return a;
}

size_t applications_state_octets(const struct applications *a)
{
	return a->state_octets + sizeof(struct looked);
}

static void *state_of(const struct applications *a, uint32_t number)
{
	return a->states + number * a->state_octets;
}

static void ring_take(struct applications *a, uint32_t number)
{
	const struct looked *looked = &a->looked[number];

	a->looked[looked->previous].next = looked->next;
	a->looked[looked->next].previous = looked->previous;
}

/* At the end: what had its packet just now. */
static void ring_put(struct applications *a, uint32_t number)
{
	uint32_t last = a->looked[0].previous;

	a->looked[number].previous = last;
	a->looked[number].next = 0;
	a->looked[last].next = number;
	a->looked[0].previous = number;
}

/* Nothing more is looked at: settle the slot of state @number, and give the state back. */
static application_slot settle(struct applications *a, uint32_t number)
{
	struct looked *looked = &a->looked[number];
	uint32_t found = application_engine_conclude(a->engine, state_of(a, number));
	application_slot slot = found != 0 ? found : SLOT_UNKNOWN;

	*looked->slot = slot;
	ring_take(a, number);
	looked->slot = NULL;
	looked->next = a->spare;
	a->spare = number;
	if (found != 0) {
		a->counters.recognised++;
	} else {
		a->counters.unknown++;
	}
	return slot;
}

/* Give up the flow that was silent longest; there is one. */
static void evict(struct applications *a)
{
	a->counters.evicted++;
	(void)settle(a, a->looked[0].next);
}

static uint32_t begin(struct applications *a, application_slot *slot)
{
	uint32_t number;

	if (a->spare == 0 && a->used == a->count) {
		evict(a);
	}
	number = a->spare;
	if (number != 0) {
		a->spare = a->looked[number].next;
	} else {
		number = ++a->used;
	}
	a->looked[number] = (struct looked){.slot = slot};
	ring_put(a, number);
	*slot = SLOT_LOOKING | number;
	a->counters.flows++;
	return number;
}

static void put_be16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void put_be32(uint8_t *p, uint32_t value)
{
	put_be16(p, value >> 16);
	put_be16(p + 2, value & 0xffff);
}

static void put_ip(uint8_t *p, const struct flow_key *key, uint32_t behind)
{
	if (key->ip_version == 4) {
		p[0] = 0x45;
		put_be16(p + 2, IPV4_HEADER + behind);
		p[8] = HOPS;
		p[9] = key->protocol;
		memcpy(p + 12, key->address[0], 4);
		memcpy(p + 16, key->address[1], 4);
	} else {
		p[0] = 0x60;
		put_be16(p + 4, behind);
		p[6] = key->protocol;
		p[7] = HOPS;
		memcpy(p + 8, key->address, sizeof(key->address));
	}
}

static void put_transport(uint8_t *p, const struct flow_packet *packet, uint32_t payload_octets)
{
	put_be16(p, packet->key.port[0]);
	put_be16(p + 2, packet->key.port[1]);
	if (packet->key.protocol == PROTOCOL_UDP) {
		put_be16(p + 4, UDP_HEADER + payload_octets);
		return;
	}
	put_be32(p + 4, packet->tcp_sequence);
	put_be16(p + 12, TCP_HEADER / 4 << 12 | packet->tcp_flags);
	put_be16(p + 14, UINT16_MAX);
}

static uint32_t transport_header(uint8_t protocol)
{
	switch (protocol) {
	case PROTOCOL_TCP:
		return TCP_HEADER;
	case PROTOCOL_UDP:
		return UDP_HEADER;
	default:
		return 0;
	}
}

/* Make the packet that the engine sees; gives its octets. */
static uint16_t compose(struct applications *a, const struct flow_packet *packet)
{
	const struct flow_key *key = &packet->key;
	uint32_t ip = key->ip_version == 4 ? IPV4_HEADER : IPV6_HEADER;
	uint32_t transport = transport_header(key->protocol);
	uint32_t payload = MIN(packet->payload_octets, PAYLOAD_MAX);
	uint8_t *behind = a->packet + ip + transport + payload;

	memset(a->packet, 0, ip + transport);
	put_ip(a->packet, key, transport + payload);
	if (transport != 0) {
		put_transport(a->packet + ip, packet, payload);
	}
	if (payload > 0) {
		memcpy(a->packet + ip + transport, packet->payload, payload);
	}
	memset(behind, 0, APPLICATION_ENGINE_SLACK);
	return (uint16_t)(ip + transport + payload);
}

/* How many packets of such a flow are looked at. */
static uint32_t packets_max(uint8_t protocol)
{
	switch (protocol) {
	case PROTOCOL_TCP:
		return APPLICATION_TCP_PACKETS;
	case PROTOCOL_UDP:
		return APPLICATION_UDP_PACKETS;
	default:
		return 1;
	}
}

/* Packets of other protocols tell what they tell without a payload. */
static bool is_worth_it(const struct flow_packet *packet)
{
	return packet->payload_octets > 0 || transport_header(packet->key.protocol) == 0;
}

void applications_packet(
	struct applications *a, application_slot *slot, const struct flow_packet *packet)
{
	uint32_t number;
	bool done;

	if ((*slot != 0 && !(*slot & SLOT_LOOKING)) || !is_worth_it(packet)) {
		return;
	}
	if (*slot == 0) {
		number = begin(a, slot);
	} else {
		number = *slot & ~SLOT_LOOKING;
		ring_take(a, number);
		ring_put(a, number);
	}
	a->looked[number].packets++;
	done = application_engine_packet(
		a->engine, state_of(a, number), a->packet, compose(a, packet), packet->time_us);
	if (done || a->looked[number].packets >= packets_max(packet->key.protocol)) {
		(void)settle(a, number);
	}
	while (a->looked[0].next != 0 &&
		application_engine_heap(a->engine) > APPLICATION_HEAP_MAX) {
		evict(a);
	}
}

const char *applications_name(struct applications *a, application_slot slot)
{
	uint32_t found = slot;

	if (slot & SLOT_LOOKING) {
		found = application_engine_found(a->engine, state_of(a, slot & ~SLOT_LOOKING));
	} else if (slot & SLOT_UNKNOWN) {
		found = 0;
	}
	a->name[0] = '\0';
	if (found != 0) {
		application_engine_name(a->engine, found, a->name, sizeof(a->name));
	}
	return a->name;
}

application_slot applications_end(struct applications *a, application_slot *slot)
{
	application_slot last = *slot;

	if (last & SLOT_LOOKING) {
		last = settle(a, last & ~SLOT_LOOKING);
	}
	*slot = 0;
	return last;
}

void applications_forget(struct applications *a, const application_slot *slots, size_t count)
{
	for (uint32_t number = 1; number <= a->used; number++) {
		const application_slot *slot = a->looked[number].slot;

		if (slot >= slots && slot < slots + count) {
			(void)settle(a, number);
		}
	}
}

void applications_free(struct applications *a)
{
	if (a == NULL) {
		return;
	}
	for (uint32_t number = 1; number <= a->used; number++) {
		(void)application_engine_conclude(a->engine, state_of(a, number));
	}
	application_engine_free(a->engine);
	g_free(a->looked);
	g_free(a->states);
	g_free(a);
}

void applications_counters(const struct applications *a, struct application_counters *ret_counters)
{
	*ret_counters = a->counters;
}
