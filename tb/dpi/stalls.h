// SPDX-License-Identifier: Apache-2.0
// When the wide port is granted: patterns, busy banks, and requests that are held.
#pragma once

#include <algorithm>
#include <cstdint>

#include "bench.h"
#include "buffers.h"
#include "window.h"

namespace bench {

// The wide port in a cycle.
struct Request {
    uint32_t add;
    bool req, gnt, wen;
};

class Stalls {
   public:
    explicit Stalls(Shared& shared)
        : grants(zeroed<uint8_t>(kGrants)), banks(zeroed<uint64_t>(kGrants)), shared_(shared) {
        shared.grant_length = 1;
        grants[0] = 1;
    }

    // Takes the patterns of a scenario, and plays them from their beginning.
    void set(const Setting& setting, const uint64_t* busy, const uint8_t* pattern) {
        std::copy_n(busy, shared_.bank_length = setting.bank_length, banks.get());
        std::copy_n(pattern, shared_.grant_length = setting.grant_length, grants.get());
        shared_.bank_position = shared_.grant_position = 0;
        shared_.grant_without_req = setting.grant_without_req;
        shared_.hold_after = setting.hold_after;
        shared_.hold_cycles = setting.hold_cycles;
    }

    // The grant of the next cycle, given the request of this one.
    bool next(const Request& request) {
        const bool granted = grants[shared_.grant_position] && !holds(request);
        if (++shared_.grant_position >= shared_.grant_length) shared_.grant_position = 0;
        return granted;
    }

    // The banks that are busy in the next cycle, a bit each.
    uint64_t busy_banks() {
        if (shared_.bank_length == 0) return 0;
        const uint64_t busy = banks[shared_.bank_position];
        if (++shared_.bank_position >= shared_.bank_length) shared_.bank_position = 0;
        return busy;
    }

    // True if stalls are aimed at anything, so that a grant may depend on what is asked for.
    bool aimed() const { return shared_.target_count != 0 || shared_.bank_length != 0; }

    // True if they are aimed at this request.
    bool targeted(uint32_t add, bool read) const {
        for (uint32_t i = 0; i < shared_.target_count; ++i) {
            const Range& range = shared_.targets[i];
            if (read != (range.writable != 0) && offset(add, range.first) < range.length) return true;
        }
        return false;
    }

    Buffer<uint8_t> grants;
    Buffer<uint64_t> banks;

   private:
    static constexpr uint64_t kGrants = 1ull << 20;

    // Whether a targeted request of the next cycle is to wait, since one is held.
    bool holds(const Request& request) {
        if (shared_.hold_cycles == 0) return false;
        if (request.req && targeted(request.add, request.wen)) {
            if (!request.gnt) {
                --shared_.hold_cycles;
            } else if (shared_.hold_after != 0) {
                --shared_.hold_after;
            }
        }
        return shared_.hold_after == 0 && shared_.hold_cycles != 0;
    }

    Shared& shared_;
};

}  // namespace bench
