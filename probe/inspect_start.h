#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * Where the TCP streams of recent flows begin, so that a first segment that arrives late is not
 * mistaken for the middle of something. A direct-mapped table that forgets: a newer flow takes the
 * place of an older one, which then merely begins with the first payload seen.
 */
struct inspect_start {
	uint32_t flow;
	uint32_t generation;
	uint32_t sequence[2]; /* by side: of the first octet that was not looked at yet */
	bool known[2];
	bool is_client[2];     /* sent a SYN without ACK */
	bool server_was_first; /* something like a server's answer was seen before any request */
	uint8_t waits;         /* packets let pass since, for the request to come */
	uint8_t messages;      /* DNS messages taken out */
	bool used;
};

struct inspect_starts {
	struct inspect_start *rows; /* owned */
	uint32_t mask;
};

/** At least @count rows. */
void inspect_starts_init(struct inspect_starts *starts, uint32_t count);
void inspect_starts_clear(struct inspect_starts *starts);

/** The row of this flow, or NULL. */
struct inspect_start *inspect_starts_find(
	const struct inspect_starts *starts, uint32_t flow, uint32_t generation);

/** The row of this flow, cleared and taken from another if it had none. */
struct inspect_start *inspect_starts_take(
	const struct inspect_starts *starts, uint32_t flow, uint32_t generation);
