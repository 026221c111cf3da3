// SPDX-License-Identifier: Apache-2.0
// Model of a cluster's memories, fed with every access that is granted, and the rules of
// the interconnect. The model's memory is the truth that answers and, at the end, the whole memory are compared with.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "constants.h"

namespace cluster {

constexpr size_t kMaxCores = EVENT_UNIT_CORE_COUNT;
constexpr size_t kMaxPorts = kMaxCores + 2;  // of the logarithmic branch: the cores, and two of the DMA
constexpr size_t kMaxLanes = 33;  // of the wide port, up to 1024 bits of payload

struct Settings {
    uint32_t cores, lanes, l2_latency, banks;
    uint32_t rivals;  // that a requester of the logarithmic branch may meet in its bank
};

// A rule that was broken.
struct Finding {
    uint64_t cycle;
    std::string rule, detail;
};

// Events for coverage (docs/cluster.md).
struct Seen {
    std::array<uint64_t, 2> conflicts{};           // between the branches, won by the others, by the accelerator
    std::array<uint64_t, 3> rivals{};              // cycles in which 2, 3, 4 or more wanted one bank
    std::array<uint32_t, kMaxPorts> longest{};     // waits in cycles
    uint32_t longest_wide = 0;
    std::set<uint32_t> transfers;                  // of the DMA, see `dma_access`
};

// A job of the accelerator, as seen from outside: cycles of its trigger's grant, its event, and the wake-up of the
// core that waited for it; 0 if that has not happened. A job that a soft clear ends has neither.
struct JobTimes {
    uint32_t core;
    uint64_t trigger, event, wake;
    bool cleared;
};

class Monitor {
   public:
    void start(const Settings& settings, std::vector<uint8_t> tcdm, std::vector<uint8_t> l2);

    void cycle(uint32_t req, uint32_t gnt, uint32_t rvalid, uint32_t ratio, uint8_t wide, uint8_t l2, uint32_t events,
               uint32_t asleep);
    void log_access(uint32_t port, uint32_t word, bool write, bool test_and_set, uint8_t be, uint32_t wdata);
    void log_answer(uint32_t port, uint32_t rdata);
    void wide_access(uint32_t add, bool write, const uint32_t* be, const uint32_t* wdata);
    void wide_answer(const uint32_t* rdata);
    void l2_access(uint32_t add, bool write, uint8_t be, uint64_t wdata);
    void l2_answer(uint64_t rdata);
    // A request in a cycle in which one of them is not granted; before `cycle` of the next.
    void rival(uint32_t port, uint32_t word);
    // An access to the DMA's registers. A transfer that is started is noted as a number: bit 8 from L2, 7 to L2,
    // 6 in rows, 5:3 and 2:0 the lowest bits of source and destination.
    void dma_access(uint32_t offset, bool write, uint32_t wdata, uint32_t id);
    void trigger(uint32_t id);
    void clear();

    // Notes a broken rule, also for who checks others in the same simulation (peripherals.h).
    void violated(const char* rule, const std::string& detail);

    // Compares the memories as they are with the model, after the last cycle.
    void finish(const std::vector<uint8_t>& tcdm, const std::vector<uint8_t>& l2);

    uint64_t now() const { return now_; }
    const std::vector<Finding>& findings() const { return findings_; }
    uint64_t violations() const { return violations_; }
    const std::vector<JobTimes>& jobs() const { return jobs_; }
    const std::array<uint64_t, kMaxPorts>& accesses() const { return accesses_; }
    const std::array<uint64_t, kMaxPorts>& waits() const { return waits_; }
    uint64_t wide_accesses() const { return wide_accesses_; }
    uint64_t wide_waits() const { return wide_waits_; }
    uint64_t l2_accesses() const { return l2_accesses_; }
    const Seen& seen() const { return seen_; }
    // Most cycles that a core or the DMA, and the accelerator, may wait; UINT32_MAX for no bound.
    uint32_t log_bound() const { return log_bound_; }
    uint32_t wide_bound() const { return wide_bound_; }

   private:
    static constexpr size_t kMaxFindings = 20;
    static constexpr uint32_t kUnbounded = UINT32_MAX;

    // An answer that is due, and what it has to be; of a write any value will do.
    struct Due {
        bool write;
        uint32_t data;
    };
    struct WideDue {
        bool write;
        std::array<uint32_t, kMaxLanes> data;
    };
    // Registers of the DMA that each core has.
    using ProgrammingSet = std::array<uint32_t, DMA_ROWS_OFFSET / 4 + 1>;
    struct L2Due {
        uint64_t cycle, data;
    };

    Settings settings_{};
    std::vector<uint8_t> tcdm_, l2_;
    uint64_t now_ = 0, violations_ = 0;
    uint32_t ratio_ = 0, log_bound_ = kUnbounded, wide_bound_ = kUnbounded;
    std::array<std::deque<Due>, kMaxPorts> due_;
    std::deque<WideDue> wide_due_;
    std::deque<L2Due> l2_due_;
    std::array<uint32_t, kMaxPorts> waiting_{};
    uint32_t wide_waiting_ = 0, asleep_ = 0;
    std::array<uint64_t, kMaxPorts> accesses_{}, waits_{};
    uint64_t wide_accesses_ = 0, wide_waits_ = 0, l2_accesses_ = 0;
    std::vector<Finding> findings_;
    std::vector<JobTimes> jobs_;
    Seen seen_;
    std::vector<uint32_t> wanted_;  // banks of the rivals of this cycle
    uint64_t taken_ = 0;            // banks of the accesses that were granted in this cycle, a bit each: there are at most 64
    std::array<ProgrammingSet, kMaxCores> dma_{};

    void count_rivals();
    void take_banks(const std::string& who, uint32_t first, uint32_t count);
    void set_ratio(uint32_t ratio);
    void check_wait(const std::string& who, bool req, bool gnt, uint32_t bound, uint32_t& waiting, uint64_t& total,
                    uint32_t& longest);
    uint32_t word(uint64_t byte) const;
    void store(uint64_t byte, uint32_t data, uint32_t be);
    void compare(const char* rule, const std::vector<uint8_t>& model, const std::vector<uint8_t>& actual, uint32_t base);
    std::string port_name(uint32_t port) const;
};

// The one monitor of a simulation.
Monitor& monitor();

}  // namespace cluster
