// SPDX-License-Identifier: Apache-2.0
// Control unit and timer under random accesses and bus errors, against models of their registers written from
// rtl/cluster/control_unit.rdl and timer.rdl. Amount: cycles.
#include <array>
#include <cstdint>
#include <string>

#include "constants.h"
#include "unit.h"

namespace {

constexpr uint32_t kCores = 4, kAll = (1u << kCores) - 1;
constexpr uint32_t kEoc = CONTROL_UNIT_EOC_OFFSET, kFetch = CONTROL_UNIT_FETCH_EN_OFFSET,
                   kArbitration = CONTROL_UNIT_ARBITRATION_OFFSET, kConfig = CONTROL_UNIT_CONFIG_OFFSET,
                   kBoot = CONTROL_UNIT_BOOT_ADDR_OFFSET, kReturn = CONTROL_UNIT_RETURN_OFFSET,
                   kTrapped = CONTROL_UNIT_TRAPPED_OFFSET, kErrors = CONTROL_UNIT_BUS_ERRORS_OFFSET,
                   kCause = CONTROL_UNIT_TRAP_CAUSE_OFFSET, kPc = CONTROL_UNIT_TRAP_PC_OFFSET,
                   kErrorAdd = CONTROL_UNIT_ERROR_ADD_OFFSET;
constexpr uint32_t kCtrl = TIMER_CTRL_OFFSET, kCount = TIMER_COUNT_OFFSET, kCompare0 = TIMER_COMPARE0_OFFSET,
                   kCompare1 = TIMER_COMPARE1_OFFSET;
// Bytes of the registers that each core has, also those that are not there.
constexpr uint32_t kBlock = CONTROL_UNIT_BOOT_ADDR_STRIDE * CONTROL_UNIT_BOOT_ADDR_COUNT;

struct Access {
    bool write;
    uint32_t offset, be, data;

    uint32_t merged(uint32_t old) const {
        const uint32_t mask = unit::enabled_bits(be);
        return (old & ~mask) | (data & mask);
    }
    uint32_t ones() const { return data & unit::enabled_bits(be); }
};

struct Control {
    uint32_t eoc = 0, fetch = 0, arbitration = 5 << 8 | 3, result = 0, trapped = 0, errors = 0;
    std::array<uint32_t, kCores> boot{CODE_ADDRESS, CODE_ADDRESS, CODE_ADDRESS, CODE_ADDRESS}, cause{}, pc{}, error_add{};

    uint32_t read(uint32_t offset) const {
        const uint32_t core = offset % kBlock / 4;
        switch (offset) {
            case kEoc: return eoc;
            case kFetch: return fetch;
            case kArbitration: return arbitration;
            case kConfig: return 64 << 16 | 16 << 8 | kCores;
            case kReturn: return result;
            case kTrapped: return trapped;
            case kErrors: return errors;
            default: break;
        }
        if (core >= kCores) return 0;
        switch (offset / kBlock * kBlock) {
            case kBoot: return boot[core];
            case kCause: return cause[core];
            case kPc: return pc[core];
            case kErrorAdd: return error_add[core];
            default: return 0;
        }
    }

    void write(const Access& a) {
        const uint32_t core = a.offset % kBlock / 4;
        switch (a.offset) {
            case kEoc: eoc = a.merged(eoc) & 1; return;
            case kFetch: fetch = a.merged(fetch) & kAll; return;
            case kArbitration: arbitration = a.merged(arbitration) & 0x1FFFF; return;
            case kReturn: result = a.merged(result); return;
            case kTrapped: trapped &= ~a.ones(); return;
            case kErrors: errors &= ~a.ones(); return;
            default: break;
        }
        if (core >= kCores) return;
        switch (a.offset / kBlock * kBlock) {
            case kBoot: boot[core] = a.merged(boot[core]); return;
            case kCause:
                cause[core] = a.merged(cause[core]);
                trapped |= 1u << core;
                return;
            case kPc: pc[core] = a.merged(pc[core]); return;
            default: return;
        }
    }
};

struct Timer {
    uint32_t ctrl = 1, count = 0;
    std::array<uint32_t, 2> compare{};

    uint32_t events() const {
        uint32_t found = 0;
        for (uint32_t c = 0; c < 2; ++c) {
            found |= static_cast<uint32_t>((ctrl & 1) != 0 && (ctrl >> (1 + c) & 1) != 0 && count == compare[c]) << c;
        }
        return found;
    }

    uint32_t read(uint32_t offset) const {
        switch (offset) {
            case kCtrl: return ctrl;
            case kCount: return count;
            case kCompare0: return compare[0];
            case kCompare1: return compare[1];
            default: return 0;
        }
    }

