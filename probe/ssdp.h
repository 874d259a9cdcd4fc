#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/**
 * The product that a UPnP device says it is, in an announcement or in its answer to a search
 * (UPnP Device Architecture 1.1, 1.2.2 and 1.3.3): what follows the "UPnP/x.y" token of its SERVER
 * header, or all of the header where there is no such token. STATUS_NOT_FOUND: a search, a
 * farewell, or no such header. STATUS_MALFORMED: not SSDP, or the product is no text to show.
 * @ret_product is terminated, "" unless STATUS_OK.
 */
enum status ssdp_read(const uint8_t *data, size_t octets, char ret_product[256]);
