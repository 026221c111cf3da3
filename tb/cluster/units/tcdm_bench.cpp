// SPDX-License-Identifier: Apache-2.0
// cluster_tcdm under random traffic of all its ports, judged by the monitor of the cluster. Amount: cycles.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "monitor.h"
#include "unit.h"

namespace {

constexpr uint32_t kPorts = 10, kLanes = 9, kBytes = 4096, kBanks = 16;
constexpr uint64_t kAllBytes = (1ull << 4 * kLanes) - 1;

// The arbitration of contract C2.5, exactly: who has each bank in each cycle.
class Arbiter {
   public:
    // Conflicts are counted modulo the denominator; those from the numerator on are the other side's.
    bool wide_wins(uint32_t ratio, bool conflict) {
        const uint32_t numerator = ratio & 0xFF, denominator = ratio >> 8 & 0xFF;
        const bool yields = numerator != 0 && numerator < denominator && count_ >= numerator;
        if (conflict) count_ = count_ + 1 >= denominator ? 0 : count_ + 1;
        return ((ratio >> 16 & 1) != 0) != yields;
    }

    // Port that has a bank: the first behind the last one that had it.
    uint32_t next(uint32_t bank, uint32_t ports) {
        if (ports == 0) return 0;
        uint32_t port = last_[bank];
        do port = (port + 1) % kPorts;
        while ((ports >> port & 1) == 0);
        last_[bank] = port;
        return 1u << port;
    }

   private:
    uint32_t count_ = 0;
    std::array<uint32_t, kBanks> last_ = filled();

    static std::array<uint32_t, kBanks> filled() {
        std::array<uint32_t, kBanks> last{};
        last.fill(kPorts - 1);
        return last;
    }
};

struct Access {
    bool req, write, tas;
    uint32_t word, be, data;
};

class TcdmBench : public unit::Bench {
   public:
    TcdmBench(int argc, char** argv) : Bench(argc, argv) {
        reset();
        monitor_.start({kPorts - 2, kLanes, 20, kBanks, kPorts - 1}, std::vector<uint8_t>(kBytes), {});
    }

    void run(uint64_t cycles) {
        while (cycle_ < cycles && !failed()) {
            drive();
            settle();
            arbitrate();
            observe();
            edge();
        }
        // Said if the monitor has nothing to say, which judges by what the owners of the ports can see.
        if (!unlike_.empty()) error("arbitration", unlike_);
        uint64_t waits = 0;
        for (const uint64_t port : monitor_.waits()) waits += port;
        if (monitor_.wide_accesses() < cycles / 20 || monitor_.wide_waits() < cycles / 20 || waits < cycles / 20) {
            error("traffic", "traffic that never meets proves little");
        }
    }

   private:
    cluster::Monitor& monitor_ = cluster::monitor();
    std::array<Access, kPorts> access_{};
    Arbiter arbiter_;
    std::string unlike_;  // the first cycle in which the arbitration was another one
    bool wide_req_ = false, wide_write_ = false;
    // Every word is written once, so that memory and model start alike.
    uint32_t fill_ = 0;
    uint32_t wide_add_ = 0, ratio_ = 0, crowd_ = 50, hot_ = 1, wide_rate_ = 50, req_ = 0;

    // Fields of an access in the packed array of 56 bits each, tcdm_req_t.
    void pack(uint32_t port, const Access& access) {
        const uint64_t bits = static_cast<uint64_t>(access.word) << 38 | static_cast<uint64_t>(access.write) << 37 |
                              static_cast<uint64_t>(access.tas) << 36 | static_cast<uint64_t>(access.be) << 32 |
                              access.data;
        uint32_t* to = dut_.log_access_i.data();
        for (uint32_t i = 0; i < 56; ++i) {
            const uint32_t at = 56 * port + i;
            to[at / 32] = (to[at / 32] & ~(1u << at % 32)) | static_cast<uint32_t>(bits >> i & 1) << at % 32;
        }
    }

