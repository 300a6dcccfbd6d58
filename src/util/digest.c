/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/digest.h"

#include <string.h>

#define PRIME UINT64_C(0x100000001b3)

/* FNV-1a, from `hash` on. */
uint64_t digest_bytes(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * PRIME;
    return hash;
}

/* Every bit of the result depends on every bit of the hash. */
uint64_t digest_mix(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ (hash >> 33);
}

uint64_t digest_key(uint64_t up, const char *key)
{
    uint64_t digest = digest_mix(digest_bytes(digest_mix(up), key, strlen(key)));

    return digest == 0 ? 1 : digest;
}
