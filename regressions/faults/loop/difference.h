// SPDX-License-Identifier: Apache-2.0
// Differences between blocks of state.
#pragma once

#include <cstdint>
#include <cstring>

/** Place of a difference between two blocks of state. */
struct Difference {
    uint32_t bits;  // 0 none, 1 one, 2 more
    uint32_t place;  // of the only one: 8 * byte + bit
};

/** Adds what differs in a part of two blocks, which begins at a byte of them, to what differs before it. */
inline void add_difference(Difference& found, const uint8_t* one, const uint8_t* other, uint32_t bytes, uint32_t offset) {
    if (std::memcmp(one, other, bytes) == 0) return;
    for (uint32_t byte = 0; byte < bytes && found.bits < 2; ++byte) {
        const uint32_t bits = one[byte] ^ other[byte];
        if (bits == 0) continue;
        if (found.bits != 0 || (bits & (bits - 1)) != 0) found = {2, 0};
        else found = {1, 8 * (offset + byte) + static_cast<uint32_t>(__builtin_ctz(bits))};
    }
}