    // A cycle, and what is written in it.
    void step(const Access* a) {
        const uint32_t next = count + (ctrl & 1);
        if (a != nullptr && a->write && a->offset == kCount) {
            count = a->merged(count);
            return;
        }
        count = next;
        if (a == nullptr || !a->write) return;
        if (a->offset == kCtrl) ctrl = a->merged(ctrl) & 7;
        if (a->offset == kCompare0) compare[0] = a->merged(compare[0]);
        if (a->offset == kCompare1) compare[1] = a->merged(compare[1]);
    }
};

class RegistersBench : public unit::Bench {
   public:
    RegistersBench(int argc, char** argv) : Bench(argc, argv) { reset(); }

    void run(uint64_t cycles) {
        while (cycle_ < cycles && !failed()) step();
        if (events_ < cycles / 500 || bus_errors_ < cycles / 100) error("traffic", "too few events to prove anything");
    }

   private:
    Control control_;
    Timer timer_;
    // The read whose answer is due.
    uint32_t due_ = 2, expected_ = 0;
    uint64_t events_ = 0, bus_errors_ = 0;

    Access draw(bool timer) {
        Access a{random_.chance(60), 0, random_.chance(60) ? 0xF : random_.below(16), random_.next()};
        if (timer) {
            a.offset = 4 * (random_.chance(90) ? random_.below(4) : random_.below(256));
            // Comparators that will match, and a counter that mostly counts.
            if (a.offset == kCompare0 || a.offset == kCompare1) a.data = timer_.count + random_.below(12);
            if (a.offset == kCtrl && random_.chance(80)) a.data |= 1;
            if (a.offset == kCount && random_.chance(80)) a.data = timer_.compare[random_.below(2)] - random_.below(12);
            return a;
        }
        static constexpr uint32_t kSingle[] = {kEoc, kFetch, kArbitration, kConfig, kReturn, kTrapped, kErrors};
        static constexpr uint32_t kBlocks[] = {kBoot, kCause, kPc, kErrorAdd};
        switch (random_.below(5)) {
            case 0: case 1: a.offset = kSingle[random_.below(7)]; break;
            case 2: case 3: a.offset = kBlocks[random_.below(4)] + 4 * random_.below(8); break;
            default: a.offset = 4 * random_.below(256);
        }
        return a;
    }

    void step() {
        const uint32_t which = random_.chance(70) ? random_.below(2) : 2;
        const Access a = draw(which == 1);
        dut_.req_i = which < 2 ? 1u << which : 0;
        // Which of the targets is accessed the bus has decoded from the upper bits; the lowest two are of bytes.
        dut_.add_i = a.offset | random_.below(16) << 10 | random_.below(4);
        dut_.we_i = a.write;
        dut_.be_i = a.be;
        dut_.wdata_i = a.data;
        const uint32_t errors = random_.chance(20) ? random_.below(1 << kCores) : 0;
        std::array<uint32_t, kCores> adds{};
        for (uint32_t c = 0; c < kCores; ++c) dut_.error_add_i[c] = adds[c] = random_.next();
        dut_.error_i = errors;
        settle();
        check();
        due_ = which < 2 && !a.write ? which : 2;
        expected_ = which == 0 ? control_.read(a.offset) : timer_.read(a.offset);
        // An error counts if its bit was clear: one in the cycle in which a set bit is cleared is lost (contract C5.6).
        const uint32_t news = errors & ~control_.errors;
        if (which == 0 && a.write) control_.write(a);
        timer_.step(which == 1 ? &a : nullptr);
        for (uint32_t c = 0; c < kCores; ++c) {
            if (news >> c & 1) {
                control_.error_add[c] = adds[c];
                ++bus_errors_;
            }
        }
        control_.errors |= news;
        edge();
    }

    void check() {
        const uint32_t read = due_ < 2 ? static_cast<uint32_t>(dut_.rdata_o >> (32 * due_)) : expected_;
        if (read != expected_) {
            error("read", std::to_string(read) + " for " + std::to_string(expected_));
        }
        for (uint32_t c = 0; c < kCores; ++c) {
            if (dut_.boot_addr_o[c] != control_.boot[c]) error("setting", "a wrong boot address");
        }
        const uint32_t ratio = static_cast<uint32_t>(!dut_.wide_first_o) << 16 |
                               static_cast<uint32_t>(dut_.denominator_o) << 8 | dut_.numerator_o;
        if (ratio != control_.arbitration) error("setting", "a wrong arbitration");
        if (dut_.fetch_enable_o != control_.fetch) error("setting", "a wrong fetch enable");
        if (dut_.eoc_o != control_.eoc || dut_.return_o != control_.result || dut_.trapped_o != control_.trapped) {
            error("setting", "a wrong end of computation");
        }
        if (dut_.evt_o != timer_.events()) error("event", "an event too many, or none");
        events_ += timer_.events() != 0;
    }
};

}  // namespace

int main(int argc, char** argv) { return unit::run<RegistersBench>(argc, argv); }
