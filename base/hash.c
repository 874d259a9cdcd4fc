#include "base/hash.h"

#include <errno.h>
#include <sys/random.h>

void hash_key_random(struct hash_key *ret_key)
{
	size_t have = 0;

	while (have < sizeof(ret_key->secret)) {
		ssize_t n = getrandom(ret_key->secret + have, sizeof(ret_key->secret) - have, 0);

		if (n > 0) {
			have += (size_t)n;
		}
	}
}

void hash_key_seeded(struct hash_key *ret_key, uint64_t seed)
{
	for (size_t i = 0; i < sizeof(ret_key->secret); i += sizeof(uint64_t)) {
		uint64_t x = XXH64(&i, sizeof(i), seed);

		memcpy(ret_key->secret + i, &x, sizeof(x));
	}
}
