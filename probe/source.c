#include "probe/source.h"

void source_free(struct source *source)
{
	if (source == NULL) {
		return;
	}
	g_free(source->name);
	g_free(source->interfaces);
	source->ops->free(source);
}
