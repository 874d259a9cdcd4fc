#include "base/rpc_json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *echo(void *context, const json_t *params, const char **ret_fault)
{
	return params == NULL ? NULL : json_deep_copy(params);
}

/* Whatever is asked, an answer is one line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rpc_method methods[] = {{"echo", "what was said", echo}};
	static const struct rpc rpc = {"fuzz", methods, 1, NULL};
	char *answer = rpc_answer(&rpc, (const char *)data, size);

	if (answer != NULL && (strchr(answer, '\n') != NULL || answer[0] == '\0')) {
		abort();
	}
	free(answer);
	return 0;
}
