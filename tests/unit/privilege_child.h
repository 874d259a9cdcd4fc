#pragma once

/** Run @body in a child, since what it gives up it does not get back. Gives its exit status, or 1000
 * and the signal that ended it. */
int privilege_child(int (*body)(void));

/** The number in @base behind "@name:" in /proc/self/status; -1 when there is none. */
long long privilege_status(const char *name, int base);
