#include "probe/flow_application.h"

#include <string.h>
#include <sys/mman.h>

static size_t table_octets(const struct flow_applications *table)
{
	return ((size_t)table->flows_max + 1) * sizeof(*table->slots);
}

bool flow_applications_init(
	struct flow_applications *table, struct applications *applications, uint32_t flows_max)
{
	void *region;

	table->applications = applications;
	table->flows_max = flows_max;
	region = mmap(NULL, table_octets(table), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	table->slots = region == MAP_FAILED ? NULL : region;
	return table->slots != NULL;
}

void flow_applications_done(struct flow_applications *table)
{
	if (table->slots == NULL) {
		return;
	}
	applications_forget(table->applications, table->slots, (size_t)table->flows_max + 1);
	(void)munmap(table->slots, table_octets(table));
	memset(table, 0, sizeof(*table));
}
