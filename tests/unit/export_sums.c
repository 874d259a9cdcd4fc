#include "tests/unit/export_sums.h"

#include "tests/unit/unit.h"

#include <string.h>

#include "base/key.h"

static uint64_t value_of(const struct reader_record *record, const char *name)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < record->template->field_count; i++) {
		if (strcmp(record->template->fields[i].name, name) == 0) {
			for (uint32_t k = 0; k < record->values[i].octets; k++) {
				number = number << 8 | record->values[i].at[k];
			}
			return number;
		}
	}
	fail_msg("there is no %s", name);
	return 0;
}

static bool has(const struct reader_record *record, unsigned field, const char *name)
{
	return field < record->template->field_count &&
	       strcmp(record->template->fields[field].name, name) == 0;
}

static void take_report(struct sums *s, const struct reader_record *record)
{
	if (has(record, 0, "exportingProcessId")) {
		s->exporting++;
		s->not_sent_flows = value_of(record, "notSentFlowTotalCount");
		s->not_sent_packets = value_of(record, "notSentPacketTotalCount");
		s->not_sent_octets = value_of(record, "notSentOctetTotalCount");
		if (s->first_export_s == 0) {
			s->first_export_s = record->export_time_s;
		}
	} else if (has(record, 2, "exportedMessageTotalCount")) {
		s->metering++;
		s->exported_flows = value_of(record, "exportedFlowRecordTotalCount");
	} else if (has(record, 0, "templateId")) {
		s->keys++;
	} else if (has(record, 0, "deviceId")) {
		s->devices++;
		(void)g_snprintf(s->device, sizeof(s->device), "%.*s",
			(int)record->values[2].octets, (const char *)record->values[2].at);
	} else if (has(record, 0, "ingressInterface")) {
		s->interfaces++;
	} else if (has(record, 0, "privateEnterpriseNumber")) {
		s->types++;
	}
}

static void take_record(void *context, const struct reader_record *record)
{
	struct sums *s = context;

	if (record->template->scope_count > 0) {
		take_report(s, record);
		return;
	}
	s->flows++;
	s->packets += value_of(record, "packetDeltaCount");
	s->octets += value_of(record, "octetDeltaCount");
}

void sums_message(void *context, const uint8_t *octets, size_t size)
{
	struct sums *s = context;
	g_autoptr(GError) error = NULL;

	if (!reader_message(s->reader, octets, size, &error)) {
		fail_msg("%s", error->message);
	}
}

void sums_init(struct sums *s)
{
	*s = (struct sums){.reader = reader_new(take_record, s)};
}

void sums_clear(struct sums *s)
{
	reader_free(s->reader);
}

struct exporter *told_exporter(bool from_file)
{
	const struct stream_cache cache = {.count = 1,
		.key_fields = FLOW_KEY_SRC_ADDRESS | FLOW_KEY_DST_ADDRESS | FLOW_KEY_PROTOCOL};
	struct export_config config = {.observation_domain = 1,
		.lossless = from_file,
		.file_clock = from_file,
		.clock = &peer_clock};
	struct exporter *exporter = exporter_new(&config, NULL);

	assert_true(exporter_caches(exporter, &cache, 1, NULL));
	return exporter;
}

void told_add(struct exporter *exporter, const char *uri)
{
	g_autoptr(GError) error = NULL;

	if (!exporter_add(exporter, uri, &error)) {
		fail_msg("%s", error->message);
	}
}

void told_flows(struct exporter *exporter, uint32_t count, int64_t end_us)
{
	struct flow_record records[RECORD_BATCH_MAX];
	struct record_batch batch = {.records = records};

	memset(records, 0, sizeof(records));
	for (uint32_t i = 0; i < RECORD_BATCH_MAX; i++) {
		records[i].ip_version = 4;
		records[i].protocol = 17;
		records[i].packets = 3;
		records[i].octets = 500;
		records[i].start_us = end_us;
		records[i].end_us = end_us;
	}
	for (uint32_t done = 0; done < count; done += batch.count) {
		batch.count = MIN(count - done, RECORD_BATCH_MAX);
		exporter_clock(exporter, end_us);
		exporter_records(exporter, &batch);
	}
}

void told_device(struct exporter *exporter, uint32_t id, const char *name)
{
	struct stream_device d;

	memset(&d, 0, sizeof(d));
	d.id = id;
	(void)g_strlcpy(d.name, name, sizeof(d.name));
	exporter_device(exporter, &d);
}

void told_interface(struct exporter *exporter)
{
	struct stream_interface i;

	memset(&i, 0, sizeof(i));
	i.index = 1;
	exporter_interface(exporter, &i);
}

void sums_file(struct sums *s, const char *path)
{
	g_autofree char *content = NULL;
	gsize size;
	gsize at = 0;

	assert_true(g_file_get_contents(path, &content, &size, NULL));
	while (at < size) {
		const uint8_t *message = (const uint8_t *)content + at;
		size_t octets = (size_t)message[2] << 8 | message[3];

		sums_message(s, message, octets);
		at += octets;
	}
}
