// SPDX-License-Identifier: Apache-2.0
// A cluster without Python: loads memories, boots through the host port, runs to the end of the computation.
//
// usage: cluster <request> <memories>. Reads the request that regressions/cluster/run.py writes; writes the TCDM and L2
// as they are at the end to `memories`, and one JSON object with all else to the standard output.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "Vcluster.h"
#include "backdoor.h"
#include "monitor.h"
#include "verilated.h"

namespace {

const std::string kTop = "TOP.cluster_system.";
constexpr uint32_t kCodeBase = 0x1A000000;

// Registers of the control unit.
constexpr uint32_t kBusErrors = 0x10C, kTrapCause = 0x140, kTrapPc = 0x160, kErrorAdd = 0x180;

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "error: cluster: %s\n", what.c_str());
    std::exit(2);
}

struct HostWrite {
    uint32_t offset, data;
};

struct Block {
    uint32_t address;
    std::vector<uint8_t> bytes;
};

struct Request {
    uint32_t cores, banks, lanes, tcdm_bytes, l2_bytes, code_bytes, l2_latency, limit;
    std::vector<HostWrite> writes;
    std::vector<Block> blocks;
};

Request read_request(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail(std::string("cannot read ") + path);
    auto bytes = [&](void* to, size_t count) {
        if (!file.read(static_cast<char*>(to), static_cast<std::streamsize>(count))) fail("the request ends early");
    };
    auto word = [&] {
        uint32_t value;
        bytes(&value, sizeof value);
        return value;
    };
    Request request{};
    for (uint32_t* field : {&request.cores, &request.banks, &request.lanes, &request.tcdm_bytes, &request.l2_bytes,
                            &request.code_bytes, &request.l2_latency, &request.limit}) {
        *field = word();
    }
    request.writes.resize(word());
    for (HostWrite& write : request.writes) {
        write.offset = word();
        write.data = word();
    }
    request.blocks.resize(word());
    for (Block& block : request.blocks) {
        block.address = word();
        block.bytes.resize(word());
        bytes(block.bytes.data(), block.bytes.size());
    }
    return request;
}

class Simulation {
   public:
    explicit Simulation(const Request& request) : request_(request) {
        dut_.rst_ni = 0;
        dut_.clk_i = 0;
        dut_.eval();
        find_memories();
        std::vector<uint8_t> tcdm(request.tcdm_bytes), l2(request.l2_bytes), code(request.code_bytes);
        for (const Block& block : request.blocks) {
            if (!put(block, cluster::kTcdmBase, tcdm) && !put(block, cluster::kL2Base, l2) &&
                !put(block, kCodeBase, code)) {
                fail("a block of the request lies outside the memories");
            }
        }
        for (size_t i = 0; i < tcdm.size(); i += 4) std::memcpy(tcdm_word(i), &tcdm[i], 4);
        std::memcpy(l2_, l2.data(), l2.size());
        std::memcpy(code_, code.data(), code.size());
        cluster::monitor().start({request.cores, request.lanes, request.l2_latency}, std::move(tcdm), std::move(l2));
        for (int i = 0; i < 3; ++i) edge();
        dut_.rst_ni = 1;
    }

    void run() {
        size_t write = 0;
        while (!dut_.eoc_o && dut_.trapped_o == 0 && cycles_ < request_.limit) {
            // One write of the host a cycle that the bus has for it.
            dut_.host_req_i = write < request_.writes.size();
            if (dut_.host_req_i) {
                dut_.host_we_i = 1;
                dut_.host_be_i = 0xF;
                dut_.host_add_i = request_.writes[write].offset;
                dut_.host_wdata_i = request_.writes[write].data;
            }
            dut_.clk_i = 0;
            dut_.eval();
            if (dut_.host_req_i && dut_.host_gnt_o) ++write;
            dut_.clk_i = 1;
            dut_.eval();
            ++cycles_;
        }
        dut_.host_req_i = 0;
        // What is under way comes to its end.
        for (int i = 0; i < 64; ++i) edge();
        bus_errors_ = host_read(kBusErrors);
        for (uint32_t core = 0; core < request_.cores; ++core) {
            trap_causes_.push_back(host_read(kTrapCause + 4 * core));
            trap_pcs_.push_back(host_read(kTrapPc + 4 * core));
            error_addresses_.push_back(host_read(kErrorAdd + 4 * core));
        }
        cluster::monitor().finish(tcdm(), l2());
    }

    std::vector<uint8_t> tcdm() {
        std::vector<uint8_t> bytes(request_.tcdm_bytes);
        for (size_t i = 0; i < bytes.size(); i += 4) std::memcpy(&bytes[i], tcdm_word(i), 4);
        return bytes;
    }

    std::vector<uint8_t> l2() {
        return {l2_, l2_ + request_.l2_bytes};
    }

    void print(double seconds) const;

   private:
    const Request& request_;
    VerilatedContext context_;
    Vcluster dut_{&context_, "TOP"};
    uint64_t cycles_ = 0;
    std::vector<uint8_t*> banks_;
    uint8_t* l2_ = nullptr;
    uint8_t* code_ = nullptr;
    std::vector<const uint32_t*> pcs_;
    std::vector<uint32_t> trap_causes_, trap_pcs_, error_addresses_;
    uint32_t bus_errors_ = 0;

