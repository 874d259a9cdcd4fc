#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * Packets that an interface itself lost before anyone could see them: its queue was full or it had
 * no room (rx_missed_errors and rx_fifo_errors of the kernel). Asked over netlink with a socket
 * that is opened once, so that it works without capabilities, without /sys and in every network
 * namespace.
 */
struct link_loss {
	int fd; /* -1: cannot be told */
	uint32_t index;
	uint32_t sequence;
};

/** @index: the kernel's ifIndex; 0 is no interface and can be told nothing of. */
struct link_loss link_loss_open(uint32_t index);
void link_loss_close(struct link_loss *loss);

/** Lost since the interface exists. False if it cannot be told, as when it is gone. */
bool link_loss_read(struct link_loss *loss, uint64_t *ret_packets);
