#include "probe/name_table.h"

#include <stdlib.h>
#include <string.h>

#include "probe/identity_index.h"

#define US_A_SECOND INT64_C(1000000)

/*
 * An entry that was replaced by a newer one is kept for the flows that hold it. It goes before
 * any current one once no flow has asked for it for this long, which is longer than flows go
 * without a record.
 */
#define REPLACED_KEEP_US (3600 * US_A_SECOND)

#define NONE          UINT32_MAX
#define HOST_KIND_OWN 0 /* none of enum name_host */

/*
 * Hosts are thrown into groups by a keyed hash. Where room is needed the group with the most
 * entries gives up its oldest, so that a host that learns names without end cannot take the others'
 * from them. Names that flows carried themselves are a group of their own.
 */
#define GROUPS    257
#define GROUP_OWN 256

enum name_state {
	NAME_FREE,
	NAME_CURRENT, /* in the index */
	NAME_REPLACED /* known by its handle alone */
};

struct entry {
	struct identity_link link; /* link.next chains the free ones, too */
	struct name_key key;
	int64_t learned_us; /* settled: its age */
	int64_t touched_us;
	uint32_t text; /* in the pool */
	uint32_t older;
	uint32_t newer;
	uint32_t generation; /* of the slot: those of live entries are in the handle */
	uint16_t group;
	uint8_t source;
	uint8_t state; /* enum name_state */
	bool held;     /* a flow has the handle */
	bool settled;
};

/* Entries in the order of their last use. */
struct name_queue {
	uint32_t oldest;
	uint32_t newest;
};

struct name_table {
	const struct hash_key *key;
	struct name_pool *pool;
	struct identity_index index;
	struct entry *entries;
	struct name_queue current[GROUPS];
	struct name_queue replaced[GROUPS];
	uint32_t counts[GROUPS];
	uint32_t entries_max;
	uint32_t entries_begun;
	uint32_t freed; /* slot + 1 */
	uint32_t count;
	uint32_t slot_bits; /* of a handle; the rest is the generation */
	uint64_t evicted;
};

struct name_table *name_table_new(uint32_t names_max, const struct hash_key *key)
{
	struct name_table *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		return NULL;
	}
	t->key = key;
	t->entries_max = names_max;
	for (unsigned i = 0; i < GROUPS; i++) {
		t->current[i] = t->replaced[i] = (struct name_queue){NONE, NONE};
	}
	while ((UINT32_C(1) << t->slot_bits) < names_max) {
		t->slot_bits++;
	}
	t->entries = calloc(names_max, sizeof(*t->entries));
	t->pool = name_pool_new(names_max, key);
	if (t->entries == NULL || t->pool == NULL ||
		!identity_index_init(&t->index, t->entries, sizeof(*t->entries), names_max)) {
		name_table_free(t);
		return NULL;
	}
	return t;
}

void name_table_free(struct name_table *table)
{
	if (table == NULL) {
		return;
	}
	identity_index_done(&table->index);
	name_pool_free(table->pool);
	free(table->entries);
	free(table);
}

static struct name_queue *entry_queue(struct name_table *t, const struct entry *e)
{
	return e->state == NAME_CURRENT ? &t->current[e->group] : &t->replaced[e->group];
}

static void queue_remove(struct name_table *t, struct entry *e)
{
	struct name_queue *q = entry_queue(t, e);

	*(e->older == NONE ? &q->oldest : &t->entries[e->older].newer) = e->newer;
	*(e->newer == NONE ? &q->newest : &t->entries[e->newer].older) = e->older;
}

static void queue_add(struct name_table *t, struct entry *e, int64_t now_us)
{
	struct name_queue *q = entry_queue(t, e);
	uint32_t slot = (uint32_t)(e - t->entries);

	e->touched_us = now_us;
	e->newer = NONE;
	e->older = q->newest;
	*(q->newest == NONE ? &q->oldest : &t->entries[q->newest].newer) = slot;
	q->newest = slot;
}

static void entry_touch(struct name_table *t, struct entry *e, int64_t now_us)
{
	if (entry_queue(t, e)->newest != (uint32_t)(e - t->entries)) {
		queue_remove(t, e);
		queue_add(t, e, now_us);
	}
	e->touched_us = now_us;
}

static void entry_free(struct name_table *t, struct entry *e)
{
	uint32_t slot = (uint32_t)(e - t->entries);

	queue_remove(t, e);
	if (e->state == NAME_CURRENT) {
		identity_index_remove(&t->index, slot);
	}
	name_pool_release(t->pool, e->text);
	e->state = NAME_FREE;
	e->link.next = t->freed;
	t->freed = slot + 1;
	t->count--;
	t->counts[e->group]--;
}

