// SPDX-License-Identifier: Apache-2.0
// Says of a scenario that nothing at all is wrong with it, from the same logs and by the same rules as
// tb/scoreboard, which is the definition: where this is not certain, Python judges, and alone says what is wrong.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "bench.h"
#include "register_file.h"

namespace bench {

// The logs of a scenario.
struct Logs {
    const uint32_t* beats;
    uint64_t beat_count;
    uint32_t beat_words;
    uint32_t lanes;
    const AccessRecord* accesses;
    uint64_t access_count;
    const EventRecord* events;
    uint64_t event_count;
    const ProbeRecord* probes;
    uint64_t probe_count;
};

// Cycle of each job's event up to a last one, and its slots by cause: schedule_run of models/schedule.cpp.
using Schedule = void (*)(const int64_t* tasks, size_t jobs, const int64_t* waiting, size_t count, int64_t last,
                          int64_t* events, int64_t* slots);

class Deputy {
   public:
    JudgedDevice device{};
    RegisterState state{};  // before the scenario; after it, if it was clean
    Measured measured[kJudgedJobs]{};
    std::vector<AccessTrace> traces;
    Schedule schedule = nullptr;  // of a device that promises to keep it

    // True if a scenario whose jobs all ran to their ends is clean, but for its memory. Findings of the bus rules
    // and of the register port's player are the caller's business.
    bool clean(const Logs& logs, const JudgedJob* jobs, uint32_t count) {
        logs_ = &logs;
        jobs_ = jobs;
        count_ = count;
        return count != 0 && count <= kJudgedJobs && sort_events() && spans() && slow_enough() &&
               requests() && gaps() && writes() && written() &&
               busy() && causes() && on_schedule() && registers();
    }

   private:
    static constexpr uint64_t kForEver = UINT64_MAX;
    static constexpr uint32_t kBusyMayRise = 2;  // cycles after a trigger
    static constexpr uint32_t kMaxGap = 20;
    static constexpr uint16_t kGranted = 1, kRead = 2;
    static constexpr uint32_t kCauses = 11;  // of the schedule

    struct Change {
        uint64_t cycle;
        bool high;
    };

    const Logs* logs_ = nullptr;
    const JudgedJob* jobs_ = nullptr;
    uint32_t count_ = 0;
    std::vector<EventRecord> ends_;
    std::vector<Change> busy_;
    std::vector<int64_t> waiting_;
    std::vector<uint8_t> touched_;  // bytes of Z, whether they are written
    uint64_t counted_ = 0;          // slots of the jobs since the device was idle

    const BeatHeader& beat(uint64_t i) const {
        return *reinterpret_cast<const BeatHeader*>(logs_->beats + i * logs_->beat_words);
    }
    const uint32_t* enables(uint64_t i) const { return logs_->beats + i * logs_->beat_words + sizeof(BeatHeader) / 4; }
    uint32_t access_bytes() const { return 4 * logs_->lanes; }

    // Number of beats up to and including an edge.
    uint64_t until(uint64_t edge) const {
        uint64_t low = 0, high = logs_->beat_count;
        if (high == 0 || beat(high - 1).cycle <= edge) return high;
        while (low < high) {
            const uint64_t middle = (low + high) / 2;
            (beat(middle).cycle <= edge ? low : high) = beat(middle).cycle <= edge ? middle + 1 : middle;
        }
        return low;
    }

    static uint32_t offset(uint64_t add, uint64_t first) { return static_cast<uint32_t>(add - first); }
    static bool in(uint64_t add, const JudgedJob& job) { return offset(add, job.first[2]) < job.length[2]; }

    bool sort_events() {
        ends_.clear();
        busy_.clear();
        for (uint64_t i = 0; i < logs_->event_count; ++i) {
            const EventRecord& event = logs_->events[i];
            if (event.line == kJobEnd) {
                ends_.push_back(event);
            } else if (event.line == kBusyRise || event.line == kBusyFall) {
                busy_.push_back({event.cycle, event.line == kBusyRise});
            } else {
                return false;
            }
        }
        return ends_.size() == count_;
    }

