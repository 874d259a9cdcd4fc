#pragma once

#include <glib.h>
#include <stdint.h>

#include "exporter/spool.h"

#define SPOOL_NOW_US       INT64_C(1700000000000000)
#define SPOOL_SMALL_OCTETS 100 /* of a message that does not say otherwise */

/** A spool in a directory of its own, and what it told as lost. */
struct spool_fixture {
	char *directory;
	struct spool *spool;
	uint64_t lost;         /* messages */
	uint64_t lost_records; /* flow records in them */
};

/** cmocka's set-up and tear-down around a test: an open, empty spool. */
int spool_set_up(void **state);
int spool_tear_down(void **state);

/** Count a loss: for struct spool_config. */
void spool_count_lost(void *context, const struct message_info *info);

/** Open again, after spool_free(); false if that fails. */
bool spool_fixture_open(struct spool_fixture *f, uint64_t octets_max);

/** Another process takes the directory over. */
void spool_fixture_reopen(struct spool_fixture *f, uint64_t octets_max);

/** Delete all files of a directory. */
void spool_empty_directory(const char *path);

/** A message of @size octets called @name, owned by the caller. */
struct message *spool_make(uint32_t name, uint32_t size);

/** What a message is called. */
uint32_t spool_name_of(const struct message *m);

/** Keep a message, which must work. */
void spool_keep_size(struct spool_fixture *f, uint32_t name, uint32_t size);
void spool_keep(struct spool_fixture *f, uint32_t name);

/** The next message's name, checked to be whole; 0: none. */
uint32_t spool_take(struct spool_fixture *f);

/** The counters. */
struct spool_counters spool_count(struct spool_fixture *f);
