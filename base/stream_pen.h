#pragma once

#include <stdint.h>
#include <string.h>

#include "base/wire.h"

/** Where the next octet of a message goes. Who writes has seen to it that there is room. */
struct stream_pen {
	uint8_t *at;
};

static inline void stream_put_octets(struct stream_pen *pen, const void *octets, size_t n)
{
	memcpy(pen->at, octets, n);
	pen->at += n;
}

static inline void stream_put_u8(struct stream_pen *pen, uint8_t value)
{
	*pen->at++ = value;
}

static inline void stream_put_u16(struct stream_pen *pen, uint16_t value)
{
	store_be16(pen->at, value);
	pen->at += 2;
}

static inline void stream_put_u32(struct stream_pen *pen, uint32_t value)
{
	store_be32(pen->at, value);
	pen->at += 4;
}

static inline void stream_put_u64(struct stream_pen *pen, uint64_t value)
{
	store_be64(pen->at, value);
	pen->at += 8;
}

/** One length octet and the text. @room: octets of the array that holds it. */
static inline void stream_put_text(struct stream_pen *pen, const char *text, size_t room)
{
	size_t n = strnlen(text, room - 1);

	stream_put_u8(pen, (uint8_t)n);
	stream_put_octets(pen, text, n);
}
