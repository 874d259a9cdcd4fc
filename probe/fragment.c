#include "probe/fragment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define NONE           0    /* slots are numbered from 1: untouched memory is empty */
#define FIRSTS_KEEP    1024 /* up to here nothing is forgotten for its age alone */
#define HEADS_PER_SLOT 2

/* What fragments of one datagram have in common, RFC 791 3.2 and RFC 8200 4.5. */
struct fragment_id {
	uint8_t address[2][16];
	uint32_t identification;
	uint8_t ip_version;
	uint8_t protocol; /* IPv4 only, else 0 */
	uint16_t zero;
};

static_assert(sizeof(struct fragment_id) == 40, "hashed and compared as octets");

struct slot {
	struct fragment_id id;
	struct flow_packet packet;
	uint16_t chain_next; /* same bucket */
	uint16_t chain_prev;
	uint16_t younger;
	uint16_t older;
};

/* Slots found by id, in order of age. */
struct slots {
	struct slot *slot;
	uint16_t *heads;
	const struct hash_key *key;
	uint32_t head_count; /* a power of two */
	uint32_t max;
	uint32_t used; /* slots that were ever in use: those from here on are untouched memory */
	uint32_t count;
	uint16_t oldest;
	uint16_t youngest;
	uint16_t spare; /* list through chain_next */
};

struct fragments {
	struct slots firsts;
	struct slots waiting;
	fragment_sink sink;
	void *context;
	struct fragment_counters counters;
};