    bool spans() {
        uint32_t found = 0;
        uint64_t previous = 0;
        for (uint64_t i = 0; i < logs_->access_count; ++i) {
            const AccessRecord& access = logs_->accesses[i];
            const bool trigger = device.words.kinds[access.add >> 2 & (kWords - 1)] == kTrigger;
            if (!trigger || !RegisterFile::triggers(access)) continue;
            if (found == count_) return false;
            const EventRecord& end = ends_[found];
            if (end.core != jobs_[found].core || end.cycle <= access.cycle || end.cycle <= previous) return false;
            Measured& job = measured[found++];
            job = {access.cycle, end.cycle, std::max(access.cycle, previous), 0, 0, 0, {}};
            previous = end.cycle;
            count_beats(job);
        }
        return found == count_;
    }

    void count_beats(Measured& job) const {
        const uint64_t last = until(job.event);
        for (uint64_t i = until(job.start); i < last; ++i) {
            const uint16_t flags = beat(i).flags;
            (flags == kGranted ? job.writes : flags == (kGranted | kRead) ? job.reads : job.waiting) += 1;
        }
    }

    // No job takes fewer cycles than its steps and the writes of Z do.
    bool slow_enough() const {
        for (uint32_t i = 0; i < count_; ++i) {
            const JudgedJob& job = jobs_[i];
            const uint64_t steps = uint64_t{job.m} * job.n * job.k, cycles = measured[i].event - measured[i].trigger;
            if (cycles * device.h * device.l < steps || cycles * access_bytes() < job.length[2]) return false;
        }
        return true;
    }

    // No request before its trigger, no read behind an event with no job queued.
    bool requests() const {
        for (uint32_t i = 0; i < count_; ++i) {
            const uint64_t triggered = until(measured[i].trigger);
            if (i == 0 && triggered != 0) return false;
            for (uint64_t at = i == 0 ? 0 : until(measured[i - 1].trigger); at < triggered; ++at) {
                if (!serves(at, 0, i)) return false;
            }
            const uint64_t end = i + 1 == count_ ? logs_->beat_count : until(measured[i + 1].trigger - 1);
            for (uint64_t at = until(measured[i].event); at < end; ++at) {
                if ((beat(at).flags & kRead) != 0) return false;
            }
        }
        return true;
    }

    // True if a request stays within the memory of some of the jobs.
    bool serves(uint64_t at, uint32_t from, uint32_t to) const {
        const BeatHeader& request = beat(at);
        if ((request.flags & kRead) != 0) return reads(request.add, from, to);
        for (uint32_t byte = 0; byte < access_bytes(); ++byte) {
            const bool enabled = (enables(at)[byte / 32] >> byte % 32 & 1) != 0;
            if (enabled && !writes_into(request.add + byte, from, to)) return false;
        }
        return true;
    }

    bool reads(uint32_t add, uint32_t from, uint32_t to) const {
        for (uint32_t i = from; i < to; ++i) {
            const JudgedJob& job = jobs_[i];
            for (uint32_t operand = 0; operand < (job.reads_y != 0 ? 3 : 2); ++operand) {
                const uint64_t start = job.first[operand] & ~3ull, extra = job.first[operand] - start;
                if (job.length[2] == 0 || job.length[operand] == 0) continue;
                if (offset(add, start) <= extra + job.length[operand]) return true;
            }
        }
        return false;
    }

    bool writes_into(uint64_t add, uint32_t from, uint32_t to) const {
        return std::any_of(jobs_ + from, jobs_ + to, [add](const JudgedJob& job) { return in(add, job); });
    }

