// SPDX-License-Identifier: Apache-2.0
// The peripheral bus under random accesses of its masters to targets that let them wait: who is granted, what arrives
// where, who gets which answer, and that nobody is passed over. Amount: cycles.
#include <array>
#include <cstdint>
#include <string>

#include "unit.h"

namespace {

constexpr uint32_t kMasters = 4, kTargets = 3, kNone = kTargets, kNoTarget = 0xBADACCE5;

struct Access {
    bool active, write;
    uint32_t add, data;
    uint32_t passed;  // others granted since it came
};

uint32_t target_of(uint32_t add) {
    return add < 0x400 ? 0 : add < 0x800 ? 1 : add >= 0x1000 && add < 0x1800 ? 2 : kNone;
}

class PeriphBench : public unit::Bench {
   public:
    PeriphBench(int argc, char** argv) : Bench(argc, argv) { reset(); }

    void run(uint64_t cycles) {
        while (cycle_ < cycles && !failed()) step();
        for (const uint64_t granted : granted_) {
            if (granted < cycles / 20) error("traffic", "too few accesses to prove anything");
        }
    }

   private:
    std::array<Access, kMasters> masters_{};
    std::array<uint64_t, kMasters> granted_{};
    uint32_t waiting_ = kMasters;  // whose access a target lets wait
    // The answer that is due.
    uint32_t owner_ = kMasters, target_ = kNone;

    // Bytes of anywhere, and those around the borders of the targets.
    uint32_t draw_address() {
        const uint32_t any = random_.below(0x4000) & (random_.chance(70) ? 0x17FF : 0x3FFF);
        return random_.chance(20) ? ((any & 0x3C00) + random_.below(4) - 2) & 0x3FFF : any;
    }

    void step() {
        uint32_t req = 0;
        for (uint32_t m = 0; m < kMasters; ++m) {
            Access& its = masters_[m];
            if (!its.active && random_.chance(40)) {
                its = {true, random_.chance(50), draw_address(), random_.next(), 0};
            }
            req |= static_cast<uint32_t>(its.active) << m;
        }
        dut_.req_i = req;
        uint64_t add = 0;
        uint32_t we = 0;
        for (uint32_t m = 0; m < kMasters; ++m) {
            add |= static_cast<uint64_t>(masters_[m].add) << (14 * m);
            we |= static_cast<uint32_t>(masters_[m].write) << m;
            dut_.wdata_i[m] = masters_[m].data;
        }
        dut_.add_i = add;
        dut_.we_i = we;
        dut_.target_gnt_i = random_.below(8) | random_.below(8);
        std::array<uint32_t, kTargets + 1> answers{};
        for (uint32_t t = 0; t < kTargets; ++t) dut_.target_rdata_i[t] = answers[t] = random_.next();
        answers[kNone] = kNoTarget;
        settle();
        check_answer(answers);
        check_grant(req);
        edge();
    }

    void check_answer(const std::array<uint32_t, kTargets + 1>& answers) {
        const uint32_t expected = owner_ < kMasters ? 1u << owner_ : 0;
        if (dut_.rvalid_o != expected) error("answer", "answer to " + std::to_string(dut_.rvalid_o));
        if (expected != 0 && dut_.rdata_o != answers[target_]) error("read", "a wrong answer");
        owner_ = kMasters;
    }

    void check_grant(uint32_t req) {
        const uint32_t gnt = dut_.gnt_o, id = dut_.target_id_o;
        if ((gnt & (gnt - 1)) != 0 || (gnt & ~req) != 0) error("grant", "grants " + std::to_string(gnt));
        if (req == 0) return;
        uint32_t m = 0;
        while (m < kMasters && id != 1u << m) ++m;
        if (m == kMasters || !masters_[m].active) return error("choice", "nobody's access is on the bus");
        if (waiting_ < kMasters && waiting_ != m) error("choice", "an access that waits is taken from the bus");
        Access& its = masters_[m];
        const uint32_t target = target_of(its.add), asked = target == kNone ? 0 : 1u << target;
        if (dut_.target_req_o != asked || dut_.target_add_o != its.add || dut_.target_we_o != its.write ||
            dut_.target_wdata_o != its.data) {
            error("access", "an access does not arrive as it was made");
        }
        const bool granted = target == kNone || (dut_.target_gnt_i >> target & 1) != 0;
        if (gnt != (granted ? 1u << m : 0)) error("grant", "the grant is not the target's");
        waiting_ = granted ? kMasters : m;
        if (!granted) return;
        its.active = false;
        ++granted_[m];
        owner_ = m;
        target_ = target;
        for (Access& other : masters_) {
            if (other.active && ++other.passed > kMasters - 1) error("fairness", "a master is passed over");
        }
    }
};

}  // namespace

int main(int argc, char** argv) { return unit::run<PeriphBench>(argc, argv); }
