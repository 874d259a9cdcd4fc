#include "probe/inspect_start.h"

#include <glib.h>

void inspect_starts_init(struct inspect_starts *starts, uint32_t count)
{
	uint32_t rows = 1;

	while (rows < count) {
		rows *= 2;
	}
	starts->rows = g_new0(struct inspect_start, rows);
	starts->mask = rows - 1;
}

void inspect_starts_clear(struct inspect_starts *starts)
{
	g_free(starts->rows);
	starts->rows = NULL;
}

/* Flow indices are handed out by the flow table, densely: nobody outside can choose them, and they
 * spread better unhashed. */
static struct inspect_start *starts_row(const struct inspect_starts *starts, uint32_t flow)
{
	return &starts->rows[flow & starts->mask];
}

struct inspect_start *inspect_starts_find(
	const struct inspect_starts *starts, uint32_t flow, uint32_t generation)
{
	struct inspect_start *row = starts_row(starts, flow);

	return row->used && row->flow == flow && row->generation == generation ? row : NULL;
}

struct inspect_start *inspect_starts_take(
	const struct inspect_starts *starts, uint32_t flow, uint32_t generation)
{
	struct inspect_start *row = inspect_starts_find(starts, flow, generation);

	if (row == NULL) {
		row = starts_row(starts, flow);
		*row = (struct inspect_start){.flow = flow, .generation = generation, .used = true};
	}
	return row;
}
