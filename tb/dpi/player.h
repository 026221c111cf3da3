// SPDX-License-Identifier: Apache-2.0
// Plays a list of accesses on the register port, as tb/agents/control/bfm.py would access by access.
//
// Python writes the list, starts it, and is not needed again: a job is programmed without a call into Python.
// `step` is called at every clock edge with what the edge saw, and gives what to request from now on; a list
// that is started after an edge has its first request after the next one.
#pragma once

#include <cstring>

#include "bench.h"

namespace bench {

class Player {
   public:
    PlayState state{};
    PlayedAccess list[kPlayCapacity]{};

    // Takes `length` accesses; a read leaves the data lines as they are.
    void start(const PlayedAccess* accesses, uint32_t length, uint32_t timeout) {
        state = {length, timeout, 0, 0, 0, kPlayed, state.data};
        std::memcpy(list, accesses, length * sizeof *list);
        for (uint32_t i = 0; i < length; ++i) {
            if (list[i].wen == 0) state.data = list[i].data;
            list[i].data = state.data;
        }
        requesting_ = due_ = pausing_ = false;
    }

    // Forgets the list; a request that waits is taken back, which only a reset of the device excuses.
    void stop() {
        state.length = 0;
        requesting_ = due_ = pausing_ = false;
    }

    // One clock edge: what it saw of the port, and how many jobs had ended before it.
    // Returns the access to request, null for none.
    const PlayedAccess* step(bool granted, bool answered, uint32_t r_data, uint64_t ends) {
        if (state.length == 0) return nullptr;
        if (due_) take_response(answered, r_data);
        if (requesting_) take_grant(granted);
        if (!requesting_ && state.error == kPlayed && state.granted < state.length) requesting_ = begins(ends);
        return requesting_ ? &list[state.granted] : nullptr;
    }

    // True if something happened that Python waits for; once.
    bool take_wake() {
        const bool woken = wake_;
        wake_ = false;
        return woken;
    }

   private:
    bool requesting_ = false;  // list[state.granted] is on the port
    bool due_ = false;         // list[state.answered] was granted at the last edge
    bool pausing_ = false;     // the idle cycles before list[state.granted] run
    bool wake_ = false;
    uint32_t pause_ = 0;

    void fail(PlayError error) {
        state.error = error;
        wake_ = true;
    }

    void take_response(bool answered, uint32_t r_data) {
        due_ = false;
        if (!answered) {
            requesting_ = false;
            fail(kNoResponse);
            return;
        }
        list[state.answered++].r_data = r_data;
        if (state.answered == state.length && state.wake_when_done != 0) wake_ = true;
    }

    // A request that is not granted in time stays up, as the protocol asks, until the device is reset.
    void take_grant(bool granted) {
        PlayedAccess& access = list[state.granted];
        if (granted) {
            requesting_ = pausing_ = false;
            if (state.error != kPlayed) return;
            due_ = true;
            ++state.granted;
        } else if (++access.waited == state.timeout) {
            fail(kNoGrant);
        }
    }

    // True if the next request is raised at this edge.
    bool begins(uint64_t ends) {
        PlayedAccess& next = list[state.granted];
        if (pausing_) {
            --pause_;
        } else {
            if (ends < next.after_ends) return false;
            pausing_ = true;
            pause_ = next.idle;
            next.waited = 0;
        }
        return pause_ == 0;
    }
};

}  // namespace bench
