#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * A cursor over octets from the wire. Its error is sticky: a read past the end returns 0 or NULL
 * and sets @bad, and every later read does the same, so that a parser is straight-line code with
 * one check at its end. Nothing is copied; the octets must outlive the cursor.
 */
struct wire {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

static inline struct wire wire_of(const void *octets, size_t n)
{
	const uint8_t *at = octets;

	return (struct wire){.at = at, .end = at + n, .bad = false};
}

static inline size_t wire_left(const struct wire *w)
{
	return w->bad ? 0 : (size_t)(w->end - w->at);
}

/** Give the next @n octets and step over them; NULL (and @bad) if there are fewer. */
static inline const uint8_t *wire_take(struct wire *w, size_t n)
{
	const uint8_t *at = w->at;

	if (w->bad || (size_t)(w->end - at) < n) {
		w->bad = true;
		return NULL;
	}
	w->at = at + n;
	return at;
}

static inline void wire_skip(struct wire *w, size_t n)
{
	(void)wire_take(w, n);
}

/** A cursor over the next @n octets alone, stepping over them here; born bad if there are fewer. */
static inline struct wire wire_sub(struct wire *w, size_t n)
{
	const uint8_t *at = wire_take(w, n);

	if (at == NULL) {
		return (struct wire){.at = w->end, .end = w->end, .bad = true};
	}
	return wire_of(at, n);
}

static inline uint16_t load_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t load_be64(const uint8_t *p)
{
	return (uint64_t)load_be32(p) << 32 | load_be32(p + 4);
}

static inline void store_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void store_be32(uint8_t *p, uint32_t v)
{
#if __BYTE_ORDER__ != __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline void store_be64(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ != __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline uint8_t wire_u8(struct wire *w)
{
	const uint8_t *p = wire_take(w, 1);

	return p ? p[0] : 0;
}

static inline uint16_t wire_be16(struct wire *w)
{
	const uint8_t *p = wire_take(w, 2);

	return p ? load_be16(p) : 0;
}

static inline uint32_t wire_be24(struct wire *w)
{
	const uint8_t *p = wire_take(w, 3);

	return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t wire_be32(struct wire *w)
{
	const uint8_t *p = wire_take(w, 4);

	return p ? load_be32(p) : 0;
}

static inline uint64_t wire_be64(struct wire *w)
{
	const uint8_t *p = wire_take(w, 8);

	return p ? load_be64(p) : 0;
}
