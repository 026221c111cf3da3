// SPDX-License-Identifier: Apache-2.0
// Rules of the peripheral bus and of the private windows of the event unit, checked in every cycle against the accesses
// that masters request and targets see, and against the model of the event unit (event_model.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "event_model.h"

namespace cluster {

class Peripherals {
   public:
    static constexpr size_t kMaxCores = EventModel::kMaxCores;
    static constexpr size_t kMaxMasters = kMaxCores + 1;  // of the bus; the host's comes last
    static constexpr size_t kTargets = 5;
    static constexpr uint32_t kFallingAsleep = 8;  // most cycles from a core's request to its sleep
    static constexpr uint32_t kNoTarget = 0xBADACCE5;

    // Told of each rule that is broken: its name, and what happened.
    using Report = std::function<void(const char* rule, const std::string& detail)>;

    // Handshakes of a cycle, a bit a master, window or target.
    struct Wires {
        uint32_t req = 0, gnt = 0, rvalid = 0;              // masters of the bus
        uint32_t target_req = 0, target_gnt = 0;            // its targets
        uint32_t own_req = 0, own_gnt = 0, own_rvalid = 0;  // private windows
        uint32_t clock_en = 0, asleep = 0;                  // cores
    };

    void start(uint32_t cores, Report report);

    // Handshakes of a cycle, before `cycle`: each access that is requested, each answer, the access
    // that the targets see, and the events that come to the event unit (two bits a core of DMA and accelerator).
    void request(uint32_t master, uint64_t access) { now_.bus[master] = PeriphAccess::unpack(access); }
    void target(uint64_t access) { now_.target = PeriphAccess::unpack(access); }
    void answer(uint32_t data, const uint32_t* targets);
    void window(uint32_t core, uint64_t access) { now_.events.windows[core] = PeriphAccess::unpack(access); }
    void window_answer(uint32_t core, uint32_t data) { now_.own_data[core] = data; }
    void sources(uint32_t dma, uint32_t timer, uint32_t accelerator);
    // Checks a cycle and ends it.
    void cycle(const Wires& wires);

    // For coverage: events that came to each core, and of these those that ended a sleep.
    const std::array<uint32_t, kMaxCores>& events() const { return events_; }
    const std::array<uint32_t, kMaxCores>& woken() const { return woken_; }

   private:
    struct Now {
        std::array<PeriphAccess, kMaxMasters> bus{};
        PeriphAccess target{};
        uint32_t data = 0;
        std::array<uint32_t, kTargets> target_data{};
        std::array<uint32_t, kMaxCores> own_data{};
        EventModel::Cycle events;
    };
    // An answer that is due; of a write any value will do.
    struct Due {
        bool write = false;
        int target = -1;     // of the bus
        uint32_t value = 0;  // of the event unit
    };
    struct Window {
        bool waiting = false, late = false;  // asks without a grant; is so, though its event is there
        uint32_t cycles = 0;                 // that it has waited
        PeriphAccess access{};
    };

    uint32_t cores_ = 0;
    Report report_;
    EventModel model_;
    Now now_;
    Wires last_;
    std::array<PeriphAccess, kMaxMasters> asked_{};  // in the last cycle
    PeriphAccess offered_{};
    bool idle_said_ = false;
    Due due_;
    std::array<uint32_t, kMaxMasters> passed_by_{};  // masters that were granted while one waits
    std::array<Due, kMaxCores> own_due_{};
    std::array<Window, kMaxCores> windows_{};
    uint32_t wrong_clock_ = 0, wrong_sleep_ = 0;  // cores of which it was said
    std::array<uint32_t, kMaxCores> events_{}, woken_{};

    void violated(const char* rule, const std::string& detail) const { report_(rule, detail); }
    std::string master(uint32_t number) const;
    uint32_t id(uint32_t master) const { return master < cores_ ? 1u << master : 0; }
    void check_bus_answer(const Wires& wires);
    void check_bus_kept(const Wires& wires);
    void check_bus_grant(const Wires& wires);
    void check_route(const Wires& wires, uint32_t owner);
    void check_offer(const Wires& wires);
    void check_bus_wait(const Wires& wires);
    void check_window(uint32_t core, const Wires& wires);
    void check_window_answer(uint32_t core, bool answered);
    void check_wake(uint32_t core, bool granted);
    void check_sleep(uint32_t core, const Wires& wires);
};

// Those of a simulation.
Peripherals& peripherals();

}  // namespace cluster
