#pragma once

#include <stdint.h>

#define OUI_VENDOR_MAX 127

/**
 * Who made a network card, by the registries of the IEEE (MA-L, MA-M, MA-S, IAB: blocks of 24, 28
 * and 36 bits; the longest match counts) as they were when this was built. "" when unknown or
 * private. Static memory, UTF-8, at most OUI_VENDOR_MAX octets. Says nothing about locally
 * administered addresses. Cost: three binary searches.
 */
const char *oui_vendor(const uint8_t mac[6]);
