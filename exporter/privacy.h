#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/record.h"
#include "base/stream.h"

/**
 * What a destination is not to know: whole devices, or who and where they are. Works on flow
 * records and on what is told of devices before either is encoded, so that nothing of it can be in
 * what leaves. Holds for one destination.
 */
struct privacy;

enum privacy_way {
	PRIVACY_KEEP,
	PRIVACY_HASH, /* replaced under a key, the same by the same */
	PRIVACY_DROP
};

enum privacy_addresses {
	PRIVACY_ADDRESSES_KEEP,
	PRIVACY_ADDRESSES_HOME, /* those of the home side are mapped, keeping prefixes */
	PRIVACY_ADDRESSES_ALL   /* those of the far side, too */
};

struct privacy_config {
	const char *only;   /* devices by number or MAC, parted by commas; NULL: all */
	const char *except; /* the same, of those that are left out; NULL: none */
	const char *key;    /* file with the key; NULL: a new one in each life */
	enum privacy_addresses addresses;
	enum privacy_way macs;
	enum privacy_way names;     /* of devices */
	enum privacy_way far_names; /* of far ends and their nodes */
	bool coarse_ports;          /* 1,024 and above become 1,024 */
	uint32_t times_s;           /* times are cut to multiples of this; 0: not at all */
};

#define PRIVACY_DEVICES_MAX 64 /* that can be listed */

/**
 * Fails with WEIR_ERROR_USAGE on a list that is none, WEIR_ERROR_IO or WEIR_ERROR_FORMAT on a key
 * file that cannot be read or is not 64 hexadecimal digits. @config is copied.
 */
struct privacy *privacy_new(const struct privacy_config *config, GError **error);
void privacy_free(struct privacy *privacy); /* NULL is fine */

/** True if @config leaves everything as it is. */
bool privacy_is_none(const struct privacy_config *config);

/** True if anything that packets have themselves is hidden, so that no section of one may be told. */
bool privacy_hides_packets(const struct privacy *privacy);

/**
 * What is left of a batch, borrowed until the next call. Records that involve a device which is
 * not to be told are left out and counted; sections of packets and their digests are, too, where
 * privacy_hides_packets().
 */
const struct record_batch *privacy_records(
	struct privacy *privacy, const struct record_batch *batch);

/** What is left of a device, changed in place. False: nothing, it is not to be told. */
bool privacy_device(struct privacy *privacy, struct stream_device *device);

/** Records left out since privacy_new(). */
uint64_t privacy_withheld(const struct privacy *privacy);

/** Techniques of RFC 6235 6.2.2. */
enum privacy_technique {
	PRIVACY_NONE = 1,
	PRIVACY_TRUNCATION = 2,
	PRIVACY_BINNING = 3,
	PRIVACY_PERMUTATION = 5,
	PRIVACY_STRUCTURED = 6
};

/** What is done to a member of struct flow_record; a technique and the flags of RFC 6235 6.2.3. */
uint16_t privacy_technique_of(const struct privacy *privacy, const char *member);
uint16_t privacy_flags_of(const struct privacy *privacy, const char *member);
