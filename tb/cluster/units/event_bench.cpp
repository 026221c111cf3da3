// SPDX-License-Identifier: Apache-2.0
// The event unit under random events and accesses of four cores and the peripheral bus, against a model of its
// registers. Amount: cycles.
#include <array>
#include <cstdint>
#include <string>

#include "constants.h"
#include "unit.h"

namespace {

constexpr uint32_t kCores = 4, kEvents = EVENT_UNIT_CORE_MASK_EVENTS_MASK;
constexpr uint32_t kBarrier = EVENT_UNIT_CORE_BUFFER_BARRIER_MASK;
constexpr uint32_t kMask = EVENT_UNIT_CORE_MASK_OFFSET, kMaskClear = EVENT_UNIT_CORE_MASK_CLEAR_OFFSET,
                   kMaskSet = EVENT_UNIT_CORE_MASK_SET_OFFSET, kBuffer = EVENT_UNIT_CORE_BUFFER_OFFSET,
                   kMasked = EVENT_UNIT_CORE_MASKED_OFFSET, kClear = EVENT_UNIT_CORE_CLEAR_OFFSET,
                   kStatus = EVENT_UNIT_CORE_STATUS_OFFSET, kWait = EVENT_UNIT_CORE_WAIT_OFFSET,
                   kWaitClear = EVENT_UNIT_CORE_WAIT_CLEAR_OFFSET, kStride = EVENT_UNIT_CORE_STRIDE;
constexpr uint32_t kSwEvents = EVENT_UNIT_SW_EVENT_OFFSET, kTeam = EVENT_UNIT_BARRIER_TEAM_OFFSET,
                   kArrived = EVENT_UNIT_BARRIER_ARRIVED_OFFSET, kArrive = EVENT_UNIT_BARRIER_ARRIVE_OFFSET,
                   kBarrierWait = EVENT_UNIT_BARRIER_WAIT_OFFSET;

struct Access {
    bool active, write;
    uint32_t offset, be, data;

    uint32_t enabled() const { return unit::enabled_bits(be); }
    bool reads(uint32_t at) const { return active && !write && offset == at; }
};

struct Core {
    uint32_t mask, buffer;
    bool at_barrier;  // its read has arrived
};

class EventBench : public unit::Bench {
   public:
    EventBench(int argc, char** argv) : Bench(argc, argv) { reset(); }

    void run(uint64_t cycles) {
        while (cycle_ < cycles && !failed()) step();
        for (uint32_t c = 0; c < kCores; ++c) {
            if (slept_[c] < cycles / 500 || barriers_ < cycles / 1000) {
                error("traffic", "too few sleeps to prove anything");
            }
        }
    }

   private:
    std::array<Core, kCores> cores_{};
    uint32_t team_ = (1 << kCores) - 1, arrived_ = 0;
    uint64_t barriers_ = 0;
    std::array<Access, kCores> own_{};
    std::array<uint64_t, kCores> slept_{};
    Access bus_{};
    // Answers that are due in this cycle.
    std::array<bool, kCores> own_due_{}, own_checked_{};
    std::array<uint32_t, kCores> own_value_{};
    bool bus_checked_ = false;
    uint32_t bus_value_ = 0;

    Access draw(bool own) {
        Access a{true, random_.chance(50), 0, random_.chance(70) ? 0xF : random_.below(16), random_.next()};
        const uint32_t kind = random_.below(10);
        const uint32_t base = own ? 0 : kStride * random_.below(kCores);
        if (kind < 5) {
            a.offset = base + 4 * random_.below(9);
            if (a.offset - base == kMask) a.data |= kEvents & random_.next();
        } else if (kind < 6) {
            a = {true, false, base + (random_.chance(50) ? kWait : kWaitClear), 0xF, 0};
        } else if (kind < 7) {
            a = {true, false, kBarrierWait, 0xF, 0};
        } else if (kind < 9) {
            a.offset = kSwEvents + 4 * random_.below(12);
        } else {
            a.offset = 4 * random_.below(256);
        }
        // The bus sets the team now and then to some or all of the cores.
        if (a.write && a.offset == kTeam) a.data = random_.chance(60) ? 0xF : a.data;
        return a;
    }

