#include "probe/reassembly.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"

#define NONE UINT32_MAX

static_assert(sizeof(struct reassembly_id) == 12, "hashed as octets, so without padding");
static_assert(REASSEMBLY_OCTETS_MAX <= UINT16_MAX, "a range end fits 16 bits");

struct reassembly {
	struct hash_key key;
	struct reassembly_stream *streams; /* one more than are kept: the open one */
	uint32_t *buckets;
	uint32_t bucket_mask;
	uint32_t stream_count;
	uint32_t kept_count;
	uint32_t unused; /* chained by @chain */
	uint32_t oldest, youngest;
	uint8_t *octets;
	size_t mapped_octets;
};

struct reassembly *reassembly_new(uint32_t streams, const struct hash_key *key, GError **error)
{
	struct reassembly *pool = g_new0(struct reassembly, 1);
	uint32_t buckets = 2;

	g_assert(streams >= 1 && streams <= 65536);
	while (buckets < streams * 2) {
		buckets *= 2;
	}
	pool->key = *key;
	pool->stream_count = streams + 1;
	pool->mapped_octets = (size_t)pool->stream_count * REASSEMBLY_OCTETS_MAX;
	pool->octets = mmap(NULL, pool->mapped_octets, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pool->octets == MAP_FAILED) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_LIMIT,
			"reassembly of %u streams: no address space for %zu octets", streams,
			pool->mapped_octets);
		g_free(pool);
		return NULL;
	}
	pool->streams = g_new0(struct reassembly_stream, pool->stream_count);
	pool->buckets = g_new(uint32_t, buckets);
	memset(pool->buckets, 0xff, buckets * sizeof(uint32_t));
	pool->bucket_mask = buckets - 1;
	pool->oldest = NONE;
	pool->youngest = NONE;
	pool->unused = NONE;
	for (uint32_t i = pool->stream_count; i-- > 0;) {
		pool->streams[i].index = i;
		pool->streams[i].octets = pool->octets + (size_t)i * REASSEMBLY_OCTETS_MAX;
		pool->streams[i].chain = pool->unused;
		pool->unused = i;
	}
	return pool;
}

void reassembly_free(struct reassembly *pool)
{
	if (pool == NULL) {
		return;
	}
	(void)munmap(pool->octets, pool->mapped_octets);
	g_free(pool->streams);
	g_free(pool->buckets);
	g_free(pool);
}

static uint32_t *pool_bucket(struct reassembly *pool, const struct reassembly_id *id)
{
	return &pool->buckets[hash_octets(&pool->key, id, sizeof(*id)) & pool->bucket_mask];
}

static void pool_age_remove(struct reassembly *pool, struct reassembly_stream *stream)
{
	uint32_t *after =
		stream->older == NONE ? &pool->oldest : &pool->streams[stream->older].newer;
	uint32_t *before =
		stream->newer == NONE ? &pool->youngest : &pool->streams[stream->newer].older;

	*after = stream->newer;
	*before = stream->older;
}

static void pool_age_append(struct reassembly *pool, struct reassembly_stream *stream)
{
	stream->older = pool->youngest;
	stream->newer = NONE;
	if (pool->youngest == NONE) {
		pool->oldest = stream->index;
	} else {
		pool->streams[pool->youngest].newer = stream->index;
	}
	pool->youngest = stream->index;
}

struct reassembly_stream *reassembly_find(struct reassembly *pool, const struct reassembly_id *id)
{
	if (pool->kept_count == 0) {
		return NULL;
	}
	for (uint32_t i = *pool_bucket(pool, id); i != NONE; i = pool->streams[i].chain) {
		struct reassembly_stream *stream = &pool->streams[i];

		if (memcmp(&stream->id, id, sizeof(*id)) == 0) {
			pool_age_remove(pool, stream);
			pool_age_append(pool, stream);
			return stream;
		}
	}
	return NULL;
}

struct reassembly_stream *reassembly_open(struct reassembly *pool, uint32_t base)
{
	struct reassembly_stream *stream = &pool->streams[pool->unused];

	g_assert(pool->unused != NONE);
	pool->unused = stream->chain;
	stream->kept = false;
	stream->packets = 0;
	reassembly_restart(stream, base);
	return stream;
}

bool reassembly_keep(
	struct reassembly *pool, struct reassembly_stream *stream, const struct reassembly_id *id)
{
	uint32_t *bucket = pool_bucket(pool, id);
	bool evicted = pool->kept_count == pool->stream_count - 1;

