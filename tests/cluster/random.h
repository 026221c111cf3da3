// SPDX-License-Identifier: Apache-2.0
// Random numbers of the benches: the same ones for a seed, on every machine.
#pragma once

#include <cstdint>

class Random {
   public:
    explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15 + 0x1234567) {}

    uint32_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<uint32_t>(state_ >> 16);
    }

    uint32_t below(uint32_t bound) { return next() % bound; }

    bool chance(uint32_t percent) { return below(100) < percent; }

   private:
    uint64_t state_;
};
