#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/wire.h"

/*
 * floor FILE OUT: the least that an exporter of a classic Ethernet capture can do: read it, find the
 * 5-tuple, count in a hash table of uniflows, write one IPFIX message stream. Knows no VLAN, no
 * timeouts, no oddity; a yardstick, not a meter.
 */

#define READ_OCTETS    (1 << 20)
#define MESSAGE_OCTETS 1420
#define RECORD_OCTETS  53

struct slot {
	uint8_t address[32];
	uint32_t ports;
	uint32_t protocol; /* and IP version; 0: free */
	uint64_t packets;
	uint64_t octets;
	uint32_t first_s;
	uint32_t last_s;
};

struct table {
	struct slot *slots;
	uint64_t mask;
	uint64_t used;
	struct hash_key key;
};

static struct slot *slots_new(uint64_t count)
{
	void *p = mmap(NULL, count * sizeof(struct slot), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("floor");
		abort();
	}
	madvise(p, count * sizeof(struct slot), MADV_HUGEPAGE);
	return p;
}

static struct slot *table_find(struct table *t, const struct slot *want)
{
	uint64_t i = hash_octets(&t->key, want, 40) & t->mask;

	while (t->slots[i].protocol != 0 && memcmp(&t->slots[i], want, 40) != 0) {
		i = (i + 1) & t->mask;
	}
	return &t->slots[i];
}

static void table_grow(struct table *t)
{
	struct slot *old = t->slots;
	uint64_t count = t->mask + 1;

	t->slots = slots_new(count * 2);
	t->mask = count * 2 - 1;
	for (uint64_t i = 0; i < count; i++) {
		if (old[i].protocol != 0) {
			*table_find(t, &old[i]) = old[i];
		}
	}
	munmap(old, count * sizeof(struct slot));
}

static void count_packet(struct table *t, const uint8_t *data, uint32_t captured, uint32_t time_s)
{
	struct slot key = {0};
	struct slot *slot;
	uint32_t l4;
	uint32_t octets;

	if (captured < 54 || (load_be16(data + 12) != 0x0800 && load_be16(data + 12) != 0x86dd)) {
		return;
	}
	if (data[12] == 0x08) {
		memcpy(key.address, data + 26, 4);
		memcpy(key.address + 16, data + 30, 4);
		key.protocol = 0x400u | data[23];
		octets = load_be16(data + 16);
		l4 = 14 + (data[14] & 15u) * 4;
	} else {
		memcpy(key.address, data + 22, 32);
		key.protocol = 0x600u | data[20];
		octets = load_be16(data + 18) + 40u;
		l4 = 54;
	}
	if (l4 + 4 <= captured && ((key.protocol & 255) == 6 || (key.protocol & 255) == 17)) {
		memcpy(&key.ports, data + l4, 4);
	}
	slot = table_find(t, &key);
	if (slot->protocol == 0) {
		*slot = key;
		slot->first_s = time_s;
		if (++t->used * 2 > t->mask) {
			table_grow(t);
			slot = table_find(t, &key);
		}
	}
	slot->packets++;
	slot->octets += octets;
	slot->last_s = time_s;
}

static void read_all(struct table *t, int fd)
{
	uint8_t *buffer = malloc(READ_OCTETS + (1 << 18));
	size_t have = 0;
	size_t skip = 24;
	ssize_t n;

	while ((n = read(fd, buffer + have, READ_OCTETS)) > 0) {
		uint8_t *at = buffer + skip;
		uint8_t *end = buffer + have + n;

		skip = 0;
		while (end - at >= 16) {
			uint32_t head[4];

			memcpy(head, at, sizeof(head));
			if (end - at < 16 + (ptrdiff_t)head[2]) {
				break;
			}
			count_packet(t, at + 16, head[2], head[0]);
			at += 16 + head[2];
		}
		have = (size_t)(end - at);
		memmove(buffer, at, have);
	}
	free(buffer);
}

/* One template for both families: addresses as 16 octets would not be IPFIX, so IPv4 is widened to ::a.b.c.d. */
static const uint16_t fields[][2] = {{27, 16}, {28, 16}, {7, 2}, {11, 2}, {4, 1}, {1, 8}, {2, 8}};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static uint32_t put_record(uint8_t *p, const struct slot *s)
{
	memcpy(p, s->address, 32);
	memcpy(p + 32, &s->ports, 4);
	p[36] = (uint8_t)s->protocol;
	store_be64(p + 37, s->octets);
	store_be64(p + 45, s->packets);
	return RECORD_OCTETS;
}

static void write_message(FILE *out, uint8_t *m, uint32_t size, uint32_t *sequence)
{
	store_be16(m, 10);
	store_be16(m + 2, (uint16_t)size);
	store_be32(m + 4, 1700001000);
	store_be32(m + 8, *sequence);
	store_be32(m + 12, 1);
	store_be16(m + 16, 256);
	store_be16(m + 18, (uint16_t)(size - 16));
	*sequence += (size - 20) / RECORD_OCTETS;
	fwrite(m, size, 1, out);
}

static void write_all(const struct table *t, FILE *out)
{
	uint8_t m[MESSAGE_OCTETS] = {0};
	uint32_t size = 20;
	uint32_t sequence = 0;
	uint8_t *p = m + 16;

	store_be16(m, 10);
	store_be16(m + 2, 16 + 8 + FIELDS * 4);
	store_be32(m + 4, 1700001000);
	store_be32(m + 12, 1);
	store_be16(p, 2);
	store_be16(p + 2, 8 + FIELDS * 4);
	store_be16(p + 4, 256);
	store_be16(p + 6, FIELDS);
	for (size_t i = 0; i < FIELDS; i++) {
		store_be16(p + 8 + i * 4, fields[i][0]);
		store_be16(p + 10 + i * 4, fields[i][1]);
	}
	fwrite(m, 24 + FIELDS * 4, 1, out);
	for (uint64_t i = 0; i <= t->mask; i++) {
		if (t->slots[i].protocol == 0) {
			continue;
		}
		if (size + RECORD_OCTETS > MESSAGE_OCTETS) {
			write_message(out, m, size, &sequence);
			size = 20;
		}
		size += put_record(m + size, &t->slots[i]);
	}
	if (size > 20) {
		write_message(out, m, size, &sequence);
	}
}

int main(int argc, char **argv)
{
	struct table table = {.mask = (1 << 16) - 1};
	FILE *out;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: floor CAPTURE OUT.ipfix\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	out = fopen(argv[2], "wb");
	if (fd < 0 || out == NULL) {
		perror("floor");
		return 2;
	}
	hash_key_random(&table.key);
	table.slots = slots_new(table.mask + 1);
	read_all(&table, fd);
	write_all(&table, out);
	close(fd);
	return fclose(out) == 0 ? 0 : 1;
}
