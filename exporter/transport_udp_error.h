#pragma once

#include <stdbool.h>
#include <stdint.h>

/** What the kernel knows of a datagram that did not arrive, see IP_RECVERR in ip(7). */
struct udp_error {
	int code;            /* ECONNREFUSED, EHOSTUNREACH, EMSGSIZE, ... */
	bool remote;         /* the network tells it, not this host of what it did not send */
	uint32_t size;       /* of octets */
	uint8_t octets[256]; /* how the payload of the datagram began, as far as it was quoted */
};

/** Let the kernel keep such errors for a UDP socket. One that cannot is no worse than without. */
void udp_error_ask(int fd, bool ipv6);

/** Take the oldest; false if there is none. */
bool udp_error_next(int fd, struct udp_error *ret_error);
