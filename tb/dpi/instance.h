// SPDX-License-Identifier: Apache-2.0
// A bench instance: what it does at an edge, why Python is woken, and what a scenario begins and ends with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "bench.h"
#include "deputy.h"
#include "log_writer.h"
#include "player.h"
#include "stalls.h"
#include "window.h"

namespace bench {

class Bench {
   public:
    explicit Bench(uint32_t lanes) : window(shared, lanes), stalls(shared), log(shared, lanes), lanes_(lanes) {
        shared.version = kLayoutVersion;
        shared.lanes = lanes;
        shared.random_state = 1;
    }

    // One clock edge. Returns whether Python is to be woken, and the grant of the next cycle.
    bool tick(uint64_t cycle, bool rst_n, const Request& request, bool r_valid, bool busy, uint8_t* next_grant) {
        const bool req = request.req, gnt = request.gnt;
        shared.cycle = cycle;
        log.reset(cycle, rst_n);
        if (r_valid) log.response(cycle);
        const bool waiting = req && !gnt;
        shared.waiting_cycles += waiting;
        note_busy(cycle, busy);
        shared.silence = req ? 0 : shared.silence + 1;
        shared.standstill += !waiting;
        if (shared.watchdog_budget != 0) watch(waiting);
        if (shared.alarm_cycle != 0 && cycle >= shared.alarm_cycle) {
            shared.alarm_cycle = 0;
            wake(kWakeAlarm);
        }
        *next_grant = stalls.next(request);
        const bool woken = wake_pending_;
        wake_pending_ = false;
        return woken;
    }

    // A cycle with a request: log it, and carry the access out if it is granted.
    void beat(uint64_t cycle, bool gnt, bool read, uint32_t add, const uint32_t* be, const uint32_t* data,
              uint32_t* r_data) {
        log.beat(cycle, gnt, read, add, be, data);
        if (!gnt) return;
        if (read) {
            window.load(add, reinterpret_cast<uint8_t*>(r_data));
        } else {
            window.store(add, be, reinterpret_cast<const uint8_t*>(data));
        }
    }

    void port(const PortRecord& record) {
        acted();  // for a request that is not granted the player has a limit of its own
        log.port(record);
    }

    void event(uint64_t cycle, uint32_t core, uint32_t line) {
        acted();
        log.event(cycle, core, line);
        if (line == kJobEnd) note_end(cycle);
        if (shared.awaited_ends == 0) {
            wake(kWakeEvent);
        } else if (line == kJobEnd && shared.end_count == shared.awaited_ends) {
            if (shared.awaited_delay == 0) {
                wake(kWakeEvent);
            } else {
                shared.alarm_cycle = cycle + shared.awaited_delay;
            }
        }
    }

    void violation(uint64_t cycle, uint32_t rule) {
        Violation& entry = shared.violations[rule < kRuleCount ? rule : 0];
        if (entry.count++ == 0) entry.first_cycle = cycle;
    }

    bool write_response() {
        if (shared.write_response != kRandom) return shared.write_response == kAlways;
        // xorshift32: seeded by Python with the scenario, so that a replay sees the same answers.
        uint32_t state = shared.random_state;
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        shared.random_state = state;
        return (state & 1) != 0;
    }

    // One clock edge of the register port's player. Monitors of the same edge may be called before or after it,
    // so it goes by the ends of earlier edges.
    const PlayedAccess* play(uint64_t cycle, bool granted, bool answered, uint32_t r_data) {
        const uint64_t ends = shared.end_count - (last_end_ == cycle ? ends_at_last_ : 0);
        const PlayedAccess* request = player.step(granted, answered, r_data, ends);
        if (player.take_wake()) wake(kWakePlayer);
        return request;
    }

    // Gets ready for a scenario: memory, who may touch it, grants, answers and watchdog.
    void set(const Setting& setting, const uint8_t* image) {
        const auto* ranges = reinterpret_cast<const Range*>(&setting + 1);
        const auto* targets = ranges + setting.range_count;
        const auto* busy = reinterpret_cast<const uint64_t*>(targets + setting.target_count);
        const auto* pattern = reinterpret_cast<const uint8_t*>(busy + setting.bank_length);
        shared.base = setting.base;
        shared.size = setting.size;
        std::memcpy(window.memory.get(), image, setting.size);
        std::copy_n(ranges, shared.range_count = setting.range_count, shared.ranges);
        std::copy_n(targets, shared.target_count = setting.target_count, shared.targets);
        stalls.set(setting, busy, pattern);
        shared.write_response = setting.write_response;
        shared.random_state = setting.random_state;
        shared.silence = shared.standstill = 0;
        shared.silence_limit = setting.silence_limit;
        shared.standstill_limit = setting.standstill_limit;
        shared.watchdog_budget = setting.budget;
    }

    // Forgets logs, sums and wake reasons; violations stay. Returns the last edge.
    uint64_t forget() {
        log.forget();
        shared.end_count = 0;
        shared.busy_cycles = shared.waiting_cycles = shared.covered = 0;
        shared.wake_reasons = shared.watchdog_fired = 0;
        shared.awaited_ends = 0;
        return shared.cycle;
    }

    // True if nothing is wrong with a scenario: its logs, and its memory against what is expected of it.
    bool clean(const JudgedJob* jobs, uint32_t count, const uint8_t* expected) {
        const Logs logs{log.beats.get(),    shared.beat_count,   log.beat_words(), lanes_,
                        log.accesses.get(), shared.access_count, log.events.get(), shared.event_count,
                        log.probes.get(),   shared.probe_count};
        return std::memcmp(window.memory.get(), expected, shared.size) == 0 && deputy.clean(logs, jobs, count);
    }

    Shared shared{};  // which the others use
    Window window;
    Stalls stalls;
    LogWriter log;
    Player player;
    Deputy deputy;

   private:
    void acted() { shared.silence = shared.standstill = 0; }

    void watch(bool waiting) {
        shared.watchdog_budget -= !waiting;
        WatchdogReason reason = kNotFired;
        if (shared.silence >= shared.silence_limit) {
            reason = kSilent;
        } else if (shared.standstill >= shared.standstill_limit) {
            reason = kStandstill;
        } else if (shared.watchdog_budget == 0) {
            reason = kBudget;
        }
        if (reason == kNotFired) return;
        shared.watchdog_fired = reason;
        shared.watchdog_budget = 0;
        wake(kWakeWatchdog);
    }

    void note_end(uint64_t cycle) {
        ++shared.end_count;
        ends_at_last_ = cycle == last_end_ ? ends_at_last_ + 1 : 1;
        last_end_ = cycle;
    }

    void wake(WakeReason reason) {
        shared.wake_reasons |= reason;
        wake_pending_ = true;
    }

    void note_busy(uint64_t cycle, bool busy) {
        shared.busy_cycles += busy;
        if (busy != busy_) {
            acted();
            log.event(cycle, 0, busy ? kBusyRise : kBusyFall);
        }
        busy_ = busy;
    }

    const uint32_t lanes_;
    bool wake_pending_ = false;
    bool busy_ = false;
    uint64_t last_end_ = 0;
    uint64_t ends_at_last_ = 0;
};

}  // namespace bench
