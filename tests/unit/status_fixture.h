#pragma once

#include <stdbool.h>

/** What a probe made up by a test does with whoever asks for its status. */
enum status_probe {
	STATUS_PROBE_ANSWERS,  /* two interfaces, two devices, counters */
	STATUS_PROBE_HANGS_UP, /* before its counters */
	STATUS_PROBE_BABBLES,  /* sends what is no message */
	STATUS_PROBE_SLEEPS    /* takes nobody */
};

/** What the command said. */
struct status_answer {
	int status;
	char out[8192];
	char err[1024];
};

/**
 * Run `weir status` with the option @more (NULL: none) on a probe like @probe, which runs in a thread
 * beside. The answer stays valid until the next call.
 */
const struct status_answer *status_ask(enum status_probe probe, const char *more);

/** Run `weir status` with these @count options, without any probe. */
const struct status_answer *status_ask_nobody(const char *const *options, int count);
