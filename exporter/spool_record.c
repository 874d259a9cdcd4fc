#include "exporter/spool_record.h"

#include "base/hash.h"
#include "base/wire.h"

#define HEADER_MAGIC   0x57454952494e4458U /* "WEIRINDX" */
#define POSITION_MAGIC 0x57454952504f534eU /* "WEIRPOSN" */
#define FORMAT_VERSION 1

enum {
	CHECK_OCTETS = 8,
};

uint64_t spool_check(const uint8_t *octets, size_t n)
{
	return XXH3_64bits(octets, n);
}

static void seal(uint8_t *octets, size_t size)
{
	store_be64(octets + size - CHECK_OCTETS, spool_check(octets, size - CHECK_OCTETS));
}

static bool sealed(const uint8_t *octets, size_t size)
{
	return load_be64(octets + size - CHECK_OCTETS) == spool_check(octets, size - CHECK_OCTETS);
}

void spool_header_write(uint8_t ret[SPOOL_HEADER_OCTETS], const struct spool_header *header)
{
	store_be64(ret, HEADER_MAGIC);
	store_be32(ret + 8, FORMAT_VERSION);
	store_be32(ret + 12, header->template_octets);
	store_be64(ret + 16, header->number);
	store_be64(ret + 24, header->layout);
	store_be64(ret + 32, (uint64_t)header->created_us);
	store_be32(ret + 40, header->template_records);
	store_be32(ret + 44, 0);
	seal(ret, SPOOL_HEADER_OCTETS);
}

bool spool_header_read(const uint8_t octets[SPOOL_HEADER_OCTETS], struct spool_header *ret)
{
	*ret = (struct spool_header){
		.template_octets = load_be32(octets + 12),
		.number = load_be64(octets + 16),
		.layout = load_be64(octets + 24),
		.created_us = (int64_t)load_be64(octets + 32),
		.template_records = load_be32(octets + 40),
	};
	return load_be64(octets) == HEADER_MAGIC && load_be32(octets + 8) == FORMAT_VERSION &&
	       sealed(octets, SPOOL_HEADER_OCTETS);
}

void spool_entry_write(uint8_t ret[SPOOL_ENTRY_OCTETS], const struct spool_entry *entry)
{
	store_be32(ret, entry->info.size);
	store_be32(ret + 4, entry->info.data_records);
	store_be32(ret + 8, entry->info.flow_records);
	store_be32(ret + 12, 0);
	store_be64(ret + 16, entry->info.flow_packets);
	store_be64(ret + 24, entry->info.flow_octets);
	store_be64(ret + 32, (uint64_t)entry->info.newest_us);
	store_be64(ret + 40, entry->mark.instance);
	store_be64(ret + 48, entry->mark.number);
	store_be64(ret + 56, entry->offset);
	store_be64(ret + 64, (uint64_t)entry->spooled_us);
	store_be64(ret + 72, entry->check);
	seal(ret, SPOOL_ENTRY_OCTETS);
}

bool spool_entry_read(const uint8_t octets[SPOOL_ENTRY_OCTETS], struct spool_entry *ret)
{
	*ret = (struct spool_entry){
		.info = {.size = load_be32(octets),
			.data_records = load_be32(octets + 4),
			.flow_records = load_be32(octets + 8),
			.flow_packets = load_be64(octets + 16),
			.flow_octets = load_be64(octets + 24),
			.newest_us = (int64_t)load_be64(octets + 32)},
		.mark = {.instance = load_be64(octets + 40), .number = load_be64(octets + 48)},
		.offset = load_be64(octets + 56),
		.spooled_us = (int64_t)load_be64(octets + 64),
		.check = load_be64(octets + 72),
	};
	return sealed(octets, SPOOL_ENTRY_OCTETS);
}

void spool_position_write(uint8_t ret[SPOOL_POSITION_OCTETS], const struct spool_position *position)
{
	store_be64(ret, POSITION_MAGIC);
	store_be64(ret + 8, position->serial);
	store_be64(ret + 16, position->file);
	store_be32(ret + 24, position->entry);
	store_be32(ret + 28, FORMAT_VERSION);
	store_be64(ret + 32, position->mark.instance);
	store_be64(ret + 40, position->mark.number);
	seal(ret, SPOOL_POSITION_OCTETS);
}

bool spool_position_read(const uint8_t octets[SPOOL_POSITION_OCTETS], struct spool_position *ret)
{
	*ret = (struct spool_position){
		.serial = load_be64(octets + 8),
		.file = load_be64(octets + 16),
		.entry = load_be32(octets + 24),
		.mark = {.instance = load_be64(octets + 32), .number = load_be64(octets + 40)},
	};
	return load_be64(octets) == POSITION_MAGIC && load_be32(octets + 28) == FORMAT_VERSION &&
	       sealed(octets, SPOOL_POSITION_OCTETS);
}
