// SPDX-License-Identifier: Apache-2.0
// A model of the event unit's registers, written from rtl/cluster/event_unit.rdl and contract C7: buffers and masks
// of the cores, software events, team and barrier, and when the reads are ready on which a core sleeps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "constants.h"

namespace cluster {

// An access of the peripheral bus or of a private window.
struct PeriphAccess {
    uint32_t add;  // offset in the peripherals, or in the window
    bool write;
    uint32_t be, data;
    uint32_t id;  // one-hot, the core that accesses; 0 for the host

    // From periph_req_t (rtl/cluster/cluster_pkg.sv), 59 bits.
    static PeriphAccess unpack(uint64_t bits);
    bool operator==(const PeriphAccess& other) const;
    // Written value: the enabled bytes, zeros elsewhere.
    uint32_t enabled_data() const { return data & mask(); }
    uint32_t mask() const;
};

class EventModel {
   public:
    static constexpr size_t kMaxCores = EVENT_UNIT_CORE_COUNT;
    static constexpr uint32_t kBarrier = EVENT_UNIT_CORE_BUFFER_BARRIER_MASK;

    // Events of a cycle.
    struct Cycle {
        uint32_t requests = 0, grants = 0;  // of the private windows, a bit a core
        std::array<PeriphAccess, kMaxCores> windows{};  // of those that request
        const PeriphAccess* bus = nullptr;  // that the unit takes over the peripheral bus; none if null
        std::array<uint32_t, kMaxCores> lines{};  // events from outside of the unit, by core
    };

    // After a reset.
    void start(uint32_t cores);

    // True if a core may have to sleep on an access through its window.
    static bool waits(const PeriphAccess& access);
    // True if such an access is to be granted in this cycle; all others always are.
    bool ready(uint32_t core, const PeriphAccess& access) const;
    // Events that end such an access, of those that are there.
    uint32_t reasons(uint32_t core, const PeriphAccess& access) const;
    // Value of a read that is granted in this cycle.
    uint32_t read_window(uint32_t core, const PeriphAccess& access, uint32_t asleep) const;
    uint32_t read_bus(const PeriphAccess& access, uint32_t asleep) const;

    uint32_t buffer(uint32_t core) const { return cores_[core].buffer; }
    uint32_t mask(uint32_t core) const { return cores_[core].mask; }

    // Ends the cycle. Returns the events that came in it, by core.
    std::array<uint32_t, kMaxCores> advance(const Cycle& cycle);

   private:
    struct Core {
        uint32_t mask = 0, buffer = 0;
        bool at_barrier = false;  // its read of BARRIER_WAIT has arrived
        bool opened = false;      // and the barrier has opened since
    };
    // Changes that the accesses of a cycle make, all at its end.
    struct Changes;

    uint32_t number_ = 0, team_ = 0, arrived_ = 0;
    std::array<Core, kMaxCores> cores_{};

    uint32_t everybody() const { return (1u << number_) - 1; }
    uint32_t read_core(uint32_t core, uint32_t offset, uint32_t asleep) const;
    uint32_t read_shared(uint32_t offset) const;
    void write_core(uint32_t core, uint32_t offset, const PeriphAccess& access, Changes& changes) const;
    void write_shared(uint32_t offset, const PeriphAccess& access, Changes& changes) const;
    void take_bus(const PeriphAccess& access, Changes& changes) const;
    void take_window(uint32_t core, const PeriphAccess& access, bool granted, Changes& changes);
};

}  // namespace cluster