    // The first request of a queued job comes soon after the last write of the one before, or came ahead of it.
    bool gaps() const {
        for (uint32_t i = 1; i < count_; ++i) {
            const Measured &before = measured[i - 1], &job = measured[i];
            if (job.start == job.trigger || jobs_[i].length[2] == 0) continue;
            uint64_t last = until(before.event);
            const uint64_t first = until(before.start);
            while (last > first && beat(last - 1).flags != kGranted) --last;
            if (last == first) continue;
            const uint64_t since = std::max(beat(last - 1).cycle, job.trigger);
            const uint64_t following = until(since);
            const uint64_t request = following < logs_->beat_count ? beat(following).cycle : job.event;
            if (request > since + kMaxGap && !loaded_ahead(i, following)) return false;
        }
        return true;
    }

    // True if a request before one was for a job and for none before it.
    bool loaded_ahead(uint32_t i, uint64_t last) const {
        uint32_t running = i;  // jobs that had ended before its trigger ask for nothing any more
        while (running > 0 && measured[running - 1].event > measured[i].trigger) --running;
        for (uint64_t at = until(measured[i].trigger); at < last; ++at) {
            if (serves(at, i, i + 1) && !serves(at, running, i)) return true;
        }
        return false;
    }

    // No write of a job's Z at or after its event.
    bool writes() const {
        for (uint32_t i = 0; i < count_; ++i) {
            for (uint64_t at = until(measured[i].event - 1); at < logs_->beat_count; ++at) {
                const BeatHeader& request = beat(at);
                if (request.flags != kGranted) continue;
                for (uint32_t byte = 0; byte < access_bytes(); ++byte) {
                    const uint64_t add = request.add + byte;
                    const bool enabled = (enables(at)[byte / 32] >> byte % 32 & 1) != 0;
                    if (enabled && in(add, jobs_[i]) && !writes_into(add, i + 1, count_)) return false;
                }
            }
        }
        return true;
    }

    // Each byte of a job's Z is written behind its trigger.
    bool written() {
        for (uint32_t i = 0; i < count_; ++i) {
            const JudgedJob& job = jobs_[i];
            touched_.assign(job.length[2], 0);
            uint64_t left = job.length[2];
            for (uint64_t at = until(measured[i].trigger); at < logs_->beat_count; ++at) {
                if (beat(at).flags != kGranted) continue;
                const uint32_t start = offset(beat(at).add, job.first[2]);
                for (uint32_t byte = 0; byte < access_bytes(); ++byte) {
                    const uint32_t place = start + byte;
                    if ((enables(at)[byte / 32] >> byte % 32 & 1) == 0 || place >= job.length[2]) continue;
                    left -= touched_[place] == 0;
                    touched_[place] = 1;
                }
            }
            if (left != 0) return false;
        }
        return true;
    }

    bool busy() const {
        if (ever(true, 0, measured[0].trigger - 1)) return false;
        for (uint32_t i = 0; i < count_; ++i) {
            const Measured& job = measured[i];
            const uint64_t idle_end = i + 1 == count_ ? kForEver : measured[i + 1].trigger - 1;
            if (ever(false, job.trigger + kBusyMayRise, job.event) || ever(true, job.event + 1, idle_end)) return false;
        }
        return true;
    }

    // True if busy_o had a value at any edge in first..last.
    bool ever(bool value, uint64_t first, uint64_t last) const {
        if (first > last) return false;
        bool now = !busy_.empty() && !busy_[0].high;
        for (const Change& change : busy_) {
            if (change.cycle > first) {
                if (now == value) return true;
                if (change.cycle > last) return false;
            }
            now = change.high;
        }
        return now == value;
    }

