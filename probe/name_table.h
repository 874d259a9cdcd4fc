#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/record.h"
#include "probe/name_pool.h"

/**
 * Names of far ends. Each entry says: this host came to know this address under this name, from
 * this source, at this time. Entries do not change once a flow holds their handle; a newer answer
 * is a new entry, and the flow keeps the name and the age that it began with. The table is bounded:
 * where room is needed, the host with the most names gives up the one longest neither learned nor
 * used, and it is counted.
 */
struct name_table;

enum name_host {
	NAME_HOST_ADDRESS = 1, /* host holds an address */
	NAME_HOST_DEVICE = 2   /* host holds a device's number */
};

/** Who knows whom. No padding: it is hashed and compared as octets. */
struct name_key {
	uint8_t host[16];
	uint8_t far[16]; /* IPv4 in the first four octets, the rest 0 */
	uint8_t far_version;
	uint8_t host_kind; /* enum name_host */
	uint8_t zero[6];
};

static_assert(sizeof(struct name_key) == 40, "no padding");

/** What a handle stands for. */
struct name_view {
	struct name_pool_text name;
	int64_t learned_us; /* settled: its age instead, in whole seconds */
	uint8_t source;     /* enum record_name_source */
	bool settled;       /* no longer ages; names that flows carried themselves have age 0 */
};

/** @names_max: 1 to 2^20 entries. @key is borrowed. NULL without memory. */
struct name_table *name_table_new(uint32_t names_max, const struct hash_key *key);
void name_table_free(struct name_table *table);

/**
 * @key learned @text (1 to 255 octets). A newer name replaces an older one of the same key.
 * Cost: O(1), plus the evictions that a long name may need.
 */
void name_table_learn(struct name_table *table, const struct name_key *key, const char *text,
	enum record_name_source source, int64_t now_us);

/** @key no longer goes by @text: for what was withdrawn. Flows that hold its handle keep it. */
void name_table_forget(struct name_table *table, const struct name_key *key, const char *text);

/** The handle of the newest name of @key; 0: none. */
uint32_t name_table_find(struct name_table *table, const struct name_key *key, int64_t now_us);

/** A handle for a name that a flow carried itself; 0: no room. */
uint32_t name_table_own(
	struct name_table *table, const char *text, enum record_name_source source, int64_t now_us);

/**
 * A handle for the name of @handle that keeps, whole seconds of it, the age that it had at
 * @start_us: for a flow that goes on. All flows of a host with the same name and age share an entry.
 * Returns @handle itself if its age is settled, its entry gone, or there is no room.
 */
uint32_t name_table_settle(
	struct name_table *table, uint32_t handle, int64_t start_us, int64_t now_us);

/** True if both handles stand for the same text from the same source. */
bool name_table_is_same(const struct name_table *table, uint32_t handle, uint32_t other);

/**
 * What @handle stands for. False when its entry was evicted: never another name, unless four
 * thousand million names were learned in between.
 */
bool name_table_view(
	struct name_table *table, uint32_t handle, int64_t now_us, struct name_view *ret_view);

/** Entries in use, those included that only flows hold. */
uint32_t name_table_count(const struct name_table *table);
/** Entries that others had to make room for. */
uint64_t name_table_evicted(const struct name_table *table);
