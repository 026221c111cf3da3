// SPDX-License-Identifier: Apache-2.0
// The memory behind the wide port: its contents, and who may touch what.
#pragma once

#include <cstdint>
#include <cstring>

#include "bench.h"
#include "buffers.h"

namespace bench {

// Bytes from the start of a range, which may wrap, to an address.
inline uint64_t offset(uint32_t add, uint64_t first) { return static_cast<uint32_t>(add - first); }

class Window {
   public:
    Window(Shared& shared, uint32_t lanes) : memory(zeroed<uint8_t>(kMemory)), shared_(shared), lanes_(lanes) {
        shared.capacity = kMemory;
        shared.size = kMemory;
    }

    void load(uint32_t add, uint8_t* out) const {
        const uint64_t start = offset(add, shared_.base);
        const uint64_t bytes = 4 * lanes_;
        if (start + bytes <= shared_.size) {
            std::memcpy(out, &memory[start], bytes);
            return;
        }
        for (uint64_t i = 0; i < bytes; ++i) {
            const uint64_t at = offset(add + i, shared_.base);
            out[i] = at < shared_.size ? memory[at] : kPoison;
        }
    }

    void store(uint32_t add, const uint32_t* be, const uint8_t* data) {
        for (uint32_t i = 0; i < 4 * lanes_; ++i) {
            const uint64_t at = offset(add + i, shared_.base);
            if ((be[i / 32] >> (i % 32) & 1) != 0 && at < shared_.size) memory[at] = data[i];
        }
    }

    // A read may touch readable ranges only, a write only the bytes of writable ones.
    bool read_allowed(uint32_t add) const {
        for (uint32_t i = 0; i < shared_.range_count; ++i) {
            const Range& range = shared_.ranges[i];
            if (!range.writable && offset(add, range.first) + 4 * lanes_ <= range.length) return true;
        }
        return false;
    }

    bool write_allowed(uint32_t add, const uint32_t* be) const {
        for (uint32_t byte = 0; byte < 4 * lanes_; ++byte) {
            if ((be[byte / 32] >> (byte % 32) & 1) != 0 && !writable(add + byte)) return false;
        }
        return true;
    }

    Buffer<uint8_t> memory;

   private:
    static constexpr uint64_t kMemory = 1ull << 28;
    static constexpr uint8_t kPoison = 0x7F;  // every 16-bit view of it is a NaN

    bool writable(uint32_t add) const {
        for (uint32_t i = 0; i < shared_.range_count; ++i) {
            const Range& range = shared_.ranges[i];
            if (range.writable && offset(add, range.first) < range.length) return true;
        }
        return false;
    }

    Shared& shared_;
    const uint32_t lanes_;
};

}  // namespace bench
