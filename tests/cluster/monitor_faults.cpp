// SPDX-License-Identifier: Apache-2.0
// Findings of the cluster's monitor on accesses that break one rule each, and of those that break none.
//
// usage: faults <rule>. Writes the rules that fired to the standard output, one a line.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "monitor.h"

namespace {

constexpr uint32_t kCores = 2, kLanes = 9, kLatency = 20, kBytes = 4096;
constexpr uint32_t kRatio = 1u << 16 | 2u << 8 | 1u;  // accelerator first, one conflict of two
constexpr uint32_t kPorts = (1u << (kCores + 2)) - 1;

// One cycle with what happens in it; nothing by default.
struct Cycle {
    uint32_t req = 0, gnt = 0, rvalid = 0;
    uint8_t wide = 0, l2 = 0;
};

class Bench {
   public:
    Bench() {
        std::vector<uint8_t> tcdm(kBytes), l2(kBytes);
        for (size_t i = 0; i < kBytes; ++i) tcdm[i] = l2[i] = static_cast<uint8_t>(7 * i);
        tcdm_ = tcdm;
        l2_ = l2;
        cluster::monitor().start({kCores, kLanes, kLatency, 16, kCores + 1}, tcdm, l2);
    }

    void cycle(const Cycle& at) { monitor_.cycle(at.req, at.gnt, at.rvalid, kRatio, at.wide, at.l2, 0, 0); }

    // Port 0 reads a word, and is answered in the next cycle with what `answer` makes of it.
    void read(uint32_t word, const std::function<uint32_t(uint32_t)>& answer) {
        cycle({1, 1, 0, 0, 0});
        monitor_.log_access(0, word, false, false, 0xF, 0);
        cycle({0, 0, 1, 0, 0});
        monitor_.log_answer(0, answer(held(word)));
    }

    void wide_read(uint32_t add, uint32_t wrong_lane) {
        cycle({0, 0, 0, 3, 0});
        const uint32_t enables[2] = {0xFFFFFFFF, 0xF};
        uint32_t lanes[kLanes] = {};
        monitor_.wide_access(add, false, enables, lanes);
        for (uint32_t lane = 0; lane < kLanes; ++lane) lanes[lane] = held((add - TCDM_ADDRESS) / 4 + lane);
        if (wrong_lane < kLanes) lanes[wrong_lane] ^= 1;
        cycle({0, 0, 0, 4, 0});
        monitor_.wide_answer(lanes);
    }

    // The DMA reads eight bytes of L2, answered `latency` cycles later.
    void l2_read(uint32_t latency, uint64_t flipped) {
        cycle({0, 0, 0, 0, 3});
        monitor_.l2_access(L2_ADDRESS + 8, false, 0xFF, 0);
        for (uint32_t i = 1; i < latency; ++i) cycle({});
        cycle({0, 0, 0, 0, 4});
        uint64_t value = 0;
        for (size_t i = 0; i < 8; ++i) value |= static_cast<uint64_t>(l2_[8 + i]) << (8 * i);
        monitor_.l2_answer(value ^ flipped);
    }

    void write(uint32_t word, uint32_t data) {
        cycle({1, 1, 0, 0, 0});
        monitor_.log_access(0, word, true, false, 0xF, data);
        cycle({0, 0, 1, 0, 0});
        monitor_.log_answer(0, 0);
    }

    void finish() { monitor_.finish(tcdm_, l2_); }

    std::vector<uint8_t>& tcdm() { return tcdm_; }
    std::vector<uint8_t>& l2() { return l2_; }

   private:
    cluster::Monitor& monitor_ = cluster::monitor();
    std::vector<uint8_t> tcdm_, l2_;

    uint32_t held(uint32_t word) const {
        uint32_t value = 0;
        for (size_t i = 0; i < 4; ++i) value |= static_cast<uint32_t>(tcdm_[4 * word + i]) << (8 * i);
        return value;
    }
};

uint32_t as_it_is(uint32_t value) { return value; }

const std::map<std::string, std::function<void(Bench&)>> kCases = {
    {"none",
     [](Bench& bench) {
         bench.read(3, as_it_is);
         bench.wide_read(TCDM_ADDRESS + 64, kLanes);
         bench.l2_read(kLatency, 0);
         for (int i = 0; i < 2; ++i) bench.cycle({kPorts, 0, 0, 0, 0});
         bench.cycle({kPorts, kPorts, 0, 0, 0});
         for (uint32_t port = 0; port < kCores + 2; ++port) cluster::monitor().log_access(port, port, false, false, 0xF, 0);
         bench.cycle({0, 0, kPorts, 0, 0});
     }},
    {"answer",
     [](Bench& bench) {
         bench.cycle({1, 1, 0, 0, 0});
         cluster::monitor().log_access(0, 3, false, false, 0xF, 0);
         bench.cycle({});
     }},
    {"request_kept",
     [](Bench& bench) {
         bench.cycle({2, 0, 0, 0, 0});
         bench.cycle({});
     }},
    {"grant",
     [](Bench& bench) {
         bench.cycle({0, 4, 0, 0, 0});
         bench.cycle({});
     }},
    {"wait",
     [](Bench& bench) {
         for (int i = 0; i < 3; ++i) bench.cycle({0, 0, 0, 1, 0});  // the accelerator may lose one conflict in a row
         bench.cycle({0, 0, 0, 3, 0});
         const uint32_t enables[2] = {}, lanes[kLanes] = {};
         cluster::monitor().wide_access(TCDM_ADDRESS, true, enables, lanes);
         bench.cycle({0, 0, 0, 4, 0});
         cluster::monitor().wide_answer(lanes);
     }},
    {"bank",
     [](Bench& bench) {
         bench.cycle({1, 1, 0, 3, 0});
         cluster::monitor().log_access(0, 20, true, false, 0, 0);
         const uint32_t enables[2] = {}, lanes[kLanes] = {};
         cluster::monitor().wide_access(TCDM_ADDRESS + 4 * 12, true, enables, lanes);  // banks 12 to 4
         bench.cycle({0, 0, 1, 4, 0});
         cluster::monitor().log_answer(0, 0);
         cluster::monitor().wide_answer(lanes);
     }},
    {"read", [](Bench& bench) { bench.read(3, [](uint32_t value) { return value + 1; }); }},
    {"wide_read", [](Bench& bench) { bench.wide_read(TCDM_ADDRESS + 64, 8); }},
    {"l2_answer",
     [](Bench& bench) {
         bench.cycle({0, 0, 0, 0, 3});
         cluster::monitor().l2_access(L2_ADDRESS, false, 0xFF, 0);
         for (uint32_t i = 0; i < kLatency; ++i) bench.cycle({});
     }},
    {"l2_read", [](Bench& bench) { bench.l2_read(kLatency, 1); }},
    {"tcdm", [](Bench& bench) { bench.write(5, 0x12345678); }},
    {"l2", [](Bench& bench) { bench.l2()[100] ^= 1; }},
};

}  // namespace

int main(int argc, char** argv) {
    const auto found = kCases.find(argc == 2 ? argv[1] : "");
    if (found == kCases.end()) {
        for (const auto& [name, _] : kCases) std::fprintf(stderr, "%s\n", name.c_str());
        return 2;
    }
    Bench bench;
    found->second(bench);
    bench.finish();
    std::set<std::string> rules;
    for (const cluster::Finding& finding : cluster::monitor().findings()) rules.insert(finding.rule);
    for (const std::string& rule : rules) std::printf("%s\n", rule.c_str());
    return 0;
}
