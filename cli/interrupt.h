#pragma once

#include <stdbool.h>

/**
 * SIGINT and SIGTERM for a command that works in the foreground: the first asks it to end soon,
 * another one ends it at once.
 */

/** Take both from now on. */
void interrupt_begin(void);

/** One came. */
bool interrupt_came(void);

/** Becomes readable with the first, and stays so: for main loops. -1 if the system has none. */
int interrupt_fd(void);
