#pragma once

#include "exporter/reader.h"
#include "tests/unit/export_peer.h"

/** What a collector takes from flows and reports; the last report of each kind. */
struct sums {
	struct reader *reader;
	uint64_t flows;
	uint64_t packets;
	uint64_t octets;
	uint64_t not_sent_flows;
	uint64_t not_sent_packets;
	uint64_t not_sent_octets;
	uint64_t exported_flows;
	uint32_t first_export_s; /* of the first report of statistics */
	unsigned exporting;      /* reports of each kind */
	unsigned metering;
	unsigned keys;
	unsigned devices;
	unsigned interfaces;
	unsigned types;
	char device[256]; /* name in the last device report */
};

void sums_init(struct sums *s);
void sums_clear(struct sums *s);

/** One message, for struct collector. */
void sums_message(void *context, const uint8_t *octets, size_t size);

/** A whole file. */
void sums_file(struct sums *s, const char *path);

/** An exporter with a flow key and the peer's clock. */
struct exporter *told_exporter(bool from_file);

/** exporter_add(), which must succeed. */
void told_add(struct exporter *exporter, const char *uri);

/** @count flows that end at @end_us, with 3 packets and 500 octets each. */
void told_flows(struct exporter *exporter, uint32_t count, int64_t end_us);

/** A device and an interface with a number and nothing else. */
void told_device(struct exporter *exporter, uint32_t id, const char *name);
void told_interface(struct exporter *exporter);
