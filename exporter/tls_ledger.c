#include "exporter/tls_ledger.h"

enum {
	LEDGER_TIDY = 1024, /* entries that are done before room is made */
	LEDGER_DOUBT_US = 30000000,
	LEDGER_DOUBT_OCTETS = 1 << 20,
};

struct ledger_entry {
	uint64_t end;
	uint32_t size;
};

void tls_ledger_init(struct tls_ledger *ledger)
{
	*ledger = (struct tls_ledger){
		.entries = g_array_new(FALSE, FALSE, sizeof(struct ledger_entry))};
}

void tls_ledger_clear(struct tls_ledger *ledger)
{
	g_array_set_size(ledger->entries, 0);
	ledger->first = 0;
	ledger->octets = 0;
	ledger->sent_octets = 0;
	ledger->doubt_us = 0;
	ledger->window_octets = 0;
}

void tls_ledger_done(struct tls_ledger *ledger)
{
	g_array_unref(ledger->entries);
}

void tls_ledger_sent(struct tls_ledger *ledger, uint32_t size, uint64_t end)
{
	struct ledger_entry entry = {.end = end, .size = size};

	g_array_append_val(ledger->entries, entry);
	ledger->octets += size;
	ledger->sent_octets += size;
}

void tls_ledger_doubt(struct tls_ledger *ledger, int64_t now_us)
{
	ledger->doubt_us = now_us + LEDGER_DOUBT_US;
}

void tls_ledger_trust(struct tls_ledger *ledger)
{
	ledger->doubt_us = 0;
}

bool tls_ledger_in_doubt(const struct tls_ledger *ledger, int64_t now_us)
{
	return now_us < ledger->doubt_us && ledger->octets < LEDGER_DOUBT_OCTETS;
}

void tls_ledger_acknowledged(struct tls_ledger *ledger, uint64_t end, uint32_t window_octets)
{
	ledger->window_octets = MAX(ledger->window_octets, window_octets);
	while (ledger->first < ledger->entries->len) {
		const struct ledger_entry *entry =
			&g_array_index(ledger->entries, struct ledger_entry, ledger->first);

		if (entry->end > end) {
			break;
		}
		ledger->octets -= entry->size;
		ledger->first++;
	}
	if (ledger->first >= LEDGER_TIDY || ledger->first == ledger->entries->len) {
		g_array_remove_range(ledger->entries, 0, ledger->first);
		ledger->first = 0;
	}
}

uint64_t tls_ledger_doubtful(const struct tls_ledger *ledger)
{
	uint64_t acknowledged = ledger->sent_octets - ledger->octets;
	uint64_t buffer = 2 * (uint64_t)ledger->window_octets;

	return buffer == 0 ? acknowledged : MIN(acknowledged, buffer);
}
