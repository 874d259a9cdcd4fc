#pragma once

#include <jansson.h>
#include <stddef.h>

/**
 * JSON-RPC 2.0, one message a line: what a program can be asked over its local socket. Pure: takes
 * a line, gives the line that answers it.
 */
#define RPC_LINE_MAX  65536 /* octets of a request */
#define RPC_BATCH_MAX 64    /* requests in one */

/** Error codes of the specification. */
enum rpc_code {
	RPC_PARSE = -32700,
	RPC_REQUEST = -32600,
	RPC_METHOD = -32601,
	RPC_PARAMS = -32602
};

struct rpc_method {
	const char *name;
	const char *text; /* what it does, for rpc.discover */

	/**
	 * The result, a new reference; NULL with *ret_fault: the parameters are wrong, and how.
	 * @params: NULL, an array or an object.
	 */
	json_t *(*call)(void *context, const json_t *params, const char **ret_fault);
};

/** What a program offers; rpc.discover, which tells the rest, comes by itself. */
struct rpc {
	const char *title; /* the program */
	const struct rpc_method *methods;
	size_t method_count;
	void *context; /* of the calls */
};

/**
 * Answer a line of @octets, its end not included. The answer, owned by the caller (free()), has no
 * line end; NULL: there is none, as to a notification.
 */
char *rpc_answer(const struct rpc *rpc, const char *line, size_t octets);
