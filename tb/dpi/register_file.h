// SPDX-License-Identifier: Apache-2.0
// The register file as software sees it (contract A5), as far as everything is plain: tb/registers/model.py is the
// definition. Where the contract leaves more than one state open, or a soft clear comes, `take` gives up.
#pragma once

#include <algorithm>
#include <utility>

#include "bench.h"

namespace bench {

constexpr uint32_t kJobIds = 256;
constexpr uint32_t kStartLatency = 2;
constexpr uint32_t kLockedByOther = 0xFFFFFFFE;
constexpr uint32_t kContextsBusy = 0xFFFFFFFF;

class RegisterFile {
   public:
    RegisterFile(const RegisterWords& words, RegisterState& state, uint32_t contexts)
        : words_(words), state_(state), contexts_(contexts) {}

    // An access, which comes after the events at earlier edges. False: wrong, or not plain.
    bool take(const AccessRecord& access, bool ending) {
        const uint32_t word = access.add >> 2 & (kWords - 1);
        const auto kind = static_cast<RegisterKind>(words_.kinds[word]);
        const bool valid = access.id != 0 && (access.id & (access.id - 1)) == 0;
        if (access.answered == 0 || kind == kUnknown) return false;
        if (access.wen == 0) return !valid || write(access, word, kind);
        if (!valid || kind == kNothing || kind == kTrigger || kind == kSoftClear) return access.r_data == 0;
        if (kind == kJobRegister) return access.r_data == state_.values[word];
        state_.last_reads[kind] = access.r_data;
        state_.was_read |= 1u << kind;
        return read(access, kind, ending);
    }

    // The end of the running job. False: none that it could be.
    bool end(uint64_t cycle, uint32_t core) {
        const QueuedJob job = state_.queue[0];
        if (state_.queued == 0 || cycle <= job.triggered || job.core_id != 1u << core) return false;
        std::copy(state_.queue + 1, state_.queue + state_.queued, state_.queue);
        --state_.queued;
        state_.shown_before = job.id;
        state_.turn_since = cycle;
        ++state_.finished;
        return true;
    }

   private:
    const RegisterWords& words_;
    RegisterState& state_;
    const uint32_t contexts_;

    static uint32_t mask(uint32_t be) {
        return (be & 1 ? 0xFFu : 0) | (be & 2 ? 0xFF00u : 0) | (be & 4 ? 0xFF0000u : 0) | (be & 8 ? 0xFF000000u : 0);
    }

    bool write(const AccessRecord& access, uint32_t word, RegisterKind kind) {
        if (kind == kSoftClear) return false;
        if (state_.holder != access.id) return true;
        if (kind == kJobRegister) {
            const uint32_t enabled = mask(access.be);
            state_.values[word] = ((state_.values[word] & ~enabled) | (access.data & enabled)) & words_.writable[word];
        } else if (kind == kTrigger && triggers(access)) {
            if (state_.queued == contexts_) return false;
            if (state_.queued == 0) state_.turn_since = access.cycle;
            state_.queue[state_.queued++] = {access.cycle, state_.held_id, access.id, state_.next_context, 0};
            state_.next_context = (state_.next_context + 1) % contexts_;
            state_.holder = 0;
        }
        return true;
    }

    bool read(const AccessRecord& access, RegisterKind kind, bool ending) {
        const uint32_t seen = access.r_data;
        switch (kind) {
            case kAcquire: return acquire(access.id, seen, ending);
            case kFinished: return seen == std::exchange(state_.finished, 0);
            case kStatus: return seen == status(0) || (ending && seen == status(1));
            default: return running(access.cycle, seen, ending);
        }
    }

    bool acquire(uint32_t id, uint32_t seen, bool ending) {
        if (state_.holder == id) return seen == state_.held_id;
        if (state_.holder != 0) return seen == kLockedByOther;
        const bool full = state_.queued == contexts_;
        if (full && seen == kContextsBusy) return true;
        if ((full && !ending) || seen != state_.next_id) return false;
        state_.holder = id;
        state_.held_id = seen;
        state_.next_id = (seen + 1) % kJobIds;
        return true;
    }

    uint32_t status(uint32_t ended) const {
        uint32_t busy = 0;
        for (uint32_t i = ended; i < state_.queued; ++i) busy |= 1u << (8 * state_.queue[i].context);
        return busy;
    }

    bool running(uint64_t cycle, uint32_t seen, bool ending) const {
        if (state_.queued == 0) return seen == state_.shown_before;
        return seen == state_.queue[0].id ||
               (cycle <= state_.turn_since + kStartLatency && seen == state_.shown_before) ||
               (ending && state_.queued > 1 && seen == state_.queue[1].id);
    }

   public:
    // True for a write of TRIGGER that triggers, if the lock is held.
    static bool triggers(const AccessRecord& access) {
        return access.wen == 0 && (access.be & 1) != 0 && (access.data & mask(access.be)) == 0;
    }
};

}  // namespace bench