/* The entry is no longer what its key finds; flows may hold it. */
static void entry_retire(struct name_table *t, struct entry *e)
{
	if (!e->held) {
		entry_free(t, e);
		return;
	}
	queue_remove(t, e);
	identity_index_remove(&t->index, (uint32_t)(e - t->entries));
	e->state = NAME_REPLACED;
	queue_add(t, e, e->touched_us);
}

static bool table_evict(struct name_table *t, int64_t now_us)
{
	unsigned group = 0;
	uint32_t slot;

	for (unsigned i = 1; i < GROUPS; i++) {
		group = t->counts[i] > t->counts[group] ? i : group;
	}
	slot = t->replaced[group].oldest;
	if (t->current[group].oldest != NONE &&
		(slot == NONE || now_us - t->entries[slot].touched_us < REPLACED_KEEP_US)) {
		slot = t->current[group].oldest;
	}
	if (slot == NONE) {
		return false;
	}
	entry_free(t, &t->entries[slot]);
	t->evicted++;
	return true;
}

/* A free entry with its text taken; NULL only when the text can never fit. */
static struct entry *table_entry(
	struct name_table *t, const char *text, uint32_t octets, int64_t now_us)
{
	uint32_t name;
	struct entry *e;

	while ((name = name_pool_take(t->pool, text, octets)) == 0) {
		if (!table_evict(t, now_us)) {
			return NULL;
		}
	}
	if (t->freed == 0 && t->entries_begun == t->entries_max) {
		(void)table_evict(t, now_us);
	}
	if (t->freed != 0) {
		e = &t->entries[t->freed - 1];
		t->freed = e->link.next;
	} else {
		e = &t->entries[t->entries_begun++];
	}
	e->text = name;
	t->count++;
	return e;
}

static uint32_t table_handle(const struct name_table *t, const struct entry *e)
{
	return e->generation << t->slot_bits | (uint32_t)(e - t->entries);
}

/* Give the entry a handle that is not 0 and that its slot has not had lately. */
static void entry_begin(struct name_table *t, struct entry *e)
{
	uint32_t generations = (uint32_t)(UINT64_C(1) << (32 - t->slot_bits)) - 1;

	e->generation = (e->generation & generations) == generations ? 1 : e->generation + 1;
	e->held = false;
	e->state = NAME_CURRENT;
}

static struct entry *table_find(struct name_table *t, const struct name_key *key, uint32_t hash)
{
	uint32_t at = identity_index_first(&t->index, hash);

	for (; at != 0; at = t->entries[at - 1].link.next) {
		struct entry *e = &t->entries[at - 1];

		if (e->link.hash == hash && memcmp(&e->key, key, sizeof(*key)) == 0) {
			return e;
		}
	}
	return NULL;
}

static uint16_t group_of(const struct name_table *t, const struct name_key *key)
{
	return (uint16_t)(hash_octets(t->key, key->host, sizeof(key->host)) % GROUP_OWN);
}

/* What an entry is to hold. */
struct told {
	struct name_key key;
	const char *text;
	int64_t learned_us; /* settled: its age */
	uint16_t group;
	uint8_t source;
	bool settled;
};

static struct entry *table_add(struct name_table *t, const struct told *told, int64_t now_us)
{
	struct entry *e = table_entry(t, told->text, (uint32_t)strlen(told->text), now_us);

	if (e == NULL) {
		return NULL;
	}
	e->key = told->key;
	e->learned_us = told->learned_us;
	e->source = told->source;
	e->settled = told->settled;
	e->group = told->group;
	t->counts[e->group]++;
	entry_begin(t, e);
	queue_add(t, e, now_us);
	identity_index_put(&t->index, (uint32_t)(e - t->entries),
		(uint32_t)hash_octets(t->key, &e->key, sizeof(e->key)));
	return e;
}

static bool entry_reads(const struct name_table *t, const struct entry *e, const char *text)
{
	struct name_pool_text have;

	name_pool_text(t->pool, e->text, &have);
	return strcmp(have.text, text) == 0;
}

void name_table_learn(struct name_table *table, const struct name_key *key, const char *text,
	enum record_name_source source, int64_t now_us)
{
	uint32_t hash = (uint32_t)hash_octets(table->key, key, sizeof(*key));
	struct entry *e = table_find(table, key, hash);