/* Memory that is only taken when it is used. */
static void *slots_map(size_t octets)
{
	void *region = mmap(NULL, octets, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return region == MAP_FAILED ? NULL : region;
}

static size_t slots_octets(uint32_t max)
{
	return (max + 1) * sizeof(struct slot) + max * HEADS_PER_SLOT * sizeof(uint16_t);
}

static bool slots_init(struct slots *s, const struct hash_key *key, uint32_t max)
{
	s->key = key;
	s->max = max;
	s->head_count = max * HEADS_PER_SLOT;
	s->used = 1;
	s->slot = slots_map(slots_octets(max));
	s->heads = (uint16_t *)(s->slot + max + 1);
	return s->slot != NULL;
}

static void slots_done(struct slots *s)
{
	if (s->slot != NULL) {
		(void)munmap(s->slot, slots_octets(s->max));
	}
}

static uint16_t *slots_head(const struct slots *s, const struct fragment_id *id)
{
	return &s->heads[hash_octets(s->key, id, sizeof(*id)) & (s->head_count - 1)];
}

static uint16_t slots_match(const struct slots *s, uint16_t at, const struct fragment_id *id)
{
	while (at != NONE && memcmp(&s->slot[at].id, id, sizeof(*id)) != 0) {
		at = s->slot[at].chain_next;
	}
	return at;
}

static uint16_t slots_find(const struct slots *s, const struct fragment_id *id)
{
	return s->count == 0 ? NONE : slots_match(s, *slots_head(s, id), id);
}

static void slots_remove(struct slots *s, uint16_t at)
{
	struct slot *e = &s->slot[at];

	if (e->chain_prev == NONE) {
		*slots_head(s, &e->id) = e->chain_next;
	} else {
		s->slot[e->chain_prev].chain_next = e->chain_next;
	}
	if (e->chain_next != NONE) {
		s->slot[e->chain_next].chain_prev = e->chain_prev;
	}
	if (e->older == NONE) {
		s->oldest = e->younger;
	} else {
		s->slot[e->older].younger = e->younger;
	}
	if (e->younger == NONE) {
		s->youngest = e->older;
	} else {
		s->slot[e->younger].older = e->older;
	}
	e->chain_next = s->spare;
	s->spare = at;
	s->count--;
}

/* There must be room. */
static void slots_add(
	struct slots *s, const struct fragment_id *id, const struct flow_packet *packet)
{
	uint16_t *head = slots_head(s, id);
	uint16_t at = s->spare;
	struct slot *e;

	if (at == NONE) {
		at = (uint16_t)s->used++;
	} else {
		s->spare = s->slot[at].chain_next;
	}
	e = &s->slot[at];
	e->id = *id;
	e->packet = *packet;
	e->chain_prev = NONE;
	e->chain_next = *head;
	if (*head != NONE) {
		s->slot[*head].chain_prev = at;
	}
	*head = at;
	e->younger = NONE;
	e->older = s->youngest;
	if (s->youngest == NONE) {
		s->oldest = at;
	} else {
		s->slot[s->youngest].younger = at;
	}
	s->youngest = at;
	s->count++;
}

static struct fragment_id id_of(uint32_t identification, const struct flow_packet *packet)
{
	struct fragment_id id = {.identification = identification,
		.ip_version = packet->key.ip_version,
		.protocol = packet->key.ip_version == 4 ? packet->key.protocol : 0};

	memcpy(id.address, packet->key.address, sizeof(id.address));
	return id;
}

static bool near(const struct flow_packet *a, const struct flow_packet *b)
{
	int64_t gap = a->time_us - b->time_us;

	return gap <= FRAGMENT_TIMEOUT_US && gap >= -FRAGMENT_TIMEOUT_US;
}

/* Make @later part of the flow of @first. */
static void adopt(const struct flow_packet *first, struct flow_packet *later)
{
	later->key.protocol = first->key.protocol;
	later->key.port[0] = first->key.port[0];
	later->key.port[1] = first->key.port[1];
	later->transport = first->transport;
}

struct fragments *fragments_new(const struct hash_key *key, fragment_sink sink, void *context)
{
	struct fragments *fragments = calloc(1, sizeof(*fragments));

	static_assert(
		FRAGMENT_FIRSTS < UINT16_MAX && FRAGMENT_WAITING < UINT16_MAX, "16-bit links");
	if (fragments == NULL) {
		return NULL;
	}
	fragments->sink = sink;
	fragments->context = context;
	if (!slots_init(&fragments->firsts, key, FRAGMENT_FIRSTS) ||
		!slots_init(&fragments->waiting, key, FRAGMENT_WAITING)) {
		fragments_free(fragments);
		return NULL;
	}
	return fragments;
}

void fragments_free(struct fragments *fragments)
{
	if (fragments == NULL) {
		return;
	}
	slots_done(&fragments->firsts);
	slots_done(&fragments->waiting);
	free(fragments);
}

/* Take one out of the wait and hand it on. */
static void release(struct fragments *fragments, uint16_t at, const struct flow_packet *first)
{
	struct flow_packet packet = fragments->waiting.slot[at].packet;

	slots_remove(&fragments->waiting, at);
	if (first != NULL && near(first, &packet)) {
		adopt(first, &packet);
	} else {
		fragments->counters.orphaned++;
	}
	fragments->sink(fragments->context, &packet);
}

void fragments_first(
	struct fragments *fragments, uint32_t identification, const struct flow_packet *packet)
{
	struct fragment_id id = id_of(identification, packet);
	struct slots *firsts = &fragments->firsts;
	uint16_t at = slots_find(firsts, &id);

	if (at != NONE) {
		slots_remove(firsts, at);
	} else if (firsts->count == firsts->max ||
		   (firsts->count >= FIRSTS_KEEP &&
			   !near(packet, &firsts->slot[firsts->oldest].packet))) {
		slots_remove(firsts, firsts->oldest);
	}
	slots_add(firsts, &id, packet);
	while ((at = slots_find(&fragments->waiting, &id)) != NONE) {
		release(fragments, at, packet);
	}
}

bool fragments_later(
	struct fragments *fragments, uint32_t identification, struct flow_packet *packet)
{
	struct fragment_id id = id_of(identification, packet);
	struct slots *waiting = &fragments->waiting;
	uint16_t at = slots_find(&fragments->firsts, &id);

	if (at != NONE && near(packet, &fragments->firsts.slot[at].packet)) {
		adopt(&fragments->firsts.slot[at].packet, packet);
		return true;
	}
	if (waiting->count == waiting->max) {
		fragments->counters.evicted++;
		release(fragments, waiting->oldest, NULL);
	}
	slots_add(waiting, &id, packet);
	return false;
}

void fragments_advance(struct fragments *fragments, int64_t now_us)
{
	struct slots *waiting = &fragments->waiting;

	while (waiting->count > 0 &&
		now_us - waiting->slot[waiting->oldest].packet.time_us > FRAGMENT_TIMEOUT_US) {
		release(fragments, waiting->oldest, NULL);
	}
}

void fragments_finish(struct fragments *fragments)
{
	while (fragments->waiting.count > 0) {
		release(fragments, fragments->waiting.oldest, NULL);
	}
}

void fragments_counters(const struct fragments *fragments, struct fragment_counters *ret_counters)
{
	*ret_counters = fragments->counters;
}
