#include "probe/selector_random.h"

#include <string.h>

#include "base/hash.h"

void selector_random_init(struct selector_random *random, uint64_t seed)
{
	struct hash_key key;

	if (seed == 0) {
		hash_key_random(&key);
	} else {
		hash_key_seeded(&key, seed);
	}
	memcpy(random->state, key.secret, sizeof(random->state));
	random->state[0] |= random->state[1] == 0 && random->state[2] == 0 && random->state[3] == 0;
}