    // Records of the probe belong to the jobs one by one, and say what can be true.
    bool causes() {
        if (device.causes == 0) return true;
        if (logs_->probe_count != count_) return false;
        uint64_t begun = 0;
        for (uint32_t i = 0; i < count_; ++i) {
            const ProbeRecord& record = logs_->probes[i];
            if (record.cycle <= ends_[i].cycle || (i + 1 < count_ && record.cycle > ends_[i + 1].cycle)) return false;
            std::copy_n(record.slots, device.causes, measured[i].slots);
            // Where jobs follow each other, a column may enter for one before the event of another: all have all.
            const Measured& job = measured[i];
            if (job.start == job.trigger) counted_ = begun = 0;
            begun += job.event - job.start;
            if (!plausible(jobs_[i], job)) return false;
            const bool last = i + 1 == count_ || measured[i + 1].start == measured[i + 1].trigger;
            if (last && counted_ != begun * device.h * device.l) return false;
        }
        return true;
    }

    bool plausible(const JudgedJob& job, const Measured& seen) {
        uint64_t total = 0;
        for (uint32_t i = 0; i < device.causes; ++i) total += seen.slots[i];
        counted_ += total;
        if (schedule == nullptr && total != (seen.event - seen.start) * device.h * device.l) return false;
        const uint64_t m = job.m, n = job.n, k = job.k;
        const uint64_t steps = up(n, device.h), columns = up(k, device.columns);
        // The second row of a pair is one outside of the matrix.
        const uint64_t rows = job.paired != 0 ? 2 * up(m, device.l / 2) : up(m, device.l);
        const uint64_t expected[] = {m * n * k, n * (rows - m) * k, (steps - n) * rows * k,
                                     steps * rows * (columns - k)};
        for (uint32_t i = 0; i < 4; ++i) {
            const uint32_t place = device.cause_places[i];
            if (place < device.causes && seen.slots[place] != expected[i]) return false;
        }
        return true;
    }

    // The jobs take the cycles, and spend the slots, that their schedule gives them with the requests that waited.
    bool on_schedule() {
        if (schedule == nullptr) return true;
        const uint64_t begin = measured[0].trigger, end = measured[count_ - 1].event;
        int64_t tasks[kJudgedJobs][kTaskFields], events[kJudgedJobs] = {}, slots[kJudgedJobs][kCauses] = {};
        for (uint32_t i = 0; i < count_; ++i) {
            std::copy_n(jobs_[i].task, kTaskFields, tasks[i]);
            tasks[i][kTaskFields - 1] = static_cast<int64_t>(measured[i].trigger - begin);
        }
        waiting_.clear();
        for (uint64_t at = until(begin), last = until(end); at < last; ++at) {
            if ((beat(at).flags & kGranted) == 0) waiting_.push_back(static_cast<int64_t>(beat(at).cycle - begin));
        }
        schedule(tasks[0], count_, waiting_.data(), waiting_.size(), static_cast<int64_t>(end - begin), events, slots[0]);
        for (uint32_t i = 0; i < count_; ++i) {
            if (events[i] != static_cast<int64_t>(measured[i].event - begin)) return false;
            if (device.control < device.causes && !std::equal(slots[i], slots[i] + kCauses, measured[i].slots)) return false;
        }
        return true;
    }

    static uint64_t up(uint64_t value, uint64_t step) { return (value + step - 1) / step * step; }

    bool registers() {
        RegisterState after = state;
        RegisterFile file(device.words, after, device.contexts);
        traces.clear();
        uint32_t ended = 0;
        for (uint64_t i = 0; i < logs_->access_count; ++i) {
            const AccessRecord& access = logs_->accesses[i];
            for (; ended < count_ && ends_[ended].cycle < access.cycle; ++ended) {
                if (!file.end(ends_[ended].cycle, ends_[ended].core)) return false;
            }
            traces.push_back({static_cast<uint8_t>(access.add & 0xFC), access.wen, access.be, access.id,
                              static_cast<uint8_t>(after.queued), static_cast<uint8_t>(after.holder), {}});
            if (!file.take(access, ended < count_ && ends_[ended].cycle == access.cycle)) return false;
        }
        for (; ended < count_; ++ended) {
            if (!file.end(ends_[ended].cycle, ends_[ended].core)) return false;
        }
        if (after.queued != 0) return false;
        state = after;
        return true;
    }
};

}  // namespace bench
