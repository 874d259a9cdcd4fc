#include "tests/unit/mode_fixture.h"

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

int run_start(void **state)
{
	struct run *run = g_new0(struct run, 1);

	peer_clock_reset();
	g_random_set_seed(1);
	*state = run;
	return 0;
}

int run_stop(void **state)
{
	struct run *run = *state;

	exporter_free(run->exporter);
	for (unsigned i = 0; i < run->count; i++) {
		peer_close(&run->peers[i]);
		g_free(run->uris[i]);
	}
	g_free(run);
	return 0;
}

struct peer *run_peer(struct run *run, const char *scheme, const char *options)
{
	struct peer *peer = &run->peers[run->count];

	if (strcmp(scheme, "tcp") == 0) {
		peer_open_tcp(peer);
	} else {
		peer_open_udp(peer);
	}
	run->uris[run->count++] = g_strdup_printf("%s:127.0.0.1:%u%s", scheme, peer->port, options);
	return peer;
}

bool run_set(struct run *run, enum export_mode mode, bool lossless, GError **error)
{
	struct export_config config = {.lossless = lossless, .hash_seed = 1, .clock = &peer_clock};
	const struct export_set set = {
		.destinations = run->uris, .observation_domain = 1, .mode = mode};

	run->exporter = exporter_new(&config, NULL);
	return exporter_set(run->exporter, &set, error);
}

struct export_counters run_counters(struct run *run, unsigned index)
{
	struct export_counters counters;

	exporter_counters(run->exporter, index, &counters);
	return counters;
}

static bool all_connected(void *data)
{
	struct run *run = data;

	for (unsigned i = 0; i < run->count; i++) {
		if (run_counters(run, i).connects == 0) {
			return false;
		}
	}
	return true;
}

void run_begin(struct run *run, enum export_mode mode)
{
	assert_true(run_set(run, mode, false, NULL));
	peer_until(all_connected, run);
}

/* Flows that differ in their addresses; @back: records of the other direction. */
void run_records(struct run *run, uint64_t first, uint32_t count, bool back)
{
	struct flow_record records[RECORD_BATCH_MAX];
	struct record_batch batch = {.records = records};

	for (uint32_t done = 0; done < count; done += batch.count) {
		batch.count = MIN(count - done, RECORD_BATCH_MAX);
		memset(records, 0, sizeof(records));
		for (uint32_t i = 0; i < batch.count; i++) {
			struct flow_record r = {.flow_id = first + done + i,
				.octets = 100,
				.packets = 2,
				.end_us = peer_wall_us};

			memcpy(r.src_address, &r.flow_id, sizeof(r.flow_id));
			r.dst_port = 443;
			records[i] = r;
			if (back) {
				record_reverse(&r, &records[i]);
				records[i].flow_id = r.flow_id;
			}
		}
		exporter_records(run->exporter, &batch);
	}
}

static bool have_records(void *data)
{
	struct run *run = data;
	guint records = 0;

	for (unsigned i = 0; i < run->count; i++) {
		records += run->peers[i].collector.ids->len;
	}
	return records >= run->records;
}

void run_until_records(struct run *run, guint records)
{
	run->records = records;
	peer_until(have_records, run);
}

static bool has_connected(void *data)
{
	struct run *run = data;

	return run_counters(run, run->peer).connects == run->connects;
}

void run_until_connects(struct run *run, unsigned peer, unsigned connects)
{
	run->peer = peer;
	run->connects = connects;
	peer_until(has_connected, run);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y ? 1 : 0;
}

/* All of @first, @first + 1, ... and each once, whoever has it. */
void run_each_once(struct run *run, uint64_t first, guint count)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(uint64_t));

	for (unsigned i = 0; i < run->count; i++) {
		g_array_append_vals(
			all, run->peers[i].collector.ids->data, run->peers[i].collector.ids->len);
		assert_int_equal(run->peers[i].collector.sequence_missing, 0);
		assert_int_equal(run->peers[i].collector.undecodable, 0);
	}
	qsort(all->data, all->len, sizeof(uint64_t), compare);
	assert_int_equal(all->len, count);
	for (guint i = 0; i < count; i++) {
		assert_int_equal(g_array_index(all, uint64_t, i), first + i);
	}
	g_array_unref(all);
}

void run_forget(struct run *run)
{
	for (unsigned i = 0; i < run->count; i++) {
		g_array_set_size(run->peers[i].collector.ids, 0);
	}
}