    void drive() {
        const bool filling = fill_ < kBytes / 4;
        if (!filling && random_.below(200) == 0) {
            // Small shares, which come round often, and any that the registers hold.
            const bool small = random_.chance(75);
            ratio_ = random_.below(small ? 6 : 256) | random_.below(small ? 8 : 256) << 8 | random_.below(2) << 16;
            crowd_ = random_.below(101);
            wide_rate_ = random_.below(101);
            hot_ = random_.chance(50) ? 1 + random_.below(3) : kBytes / 4;
        }
        dut_.numerator_i = ratio_ & 0xFF;
        dut_.denominator_i = ratio_ >> 8 & 0xFF;
        dut_.wide_first_i = ratio_ >> 16 & 1;
        req_ = 0;
        for (uint32_t port = 0; port < kPorts; ++port) {
            Access& its = access_[port];
            if (!its.req) {
                const bool wanted = filling ? port == 0 : random_.chance(crowd_);
                const uint32_t kind = random_.below(4);
                its = {wanted, filling || kind == 0, !filling && kind == 1, filling ? fill_++ : random_.below(hot_),
                       filling ? 0xFu : random_.below(16), random_.next()};
                // Words of one bank, for crowded ones.
                if (!filling && random_.chance(30)) its.word = (its.word * kBanks) % (kBytes / 4);
            }
            pack(port, its);
            req_ |= static_cast<uint32_t>(its.req) << port;
        }
        dut_.log_req_i = req_;
        if (!wide_req_ && !filling && random_.chance(wide_rate_)) draw_wide();
        dut_.wide_req_i = wide_req_;
        dut_.wide_we_i = wide_write_;
        dut_.wide_add_i = wide_add_;
    }

    void draw_wide() {
        wide_req_ = true;
        wide_write_ = random_.chance(40);
        // Sometimes across the end of the memory, or outside of it.
        wide_add_ = TCDM_ADDRESS + 4 * random_.below(kBytes / 4 + 16) - (random_.chance(2) ? 32 : 0);
        dut_.wide_be_i = random_.chance(50)
                             ? kAllBytes
                             : (static_cast<uint64_t>(random_.next()) << 32 | random_.next()) & kAllBytes;
        for (uint32_t lane = 0; lane < kLanes; ++lane) dut_.wide_wdata_i[lane] = random_.next();
    }

    void arbitrate() {
        std::array<uint32_t, kBanks> wanted{};
        uint32_t wide_banks = 0, gnt = 0;
        for (uint32_t port = 0; port < kPorts; ++port) {
            if (access_[port].req) wanted[access_[port].word % kBanks] |= 1u << port;
        }
        for (uint32_t lane = 0; wide_req_ && lane < kLanes; ++lane) wide_banks |= 1u << (wide_add_ / 4 + lane) % kBanks;
        bool conflict = false;
        for (uint32_t bank = 0; bank < kBanks; ++bank) conflict |= (wide_banks >> bank & 1) != 0 && wanted[bank] != 0;
        const bool wins = arbiter_.wide_wins(ratio_, conflict), wide_gnt = wide_req_ && (!conflict || wins);
        for (uint32_t bank = 0; bank < kBanks; ++bank) {
            if (!wide_gnt || (wide_banks >> bank & 1) == 0) gnt |= arbiter_.next(bank, wanted[bank]);
        }
        if (unlike_.empty() && (dut_.wide_gnt_o != wide_gnt || dut_.log_gnt_o != gnt)) {
            unlike_ = "in cycle " + std::to_string(cycle_) + " others are granted than have their turn";
        }
    }

    void observe() {
        monitor_.cycle(req_, dut_.log_gnt_o, dut_.log_rvalid_o, ratio_,
                       static_cast<uint8_t>(dut_.wide_rvalid_o << 2 | dut_.wide_gnt_o << 1 | dut_.wide_req_i), 0, 0, 0);
        for (uint32_t port = 0; port < kPorts; ++port) {
            if ((dut_.log_rvalid_o >> port & 1) != 0) monitor_.log_answer(port, dut_.log_rdata_o[port]);
        }
        if (dut_.wide_rvalid_o) monitor_.wide_answer(dut_.wide_rdata_o.data());
        for (uint32_t port = 0; port < kPorts; ++port) {
            Access& its = access_[port];
            if (its.req && (dut_.log_gnt_o >> port & 1) != 0) {
                monitor_.log_access(port, its.word, its.write, its.tas, static_cast<uint8_t>(its.be), its.data);
                its.req = false;
            }
        }
        if (wide_req_ && dut_.wide_gnt_o) {
            const uint32_t be[2] = {static_cast<uint32_t>(dut_.wide_be_i), static_cast<uint32_t>(dut_.wide_be_i >> 32)};
            monitor_.wide_access(wide_add_, wide_write_, be, dut_.wide_wdata_i.data());
            wide_req_ = false;
        }
        if (!monitor_.findings().empty()) {
            const cluster::Finding& first = monitor_.findings().front();
            error(first.rule.c_str(), first.detail);
        }
    }
};

}  // namespace

int main(int argc, char** argv) { return unit::run<TcdmBench>(argc, argv); }
