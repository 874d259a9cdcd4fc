#pragma once

#include "exporter/privacy.h"
#include "exporter/privacy_crypto.h"

/* Shared by the files of privacy: what is asked (privacy.c), what is done (privacy_records.c). */

struct privacy_listed {
	bool by_mac;
	uint32_t id;
	uint8_t mac[6];
};

struct privacy_list {
	unsigned count;
	struct privacy_listed devices[PRIVACY_DEVICES_MAX];
};

struct privacy {
	struct privacy_config config; /* without its texts */
	bool has_only;
	bool stable; /* the mapping is the same in every life */
	struct privacy_list only;
	struct privacy_list except;
	struct privacy_crypto *crypto;
	uint64_t withheld;
	struct record_batch batch; /* what is left, in the following */
	uint32_t text_octets;
	struct flow_record records[RECORD_BATCH_MAX];
	uint8_t text[RECORD_BATCH_TEXT + RECORD_BATCH_MAX * 3 * 24]; /* hashed names are added */
};