    void pack(uint32_t c, const Access& a) {
        // periph_req_t, 59 bits: add, we, be, wdata, id.
        const uint64_t high = static_cast<uint64_t>(a.offset) << 37 | static_cast<uint64_t>(a.write) << 36 |
                              static_cast<uint64_t>(a.be) << 32 | a.data;
        for (uint32_t i = 0; i < 59; ++i) {
            const uint32_t bit = i < 8 ? (1u << c) >> i & 1 : static_cast<uint32_t>(high >> (i - 8) & 1), at = 59 * c + i;
            dut_.own_access_i[at / 32] = (dut_.own_access_i[at / 32] & ~(1u << at % 32)) | bit << at % 32;
        }
    }

    uint32_t read_core(const Core& core, uint32_t offset, bool asleep) const {
        switch (offset) {
            case kMask: return core.mask;
            case kBuffer: return core.buffer;
            case kMasked: case kWait: case kWaitClear: return core.buffer & core.mask;
            case kStatus: return !asleep;
            default: return 0;
        }
    }

    uint32_t read_shared(uint32_t offset) const {
        return offset == kTeam ? team_ : offset == kArrived ? arrived_ : 0;
    }

    static void write_core(Core& core, uint32_t offset, const Access& a, uint32_t& clear) {
        const uint32_t value = a.data & a.enabled();
        if (offset == kMask) core.mask = ((core.mask & ~a.enabled()) | value) & kEvents;
        if (offset == kMaskClear) core.mask &= ~value;
        if (offset == kMaskSet) core.mask = (core.mask | value) & kEvents;
        if (offset == kClear) clear |= value;
    }

    void step() {
        uint32_t req = 0;
        for (uint32_t c = 0; c < kCores; ++c) {
            if (!own_[c].active && random_.chance(30)) own_[c] = draw(true);
            req |= static_cast<uint32_t>(own_[c].active) << c;
            pack(c, own_[c]);
        }
        bus_ = random_.chance(20) ? draw(false) : Access{};
        const uint32_t bus_id = random_.below(5) == 0 ? 0 : 1u << random_.below(kCores);
        const uint32_t asleep = random_.below(1 << kCores);
        std::array<uint32_t, kCores> incoming{};
        const uint32_t timer = random_.chance(2) ? random_.below(4) : 0;
        uint32_t dma = 0, acc = 0;
        for (uint32_t c = 0; c < kCores; ++c) {
            const uint32_t d = random_.chance(3) ? random_.below(4) : 0, a = random_.chance(3) ? random_.below(4) : 0;
            dma |= d << (2 * c);
            acc |= a << (2 * c);
            incoming[c] = d << EVENT_UNIT_CORE_BUFFER_DMA_LSB | timer << EVENT_UNIT_CORE_BUFFER_TIMER0_LSB |
                          a << EVENT_UNIT_CORE_BUFFER_ACCELERATOR_LSB;
        }
        dut_.own_req_i = req;
        dut_.req_i = bus_.active;
        dut_.access_i = static_cast<uint64_t>(bus_.offset + EVENT_UNIT_ADDRESS - PERIPHERALS_ADDRESS) << 45 | static_cast<uint64_t>(bus_.write) << 44 |
                        static_cast<uint64_t>(bus_.be) << 40 | static_cast<uint64_t>(bus_.data) << 8 | bus_id;
        dut_.dma_i = dma;
        dut_.timer_i = timer;
        dut_.acc_i = acc;
        dut_.asleep_i = asleep;
        settle();
        check_answers();
        advance(incoming, bus_id, asleep);
        edge();
    }

    void check_answers() {
        for (uint32_t c = 0; c < kCores; ++c) {
            if ((dut_.own_rvalid_o >> c & 1) != own_due_[c]) {
                error("answer", "core " + std::to_string(c) + ": wrong answer strobe");
            }
            if (own_checked_[c] && dut_.own_rdata_o[c] != own_value_[c]) {
                error("read", "core " + std::to_string(c) + " reads " + std::to_string(dut_.own_rdata_o[c]) + " for " +
                      std::to_string(own_value_[c]));
            }
        }
        if (bus_checked_ && dut_.rdata_o != bus_value_) error("read", "the bus reads " + std::to_string(dut_.rdata_o));
    }

