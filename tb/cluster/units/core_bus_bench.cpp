// SPDX-License-Identifier: Apache-2.0
// The way from a core's data port to its targets, at random addresses around their borders: one target at a time, the
// access as it was made, the grant the target's, its answer to the core in the next cycle. Amount: cycles.
#include <array>
#include <cstdint>

#include "constants.h"
#include "unit.h"

namespace {

constexpr uint32_t kNoTarget = 0xBADACCE5, kBytes = 4096;
enum Target : uint32_t { kTcdm, kPeriph, kEvent, kNone, kTargets };

// First and last addresses of what the core reaches (contract C3.1); the alias is test-and-set.
struct Region {
    uint32_t first, last;
    Target target;
    bool alias;
};
constexpr Region kRegions[] = {
    {TCDM_ADDRESS, TCDM_ADDRESS + kBytes - 1, kTcdm, false},
    {TCDM_TAS_ADDRESS, TCDM_TAS_ADDRESS + kBytes - 1, kTcdm, true},
    {PERIPHERALS_ADDRESS, EVENT_UNIT_PRIVATE_ADDRESS - 1, kPeriph, false},
    {EVENT_UNIT_PRIVATE_ADDRESS, EVENT_UNIT_PRIVATE_ADDRESS + 0x3FF, kEvent, false},
};

class CoreBusBench : public unit::Bench {
   public:
    CoreBusBench(int argc, char** argv) : Bench(argc, argv) { reset(); }

    void run(uint64_t cycles) {
        while (cycle_ < cycles && !failed()) step();
        for (const uint64_t granted : granted_) {
            if (granted < cycles / 40) error("traffic", "too few accesses to prove anything");
        }
    }

   private:
    bool active_ = false, write_ = false;
    uint32_t add_ = 0, be_ = 0, data_ = 0;
    Target owner_ = kTargets;  // whose answer is due
    std::array<uint64_t, kTargets> granted_{};

    static const Region* region(uint32_t add) {
        for (const Region& its : kRegions) {
            if (its.first <= add && add <= its.last) return &its;
        }
        return nullptr;
    }

    void draw() {
        active_ = random_.chance(70);
        write_ = random_.chance(50);
        be_ = random_.below(16);
        data_ = random_.next();
        const Region& its = kRegions[random_.below(4)];
        switch (random_.below(8)) {
            case 0: add_ = its.last - random_.below(8); break;
            case 1: add_ = its.last + 1 + random_.below(8); break;
            case 2: add_ = its.first - 1 - random_.below(8); break;
            case 3: add_ = its.first ^ 1u << (10 + random_.below(22)); break;
            default: add_ = its.first + random_.below(its.last - its.first + 1);
        }
    }

    void step() {
        if (!active_) draw();
        dut_.req_i = active_;
        dut_.add_i = add_;
        dut_.we_i = write_;
        dut_.be_i = be_;
        dut_.wdata_i = data_;
        // Targets grant also when nobody asks.
        const uint32_t gnt = random_.below(8);
        dut_.tcdm_gnt_i = gnt & 1;
        dut_.periph_gnt_i = gnt >> 1 & 1;
        dut_.event_gnt_i = gnt >> 2 & 1;
        const std::array<uint32_t, kTargets> answers{random_.next(), random_.next(), random_.next(), kNoTarget};
        dut_.tcdm_rvalid_i = owner_ == kTcdm;
        dut_.periph_rvalid_i = owner_ == kPeriph;
        dut_.event_rvalid_i = owner_ == kEvent;
        dut_.tcdm_rdata_i = answers[kTcdm];
        dut_.periph_rdata_i = answers[kPeriph];
        dut_.event_rdata_i = answers[kEvent];
        settle();
        if (dut_.rvalid_o != (owner_ != kTargets)) error("answer", "an answer too many, or none");
        if (owner_ != kTargets && dut_.rdata_o != answers[owner_]) error("read", "a wrong answer");
        check_access(gnt);
        edge();
    }

    void check_access(uint32_t gnt) {
        const Region* its = region(add_);
        const Target target = its ? its->target : kNone;
        const uint32_t asked = dut_.tcdm_req_o | dut_.periph_req_o << 1 | dut_.event_req_o << 2 | dut_.error_o << 3;
        if (asked != (active_ ? 1u << target : 0)) error("request", "the request is not at its target");
        if (active_ && target == kTcdm) check_word(its->alias);
        const bool granted = active_ && (target == kNone || (gnt >> target & 1) != 0);
        if (dut_.gnt_o != granted) error("grant", "the grant is not the target's");
        owner_ = granted ? target : kTargets;
        if (granted) {
            active_ = false;
            ++granted_[target];
        }
    }

    void check_word(bool alias) {
        const uint64_t expected = static_cast<uint64_t>(add_ % kBytes / 4) << 38 | static_cast<uint64_t>(write_) << 37 |
                                  static_cast<uint64_t>(alias && !write_) << 36 | static_cast<uint64_t>(be_) << 32 |
                                  data_;
        if (dut_.tcdm_access_o != expected) error("access", "an access does not arrive as it was made");
    }
};

}  // namespace

int main(int argc, char** argv) { return unit::run<CoreBusBench>(argc, argv); }
