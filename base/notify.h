#pragma once

/**
 * Telling a service manager how far we are, by the protocol of sd_notify(3): datagrams to the socket
 * that NOTIFY_SOCKET names. Without it nothing happens.
 */

/** Connect; -1 when nobody wants to know. Early: a confined program cannot any more. */
int notify_open(void);

/** Send one state such as "READY=1"; harmless with -1. */
void notify_send(int fd, const char *state);