	if (e != NULL && !e->held && e->source == source && entry_reads(table, e, text)) {
		e->learned_us = now_us;
		entry_touch(table, e, now_us);
		return;
	}
	if (e != NULL) {
		entry_retire(table, e);
	}
	(void)table_add(table,
		&(struct told){.key = *key,
			.text = text,
			.learned_us = now_us,
			.group = group_of(table, key),
			.source = (uint8_t)source},
		now_us);
}

void name_table_forget(struct name_table *table, const struct name_key *key, const char *text)
{
	uint32_t hash = (uint32_t)hash_octets(table->key, key, sizeof(*key));
	struct entry *e = table_find(table, key, hash);

	if (e != NULL && entry_reads(table, e, text)) {
		entry_retire(table, e);
	}
}

uint32_t name_table_find(struct name_table *table, const struct name_key *key, int64_t now_us)
{
	uint32_t hash = (uint32_t)hash_octets(table->key, key, sizeof(*key));
	struct entry *e = table_find(table, key, hash);

	if (e == NULL) {
		return 0;
	}
	e->held = true;
	entry_touch(table, e, now_us);
	return table_handle(table, e);
}

/*
 * Settled names have no key of their own: all flows of a group with the same name of the same age
 * from the same source share an entry, found by a key made of the name's digest.
 */
static uint32_t table_settled(struct name_table *t, struct told *told, int64_t now_us)
{
	XXH128_hash_t digest = XXH3_128bits_withSecret(
		told->text, strlen(told->text), t->key->secret, sizeof(t->key->secret));
	struct entry *e;

	told->settled = true;
	told->key = (struct name_key){.far_version = told->source, .host_kind = HOST_KIND_OWN};
	memcpy(told->key.host, &digest, sizeof(digest));
	memcpy(told->key.far, &told->learned_us, sizeof(told->learned_us));
	memcpy(told->key.far + 8, &told->group, sizeof(told->group));
	e = table_find(t, &told->key, (uint32_t)hash_octets(t->key, &told->key, sizeof(told->key)));
	if (e != NULL && !entry_reads(t, e, told->text)) {
		entry_retire(t, e);
		e = NULL;
	}
	if (e == NULL) {
		e = table_add(t, told, now_us);
	}
	if (e == NULL) {
		return 0;
	}
	e->held = true;
	entry_touch(t, e, now_us);
	return table_handle(t, e);
}

uint32_t name_table_own(
	struct name_table *table, const char *text, enum record_name_source source, int64_t now_us)
{
	struct told told = {.text = text, .group = GROUP_OWN, .source = (uint8_t)source};

	return table_settled(table, &told, now_us);
}

/* The entry of a handle, NULL if it was evicted. */
static struct entry *handle_entry(const struct name_table *t, uint32_t handle)
{
	uint32_t slot = handle & (uint32_t)((UINT64_C(1) << t->slot_bits) - 1);
	struct entry *e = &t->entries[slot];

	if (handle == 0 || slot >= t->entries_begun || e->state == NAME_FREE ||
		table_handle(t, e) != handle) {
		return NULL;
	}
	return e;
}

uint32_t name_table_settle(
	struct name_table *table, uint32_t handle, int64_t start_us, int64_t now_us)
{
	const struct entry *e = handle_entry(table, handle);
	struct told told = {0};
	struct name_pool_text name;
	uint32_t settled;

	if (e == NULL || e->settled) {
		return handle;
	}
	/* A copy: the entry may be the one that has to make room. */
	name_pool_text(table->pool, e->text, &name);
	told.text = name.text;
	told.source = e->source;
	told.group = e->group;
	if (start_us > e->learned_us) {
		told.learned_us = (start_us - e->learned_us) / US_A_SECOND * US_A_SECOND;
	}
	settled = table_settled(table, &told, now_us);
	return settled != 0 ? settled : handle;
}

bool name_table_is_same(const struct name_table *table, uint32_t handle, uint32_t other)
{
	const struct entry *a = handle_entry(table, handle);
	const struct entry *b = handle_entry(table, other);

	return a != NULL && b != NULL && a->text == b->text && a->source == b->source;
}

bool name_table_view(
	struct name_table *table, uint32_t handle, int64_t now_us, struct name_view *ret_view)
{
	struct entry *e = handle_entry(table, handle);

	if (e == NULL) {
		return false;
	}
	entry_touch(table, e, now_us);
	name_pool_text(table->pool, e->text, &ret_view->name);
	ret_view->learned_us = e->learned_us;
	ret_view->source = e->source;
	ret_view->settled = e->settled;
	return true;
}

uint32_t name_table_count(const struct name_table *table)
{
	return table->count;
}

uint64_t name_table_evicted(const struct name_table *table)
{
	return table->evicted;
}