    void advance(std::array<uint32_t, kCores> incoming, uint32_t bus_id, uint32_t asleep) {
        std::array<uint32_t, kCores> clear{};
        uint32_t arriving = 0, next_team = team_;
        auto call = [&](const Access& a) {
            uint32_t who = a.data & a.enabled() & ((1 << kCores) - 1);
            if (who == 0) who = (1 << kCores) - 1;
            for (uint32_t t = 0; t < kCores; ++t) incoming[t] |= (who >> t & 1) << ((a.offset - kSwEvents) / 4);
        };
        const std::array<Core, kCores> before = cores_;
        bus_checked_ = bus_.active && !bus_.write;
        if (bus_checked_) {
            const uint32_t core = bus_.offset / kStride;
            bus_value_ = core < kCores ? read_core(before[core], bus_.offset % kStride, asleep >> core & 1)
                                       : read_shared(bus_.offset);
        }
        if (bus_.active && bus_.write) {
            const uint32_t core = bus_.offset / kStride;
            if (core < kCores) write_core(cores_[core], bus_.offset % kStride, bus_, clear[core]);
            if (bus_.offset >= kSwEvents && bus_.offset < kTeam) call(bus_);
            if (bus_.offset == kTeam) {
                next_team = ((team_ & ~bus_.enabled()) | (bus_.data & bus_.enabled())) & ((1 << kCores) - 1);
            }
            if (bus_.offset == kArrive) arriving |= bus_id;
        }
        for (uint32_t c = 0; c < kCores; ++c) {
            Access& a = own_[c];
            const Core& core = before[c];
            const bool waits = a.reads(kWait) || a.reads(kWaitClear), barrier = a.reads(kBarrierWait);
            const bool ready = barrier ? core.at_barrier && (core.buffer & kBarrier) != 0
                                       : !waits || (core.buffer & core.mask) != 0;
            const bool granted = a.active && ready;
            if ((dut_.own_gnt_o >> c & 1) != granted) error("grant", "core " + std::to_string(c) + ": wrong grant");
            if ((dut_.clock_en_o >> c & 1) != (!a.active || ready)) {
                error("clock", "core " + std::to_string(c) + ": wrong clock");
            }
            slept_[c] += a.active && !ready;
            own_due_[c] = granted;
            own_checked_[c] = granted && !a.write;
            own_value_[c] = barrier ? kBarrier
                            : a.offset < kStride ? read_core(core, a.offset, asleep >> c & 1)
                                              : read_shared(a.offset);
            cores_[c].at_barrier = barrier && !ready;
            if (barrier && !core.at_barrier) arriving |= 1u << c;
            if (barrier && (ready || !core.at_barrier)) clear[c] |= kBarrier;
            if (granted && a.reads(kWaitClear)) clear[c] |= core.buffer & core.mask;
            if (granted && a.write) {
                if (a.offset < kStride) write_core(cores_[c], a.offset, a, clear[c]);
                if (a.offset >= kSwEvents && a.offset < kTeam) call(a);
                if (a.offset == kArrive) arriving |= 1u << c;
            }
            if (granted) a.active = false;
        }
        arrived_ |= arriving & ((1 << kCores) - 1);
        if (team_ != 0 && (arrived_ & team_) == team_) {
            ++barriers_;
            for (uint32_t c = 0; c < kCores; ++c) incoming[c] |= (team_ >> c & 1) * kBarrier;
            arrived_ &= ~team_;
        }
        team_ = next_team;
        for (uint32_t c = 0; c < kCores; ++c) cores_[c].buffer = (cores_[c].buffer & ~clear[c]) | incoming[c];
    }
};

}  // namespace

int main(int argc, char** argv) { return unit::run<EventBench>(argc, argv); }
