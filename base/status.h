#pragma once

/**
 * Results of the packet path, where there are counters and status codes but no strings and no
 * allocation. Everywhere else a GError is used; never both in one function.
 */
enum status {
	STATUS_OK = 0,
	STATUS_SHORT, /* ends before the structure does: cut by a snap length or by the sender */
	STATUS_MALFORMED, /* can never become valid, however much more arrived */
	STATUS_FULL,      /* a bounded table has no room; the caller counts it */
	STATUS_AGAIN,     /* more octets of the same stream are needed */
	STATUS_NOT_FOUND,
};
