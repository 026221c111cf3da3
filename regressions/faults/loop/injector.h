// SPDX-License-Identifier: Apache-2.0
// One fault at a time: from the state of a cycle on, until what becomes of it is certain.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "golden.h"

// In the order of regressions/faults/outcomes.py.
enum Outcome : uint8_t { kMasked, kWrongResult, kWrongAccess, kWrongAnswer, kLate, kHang, kLatent, kReported, kUnknown = 255 };

enum Flag : uint8_t {
    kStrayWrite = 1,  // of bytes that are no result
    kStrayRead = 2,  // of bytes that are no operand
    kEvent = 4,  // an event too much, or of another core
    kAnswer = 8,  // a register access answered otherwise, or not
    kCleared = 16,  // after a hang, a soft clear was enough
    kReset = 32,  // only a reset was
    kTold = 64,  // by the second event line, in the run or in the job behind it
};

struct Record {
    uint8_t outcome, flags;
    uint16_t elements, bits;  // of results that are wrong, at most 65535
    int16_t delay;  // cycles by which the last event came later, between -32768 and 32767
    float error;  // the largest relative one
};
static_assert(sizeof(Record) == 12);

inline void write_records(const std::vector<Record>& records, const char* path) {
    std::FILE* file = std::fopen(path, "wb");
    if (file == nullptr) fail(std::string("cannot write ") + path);
    const bool whole = std::fwrite(records.data(), sizeof(Record), records.size(), file) == records.size();
    if (std::fclose(file) != 0 || !whole) fail(std::string("cannot write ") + path);
}

/** Settings of a campaign. */
struct Settings {
    uint32_t limit;  // cycles after which a job hangs
    uint32_t clear;  // address of the register that clears
    uint32_t adjacent;  // bits of an entry that an upset inverts, from the drawn one on
    int stuck;  // 0 or 1: the bit keeps this value until the end; -1: it is inverted once
};

/** Outcomes that are known, by cycle and bit: a fault that moved or stayed has that of a later one. */
class Known {
   public:
    Known(uint32_t cycles, const std::vector<uint32_t>& places, uint32_t bytes)
        : width_(places.size()),
          index_(size_t{bytes} * 8, -1),
          records_(cycles * places.size(), {kUnknown, 0, 0, 0, 0, 0}) {
        for (size_t bit = 0; bit < places.size(); ++bit) index_[places[bit]] = static_cast<int32_t>(bit);
    }

    Record& at(uint32_t cycle, uint32_t bit) { return records_[cycle * width_ + bit]; }
    const Record* find(uint32_t cycle, uint32_t place) const {
        const int32_t bit = index_[place];
        if (bit < 0) return nullptr;
        const Record& record = records_[cycle * width_ + static_cast<size_t>(bit)];
        return record.outcome == kUnknown ? nullptr : &record;
    }
    const std::vector<Record>& records() const { return records_; }

   private:
    size_t width_;
    std::vector<int32_t> index_;
    std::vector<Record> records_;
};

class Injector {
   public:
    /** `built_from`: what the device is made of. */
    template <typename... From>
    Injector(const Scenario& scenario, const std::vector<Result>& results, const Settings& settings, From&&... built_from)
        : device(built_from...), bench(device, scenario), results_(results), settings_(settings) {
        bench.reset();
    }

    Device device;
    Bench bench;
    uint64_t simulated = 0;  // cycles
    uint64_t looked_up = 0;  // faults whose outcome was known

    /** The state of a cycle of the golden run, without what is computed from it. */
    void restore(const Golden& golden, uint32_t cycle) {
        device.load(golden.state(cycle));
        bench.driver = golden.driver(cycle);
        bench.memory = golden.memory_at(cycle);
        bench.apply();
    }

    /** An upset of some bits in the state of a cycle. */
    Record upset(const Golden& golden, const Known* known, uint32_t cycle, const std::vector<uint32_t>& places) {
        restore(golden, cycle);
        for (const uint32_t place : places) {
            if (settings_.stuck < 0) device.flip(place);
            else device.set(place, settings_.stuck != 0);
        }
        device.settle();
        before_.clear();
        round_ = 1;
        held_ = settings_.stuck < 0 ? nullptr : &places;
        return follow(golden, held_ == nullptr ? known : nullptr, cycle);
    }

