// SPDX-License-Identifier: Apache-2.0
// The run without a fault: state after each cycle, what the memory was asked for, and the right result.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "bench.h"

/** A matrix of results in the window, and the number that each code of its format stands for. */
struct Result {
    uint32_t offset, count, size;
    std::vector<float> values;
};

inline std::vector<Result> read_results(const char* path) {
    Reader reader(path);
    std::vector<Result> results(reader.word());
    for (Result& result : results) {
        result.offset = reader.word();
        result.count = reader.word();
        result.size = reader.word();
        const std::vector<uint8_t> table = reader.block();
        result.values.resize(table.size() / sizeof(float));
        std::memcpy(result.values.data(), table.data(), table.size());
    }
    return results;
}

/** How a memory differs from the right one. */
struct Deviation {
    uint32_t elements, bits;
    float error;  // the largest relative one; infinite where either number is none
};

class Golden {
   public:
    /** Cycles that are watched after the last event, in which nothing may happen any more. */
    static constexpr uint32_t kTail = 16;

    Golden(Device& device, Bench& bench, uint32_t limit) : bytes_(device.bytes()) {
        const size_t window = bench.memory.size();
        last_read.assign(window, -1);
        last_write.assign(window, -1);
        read.assign(window, 0);
        written.assign(window, 0);
        keep(device, bench);
        for (uint32_t after = 0; after < kTail;) {
            const auto ends = [this](uint32_t events, uint32_t) {
                if (events != 0) ends_.push_back(events);
                return events != 0;
            };
            const Cycle seen = bench.cycle(ends);
            const int64_t now = cycles() - 1;
            if (seen.read || seen.write) {
                bench.touched(seen.address, seen.write, [&](int64_t byte) {
                    if (byte < 0) return;
                    (seen.write ? last_write : last_read)[byte] = now;
                    (seen.write ? written : read)[byte] = 1;
                });
            }
            if (bench.driver.job > triggers.size()) triggers.push_back(static_cast<uint32_t>(now));
            if (seen.answering == 2) answers.push_back({seen.answer, seen.answer_id});
            if (seen.events != 0) end = static_cast<uint32_t>(now);
            keep(device, bench);
            after = bench.over() ? after + 1 : 0;
            if (cycles() > limit) fail("the job does not end without a fault: run it in the bench");
        }
        memory = bench.memory;
    }

    uint32_t cycles() const { return static_cast<uint32_t>(drivers_.size()); }
    const uint8_t* state(uint32_t cycle) const { return &states_[size_t{cycle} * bytes_]; }
    const Driver& driver(uint32_t cycle) const { return drivers_[cycle]; }
    const std::vector<uint8_t>& memory_at(uint32_t cycle) const { return memories_[cycle]; }
    bool ends(uint32_t events, uint32_t job) const { return (events & ends_[job]) == ends_[job]; }
    /** Events that no job has at its end. */
    bool foreign(uint32_t events, uint32_t job) const {
        return events != 0 && (job >= ends_.size() || events != ends_[job]);
    }

    struct Answer {
        uint32_t data, id;
    };

    uint32_t end = 0;  // cycle of the last event
    std::vector<uint32_t> triggers;  // cycle in which the last access of each job was granted
    std::vector<int64_t> last_read, last_write;  // cycle, of each byte of the window; -1 for never
    std::vector<uint8_t> read, written;  // whether it ever was
    std::vector<Answer> answers;
    std::vector<uint8_t> memory;  // at the end

    Deviation deviation(const std::vector<uint8_t>& other, const std::vector<Result>& results) const {
        Deviation found{0, 0, 0};
        for (const Result& result : results) {
            for (uint32_t element = 0; element < result.count; ++element) {
                const size_t at = result.offset + size_t{element} * result.size;
                uint32_t right = 0, wrong = 0;
                std::memcpy(&right, &memory[at], result.size);
                std::memcpy(&wrong, &other[at], result.size);
                if (right == wrong) continue;
                ++found.elements;
                found.bits += static_cast<uint32_t>(__builtin_popcount(right ^ wrong));
                found.error = std::fmax(found.error, relative(result.values[right], result.values[wrong]));
            }
        }
        return found;
    }

   private:
    static constexpr float kSmallest = 0x1p-14F;  // normal number of FP16: below it errors are not relative

    const uint32_t bytes_;
    std::vector<uint8_t> states_;
    std::vector<Driver> drivers_;
    std::vector<std::vector<uint8_t>> memories_;
    std::vector<uint32_t> ends_;  // events that end each job

    static float relative(float right, float wrong) {
        if (!std::isfinite(right) || !std::isfinite(wrong)) return INFINITY;
        return std::fabs(wrong - right) / std::fmax(std::fabs(right), kSmallest);
    }

    void keep(Device& device, const Bench& bench) {
        states_.resize(states_.size() + bytes_);
        device.save(&states_[states_.size() - bytes_]);
        drivers_.push_back(bench.driver);
        memories_.push_back(bench.memory);
    }
};