    uint32_t host_read(uint32_t offset) {
        dut_.host_req_i = 1;
        dut_.host_we_i = 0;
        dut_.host_be_i = 0xF;
        dut_.host_add_i = offset;
        bool granted = false;
        while (!granted) {
            dut_.clk_i = 0;
            dut_.eval();
            granted = dut_.host_gnt_o;
            dut_.clk_i = 1;
            dut_.eval();
        }
        dut_.host_req_i = 0;
        dut_.eval();
        return dut_.host_rdata_o;
    }

    void edge() {
        dut_.clk_i = 1;
        dut_.eval();
        dut_.clk_i = 0;
        dut_.eval();
    }

    static bool put(const Block& block, uint32_t base, std::vector<uint8_t>& memory) {
        const uint64_t offset = static_cast<uint64_t>(block.address) - base;
        if (block.address < base || offset + block.bytes.size() > memory.size()) return false;
        std::copy(block.bytes.begin(), block.bytes.end(), memory.begin() + static_cast<std::ptrdiff_t>(offset));
        return true;
    }

    void find_memories() {
        for (uint32_t b = 0; b < request_.banks; ++b) {
            banks_.push_back(cluster::variable<uint8_t>(
                context_, kTop + "i_cluster.i_tcdm.gen_banks[" + std::to_string(b) + "].i_bank", "mem"));
        }
        l2_ = cluster::variable<uint8_t>(context_, kTop + "i_l2", "mem");
        code_ = cluster::variable<uint8_t>(context_, kTop + "i_code", "mem");
        for (uint32_t c = 0; c < request_.cores; ++c) {
            const std::string core = "i_cluster.gen_cores[" + std::to_string(c) + "].i_core.";
            pcs_.push_back(cluster::variable<uint32_t>(context_, kTop + core + "i_cv32e40p.core_i.id_stage_i", "pc_id_i"));
        }
    }

    uint8_t* tcdm_word(size_t byte) {
        const size_t word = byte / 4;
        return banks_[word % banks_.size()] + 4 * (word / banks_.size());
    }
};

template <typename List>
void print_list(const char* name, const List& values, size_t count) {
    std::printf("\"%s\": [", name);
    for (size_t i = 0; i < count; ++i) {
        std::printf("%s%llu", i ? ", " : "", static_cast<unsigned long long>(values[i]));
    }
    std::printf("], ");
}

void Simulation::print(double seconds) const {
    const cluster::Monitor& monitor = cluster::monitor();
    std::printf("{\"cycles\": %llu, \"seconds\": %.6f, \"ended\": %s, \"return\": %u, \"trapped\": %u, \"asleep\": %u, ",
                static_cast<unsigned long long>(cycles_), seconds, dut_.eoc_o ? "true" : "false", dut_.return_o,
                dut_.trapped_o, dut_.asleep_o);
    std::vector<uint32_t> pcs;
    for (const uint32_t* pc : pcs_) pcs.push_back(*pc);
    print_list("pcs", pcs, pcs.size());
    print_list("trap_causes", trap_causes_, trap_causes_.size());
    print_list("trap_pcs", trap_pcs_, trap_pcs_.size());
    print_list("error_addresses", error_addresses_, error_addresses_.size());
    std::printf("\"bus_errors\": %u, ", bus_errors_);
    print_list("accesses", monitor.accesses(), request_.cores + 2);
    print_list("waits", monitor.waits(), request_.cores + 2);
    std::printf("\"wide_accesses\": %llu, \"wide_waits\": %llu, \"l2_accesses\": %llu, \"violations\": %llu, ",
                static_cast<unsigned long long>(monitor.wide_accesses()),
                static_cast<unsigned long long>(monitor.wide_waits()),
                static_cast<unsigned long long>(monitor.l2_accesses()),
                static_cast<unsigned long long>(monitor.violations()));
    std::printf("\"jobs\": [");
    const char* separator = "";
    for (const cluster::JobTimes& job : monitor.jobs()) {
        std::printf("%s{\"core\": %u, \"trigger\": %llu, \"event\": %llu, \"wake\": %llu, \"cleared\": %s}",
                    separator, job.core,
                    static_cast<unsigned long long>(job.trigger), static_cast<unsigned long long>(job.event),
                    static_cast<unsigned long long>(job.wake),
                    job.cleared ? "true" : "false");
        separator = ", ";
    }
    std::printf("], \"findings\": [");
    separator = "";
    for (const cluster::Finding& finding : monitor.findings()) {
        std::printf("%s{\"cycle\": %llu, \"rule\": \"%s\", \"detail\": \"%s\"}", separator,
                    static_cast<unsigned long long>(finding.cycle), finding.rule.c_str(), finding.detail.c_str());
        separator = ", ";
    }
    std::printf("]}\n");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) fail("usage: cluster <request> <memories>");
    const Request request = read_request(argv[1]);
    Simulation simulation(request);
    const auto begin = std::chrono::steady_clock::now();
    simulation.run();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::ofstream memories(argv[2], std::ios::binary);
    for (const std::vector<uint8_t>& bytes : {simulation.tcdm(), simulation.l2()}) {
        memories.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    memories.close();
    if (!memories) fail(std::string("cannot write ") + argv[2]);
    simulation.print(seconds.count());
    return 0;
}