    /** A transient: something is wrong until the next edge, from the state of a cycle on. */
    template <typename Begin>
    Record pulse(const Golden& golden, uint32_t cycle, Begin begin) {
        restore(golden, cycle);
        begin();
        device.settle();
        before_.clear();
        round_ = 1;
        held_ = nullptr;
        const uint32_t ended = bench.driver.ended;
        const Cycle seen = one(golden);
        const uint32_t last = bench.driver.ended > ended ? cycle : 0;
        return follow(golden, nullptr, cycle + 1, flags_of(golden, seen, ended), last);
    }

    /** Whether the job from its begin goes as without a fault, from the state in which the device is. */
    bool repeats(const Golden& golden) {
        bench.restart();
        device.settle();
        uint32_t end = 0, at = 0;
        bool stray = false;
        told_ = false;
        for (uint32_t after = 0; after < Golden::kTail && at <= golden.cycles() + kMore; ++at) {
            const Cycle seen = one(golden);
            if (seen.events != 0) end = at;
            stray |= strays(golden, seen) != 0;
            told_ |= (seen.events & kSecondLine) != 0;
            after = bench.over() ? after + 1 : 0;
        }
        return bench.over() && end == golden.end && !stray && bench.memory == golden.memory;
    }

   private:
    static constexpr uint32_t kMore = 64;
    static constexpr uint32_t kTell = 2;  // cycles that a device has to tell of a fault in the last cycle that is watched
    static constexpr uint32_t kSample = 32;  // those that halt and tell in one of so many cycles are cleared and run again
    static constexpr uint32_t kSecondLine = 0xAAAAAAAA;  // of each core, in the events of a cycle

    const std::vector<Result>& results_;
    const Settings& settings_;
    const std::vector<uint32_t>* held_ = nullptr;
    std::vector<uint8_t> before_;
    uint32_t kept_ = 0, round_ = 1;  // cycle of that state; cycles in which it may come again, before a later one is kept
    bool told_ = false;  // in the repeated job

    Cycle one(const Golden& golden) {
        ++simulated;
        const Cycle seen = bench.cycle([&](uint32_t events, uint32_t job) { return golden.ends(events, job); });
        if (held_ != nullptr) {
            for (const uint32_t place : *held_) device.set(place, settings_.stuck != 0);
            device.settle();
        }
        return seen;
    }

    uint8_t strays(const Golden& golden, const Cycle& seen) const {
        uint8_t flags = 0;
        if (!seen.read && !seen.write) return flags;
        const std::vector<uint8_t>& usual = seen.write ? golden.written : golden.read;
        bench.touched(seen.address, seen.write, [&](int64_t byte) {
            if (byte < 0 || usual[byte] == 0) flags |= seen.write ? kStrayWrite : kStrayRead;
        });
        return flags;
    }

    uint8_t flags_of(const Golden& golden, const Cycle& seen, uint32_t ended) const {
        uint8_t flags = strays(golden, seen);
        if (golden.foreign(seen.events & ~kSecondLine, ended)) flags |= kEvent;
        if ((seen.events & kSecondLine) != 0) flags |= kTold;
        if (seen.answered != (seen.answering != 0)) flags |= kAnswer;
        if (seen.answering == 2 && seen.answers < golden.answers.size()) {
            const Golden::Answer& right = golden.answers[seen.answers];
            if (seen.answer != right.data || seen.answer_id != right.id) flags |= kAnswer;
        }
        return flags;
    }

    /** Runs on from the state behind a cycle. `flags`: of that cycle; `last`: itself if a job ended in it, or 0. */
    Record follow(const Golden& golden, const Known* known, uint32_t at, uint8_t flags = 0, uint32_t last = 0) {
        Record record{};
        record.flags = flags;
        uint32_t after = bench.over() ? Golden::kTail - std::min(golden.cycles() - 1 - at, Golden::kTail) : 0;
        uint32_t end = !bench.over() ? 0 : last != 0 ? last : golden.end;
        if (held_ == nullptr && flags == 0 && same(golden, at)) return record;
        const uint32_t told_by = at + kTell;
        while (after < Golden::kTail || at < told_by) {
            const uint32_t ended = bench.driver.ended;
            const bool over = bench.over();
            const Cycle seen = one(golden);
            record.flags |= flags_of(golden, seen, ended);
            if (over && (seen.read || seen.write)) record.flags |= seen.write ? kStrayWrite : kStrayRead;
            if (!over && bench.over()) end = at;
            ++at;
            after = bench.over() ? after + 1 : 0;
            if (held_ == nullptr && at < golden.cycles() && bench.driver == golden.driver(at)) {
                const Difference difference = device.difference(golden.state(at));
                if (difference.bits == 0 && decided(golden, at)) return finish(golden, record, golden.end);
                const bool clean = record.flags == 0 && bench.memory == golden.memory_at(at);
                if (difference.bits == 1 && known != nullptr && clean) {
                    if (const Record* same = known->find(at, difference.place)) {
                        ++looked_up;
                        return *same;
                    }
                }
            }
            // A device that told may stand still at once: it halted.
            const bool looks = at > golden.end || (record.flags & kTold) != 0;
            if (looks && !bench.over() && standstill(at)) return hang(golden, record, at);
            if (at > settings_.limit) return hang(golden, record, at);
        }
        if (device.ports().busy_o || device.ports().tcdm_req_o) return hang(golden, record, at);
        const std::vector<uint8_t> memory = bench.memory;
        const bool right = record.flags == 0 && end == golden.end && memory == golden.memory;
        if (right && !repeats(golden)) {
            record.outcome = told_ ? kReported : kLatent;
            if (told_) record.flags |= kTold;
        }
        if (right) return record;
        bench.memory = memory;
        return finish(golden, record, end);
    }