	if (evicted) {
		reassembly_close(pool, &pool->streams[pool->oldest]);
	}
	stream->id = *id;
	stream->chain = *bucket;
	*bucket = stream->index;
	stream->kept = true;
	pool_age_append(pool, stream);
	pool->kept_count++;
	return evicted;
}

void reassembly_close(struct reassembly *pool, struct reassembly_stream *stream)
{
	if (stream->kept) {
		uint32_t *link = pool_bucket(pool, &stream->id);

		while (*link != stream->index) {
			link = &pool->streams[*link].chain;
		}
		*link = stream->chain;
		pool_age_remove(pool, stream);
		pool->kept_count--;
		stream->kept = false;
	}
	stream->chain = pool->unused;
	pool->unused = stream->index;
}

/* Copy what of [start, end) no range covers yet */
static void stream_fill(
	struct reassembly_stream *stream, struct reassembly_range piece, const uint8_t *octets)
{
	uint32_t at = piece.start;

	for (unsigned i = 0; i < stream->range_count && at < piece.end; i++) {
		const struct reassembly_range *have = &stream->ranges[i];

		if (have->end <= at) {
			continue;
		}
		if (have->start >= piece.end) {
			break;
		}
		if (have->start > at) {
			memcpy(stream->octets + at, octets + (at - piece.start), have->start - at);
		}
		at = have->end;
	}
	if (at < piece.end) {
		memcpy(stream->octets + at, octets + (at - piece.start), piece.end - at);
	}
}

/* Make one range of @piece and all ranges that overlap or touch it. */
static enum status stream_mark(
	struct reassembly_stream *stream, struct reassembly_range piece, const uint8_t *octets)
{
	struct reassembly_range *ranges = stream->ranges;
	unsigned first = 0;
	unsigned last;

	while (first < stream->range_count && ranges[first].end < piece.start) {
		first++;
	}
	last = first;
	while (last < stream->range_count && ranges[last].start <= piece.end) {
		last++;
	}
	if (first == last && stream->range_count == REASSEMBLY_RANGES_MAX) {
		return STATUS_FULL;
	}
	stream_fill(stream, piece, octets);
	if (first < last) {
		piece.start = MIN(piece.start, ranges[first].start);
		piece.end = MAX(piece.end, ranges[last - 1].end);
	}
	memmove(&ranges[first + 1], &ranges[last],
		(stream->range_count - last) * sizeof(ranges[0]));
	stream->range_count = (uint16_t)(stream->range_count - (last - first) + 1);
	ranges[first] = piece;
	return STATUS_OK;
}

enum status reassembly_insert(
	struct reassembly_stream *stream, uint32_t sequence, const uint8_t *octets, size_t n)
{
	uint32_t offset = sequence - stream->base;
	uint32_t before = stream->base - sequence;
	enum status status = STATUS_OK;
	enum status marked;

	if ((int32_t)offset < 0) {
		if (n <= before) {
			return STATUS_OK;
		}
		octets += before;
		n -= before;
		offset = 0;
	}
	if (offset >= REASSEMBLY_OCTETS_MAX) {
		return n > 0 ? STATUS_FULL : STATUS_OK;
	}
	if (n > REASSEMBLY_OCTETS_MAX - offset) {
		n = REASSEMBLY_OCTETS_MAX - offset;
		status = STATUS_FULL;
	}
	if (n == 0) {
		return status;
	}
	marked = stream_mark(stream,
		(struct reassembly_range){(uint16_t)offset, (uint16_t)(offset + n)}, octets);
	return marked != STATUS_OK ? marked : status;
}

size_t reassembly_contiguous(const struct reassembly_stream *stream)
{
	return stream->range_count > 0 && stream->ranges[0].start == 0 ? stream->ranges[0].end : 0;
}

void reassembly_consume(struct reassembly_stream *stream, uint32_t n)
{
	unsigned kept = 0;
	uint32_t end = stream->range_count > 0 ? stream->ranges[stream->range_count - 1].end : 0;

	for (unsigned i = 0; i < stream->range_count; i++) {
		struct reassembly_range range = stream->ranges[i];

		if (range.end > n) {
			stream->ranges[kept].start =
				(uint16_t)(range.start > n ? range.start - n : 0);
			stream->ranges[kept].end = (uint16_t)(range.end - n);
			kept++;
		}
	}
	if (n < end) {
		memmove(stream->octets, stream->octets + n, end - n);
	}
	stream->range_count = (uint16_t)kept;
	stream->base += n;
}

void reassembly_restart(struct reassembly_stream *stream, uint32_t base)
{
	stream->base = base;
	stream->range_count = 0;
}
