// SPDX-License-Identifier: Apache-2.0
// cluster_tcdm under random traffic of all its ports, judged by the monitor of the bench. usage: bench <seed> <cycles> <defect>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "Vbench.h"
#include "monitor.h"
#include "random.h"
#include "verilated.h"

namespace {

int defect;

constexpr uint32_t kPorts = 10, kLanes = 9, kBytes = 4096, kBanks = 16;

struct Access {
    bool req, write, tas;
    uint32_t word, be, data;
};

// Fields of an access in the packed array of 56 bits each, tcdm_req_t.
void pack(uint32_t* to, uint32_t port, const Access& access) {
    const uint64_t bits = static_cast<uint64_t>(access.word) << 38 | static_cast<uint64_t>(access.write) << 37 |
                          static_cast<uint64_t>(access.tas) << 36 | static_cast<uint64_t>(access.be) << 32 |
                          access.data;
    for (uint32_t i = 0; i < 56; ++i) {
        const uint32_t at = 56 * port + i;
        to[at / 32] = (to[at / 32] & ~(1u << at % 32)) | static_cast<uint32_t>(bits >> i & 1) << at % 32;
    }
}

}  // namespace

extern "C" int bench_defect() { return defect; }

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    defect = std::atoi(argv[3]);
    Random random(std::strtoull(argv[1], nullptr, 10));
    const uint64_t cycles = std::strtoull(argv[2], nullptr, 10);
    VerilatedContext context;
    Vbench dut(&context);
    cluster::Monitor& monitor = cluster::monitor();
    Access access[kPorts] = {};
    bool wide_req = false, wide_write = false;
    uint32_t wide_add = 0, ratio = 0, crowd = 50, hot = 1, wide_rate = 50;

    auto edge = [&] {
        dut.clk_i = 1;
        dut.eval();
        dut.clk_i = 0;
        dut.eval();
    };
    dut.rst_ni = 0;
    edge();
    edge();
    dut.rst_ni = 1;
    monitor.start({kPorts - 2, kLanes, 20}, std::vector<uint8_t>(kBytes), {});
    // Every word is written once, so that memory and model start alike.
    uint32_t fill = 0;

    for (uint64_t cycle = 0; cycle < cycles; ++cycle) {
        const bool filling = fill < kBytes / 4;
        if (!filling && random.below(200) == 0) {
            ratio = random.below(6) | random.below(8) << 8 | random.below(2) << 16;
            crowd = random.below(101);
            wide_rate = random.below(101);
            hot = random.chance(50) ? 1 + random.below(3) : kBytes / 4;
        }
        dut.numerator_i = ratio & 0xFF;
        dut.denominator_i = ratio >> 8 & 0xFF;
        dut.wide_first_i = ratio >> 16 & 1;
        uint32_t req = 0;
        for (uint32_t port = 0; port < kPorts; ++port) {
            Access& its = access[port];
            if (!its.req) {
                const bool wanted = filling ? port == 0 : random.chance(crowd);
                const uint32_t kind = random.below(4);
                its = {wanted, filling || kind == 0, !filling && kind == 1, filling ? fill++ : random.below(hot),
                       filling ? 0xFu : random.below(16), random.next()};
                // Words of one bank, for crowded ones.
                if (!filling && random.chance(30)) its.word = (its.word * kBanks) % (kBytes / 4);
            }
            pack(dut.log_access_i.data(), port, its);
            req |= static_cast<uint32_t>(its.req) << port;
        }
        dut.log_req_i = req;
        if (!wide_req && !filling && random.chance(wide_rate)) {
            wide_req = true;
            wide_write = random.chance(40);
            // Sometimes across the end of the memory, or outside of it.
            wide_add = cluster::kTcdmBase + 4 * random.below(kBytes / 4 + 16) - (random.chance(2) ? 32 : 0);
            dut.wide_be_i = random.chance(50) ? (1ull << 4 * kLanes) - 1
                                              : (static_cast<uint64_t>(random.next()) << 32 | random.next()) &
                                                    ((1ull << 4 * kLanes) - 1);
            for (uint32_t lane = 0; lane < kLanes; ++lane) dut.wide_wdata_i[lane] = random.next();
        }
        dut.wide_req_i = wide_req;
        dut.wide_we_i = wide_write;
        dut.wide_add_i = wide_add;
        dut.clk_i = 0;
        dut.eval();

        // What the edge sees.
        monitor.cycle(req, dut.log_gnt_o, dut.log_rvalid_o, ratio,
                      static_cast<uint8_t>(dut.wide_rvalid_o << 2 | dut.wide_gnt_o << 1 | dut.wide_req_i), 0, 0, 0);
        for (uint32_t port = 0; port < kPorts; ++port) {
            if ((dut.log_rvalid_o >> port & 1) != 0) monitor.log_answer(port, dut.log_rdata_o[port]);
        }
        if (dut.wide_rvalid_o) monitor.wide_answer(dut.wide_rdata_o.data());
        for (uint32_t port = 0; port < kPorts; ++port) {
            Access& its = access[port];
            if (its.req && (dut.log_gnt_o >> port & 1) != 0) {
                monitor.log_access(port, its.word, its.write, its.tas, static_cast<uint8_t>(its.be), its.data);
                its.req = false;
            }
        }
        if (wide_req && dut.wide_gnt_o) {
            const uint32_t be[2] = {static_cast<uint32_t>(dut.wide_be_i), static_cast<uint32_t>(dut.wide_be_i >> 32)};
            monitor.wide_access(wide_add, wide_write, be, dut.wide_wdata_i.data());
            wide_req = false;
        }
        dut.clk_i = 1;
        dut.eval();
    }
    for (const cluster::Finding& finding : monitor.findings()) {
        std::printf("%s in cycle %llu: %s\n", finding.rule.c_str(), static_cast<unsigned long long>(finding.cycle),
                    finding.detail.c_str());
    }
    uint64_t waits = 0;
    for (const uint64_t port : monitor.waits()) waits += port;
    std::printf("%llu wide accesses, %llu waits, %llu waits of others\n",
                static_cast<unsigned long long>(monitor.wide_accesses()),
                static_cast<unsigned long long>(monitor.wide_waits()), static_cast<unsigned long long>(waits));
    return monitor.violations() != 0;
}