    /** All is as without the fault. */
    bool same(const Golden& golden, uint32_t at) const {
        return at < golden.cycles() && bench.driver == golden.driver(at) && bench.memory == golden.memory_at(at) &&
               device.difference(golden.state(at)).bits == 0;
    }

    /** State and driver are as without the fault: whether what differs in memory is nothing but a result. */
    bool decided(const Golden& golden, uint32_t at) {
        const std::vector<uint8_t>& right = golden.memory_at(at);
        if (bench.memory == right) {
            bench.memory = golden.memory;
            return true;
        }
        for (size_t byte = 0; byte < right.size(); ++byte) {
            if (bench.memory[byte] != right[byte] && golden.last_read[byte] >= at) return false;
        }
        for (size_t byte = 0; byte < right.size(); ++byte) {
            const bool later = golden.last_write[byte] >= at;
            if (bench.memory[byte] == right[byte] || later) bench.memory[byte] = golden.memory[byte];
        }
        return true;
    }

    Record finish(const Golden& golden, Record record, uint32_t end) const {
        const Deviation found = golden.deviation(bench.memory, results_);
        const auto most = [](uint32_t number) { return static_cast<uint16_t>(std::min(number, 65535U)); };
        record.elements = most(found.elements);
        record.bits = most(found.bits);
        record.error = found.error;
        const int64_t delay = int64_t{end} - golden.end;
        record.delay = static_cast<int16_t>(std::clamp<int64_t>(delay, INT16_MIN, INT16_MAX));
        const bool told = (record.flags & kTold) != 0;
        record.outcome = (record.flags & (told ? kStrayWrite : kStrayWrite | kStrayRead)) != 0 ? kWrongAccess
                         : told                                           ? kReported
                         : found.elements != 0                            ? kWrongResult
                         : (record.flags & (kEvent | kAnswer)) != 0       ? kWrongAnswer
                         : delay != 0                                     ? kLate
                                                                          : kMasked;
        return record;
    }

    /** A state came again, and nothing happened outside since: nothing ever will.
     *
     *  Sums go round in an array that has nothing to do, so the state need not be that of the cycle before (Brent's
     *  method).
     */
    bool standstill(uint32_t at) {
        const bool asked = device.ports().tcdm_req_o || bench.driver.reading || device.ports().periph_req_i;
        if (asked || !bench.waits()) {
            before_.clear();
            round_ = 1;
            return false;
        }
        if (before_.empty() || at - kept_ >= round_) {
            round_ *= 2;
            before_.resize(device.bytes());
            device.save(before_.data());
            kept_ = at;
            return false;
        }
        return device.difference(before_.data()).bits == 0;
    }

    Record hang(const Golden& golden, Record record, uint32_t at) {
        const Deviation found = golden.deviation(bench.memory, results_);
        record.elements = static_cast<uint16_t>(std::min(found.elements, 65535U));
        record.outcome = (record.flags & kTold) == 0 ? kHang
                         : (record.flags & kStrayWrite) != 0 ? kWrongAccess : kReported;
        if (record.outcome == kReported && at % kSample != 0) return record;
        bench.drive_idle();
        bench.write_register(settings_.clear, 0, 1);
        for (uint32_t waited = 0; waited < kMore && device.ports().busy_o; ++waited) bench.step();
        if (repeats(golden)) {
            record.flags |= kCleared;
            return record;
        }
        bench.reset();
        if (repeats(golden)) record.flags |= kReset;
        return record;
    }
};
