// SPDX-License-Identifier: Apache-2.0
// A cluster without Python: the reference of speed, and what the unit tests of programs run.
//
// usage: cluster <request> <memories> [+plusargs]. Reads the request that tb/cluster/task.py packs; writes the TCDM and
// L2 as they are at the end to `memories`, and one JSON object with all else to the standard output.
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "Vcluster.h"
#include "session.h"
#include "verilated.h"

namespace {

std::vector<uint8_t> read_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(std::string("cannot read ") + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Clocks the model until the session is over; returns the wall time in seconds.
double run(Vcluster& dut, cluster::Session& session) {
    const auto begin = std::chrono::steady_clock::now();
    while (!session.over()) {
        dut.clk_i = 0;
        dut.eval();
        const cluster::HostOutputs out =
            session.step({dut.host_gnt_o != 0, dut.host_rvalid_o != 0, dut.eoc_o != 0, dut.host_rdata_o, dut.trapped_o,
                          dut.return_o, dut.asleep_o});
        dut.clk_i = 1;
        dut.eval();
        dut.rst_ni = out.rst_n;
        dut.host_req_i = out.req;
        dut.host_we_i = out.we;
        dut.host_be_i = 0xF;
        dut.host_add_i = out.add;
        dut.host_wdata_i = out.wdata;
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void simulate(int argc, char** argv) {
    const std::vector<uint8_t> bytes = read_file(argv[1]);
    const char* memories_path = argv[2];
    VerilatedContext context;
    context.commandArgs(argc, argv);
    Vcluster dut(&context, "TOP");
    dut.rst_ni = 0;
    dut.clk_i = 0;
    dut.eval();
    cluster::Session session;
    session.begin(context, "TOP.cluster_system.", cluster::read_request(bytes.data(), bytes.size()));
    const double seconds = run(dut, session);
    std::ofstream memories(memories_path, std::ios::binary);
    for (const std::vector<uint8_t>* memory : {&session.tcdm(), &session.l2()}) {
        memories.write(reinterpret_cast<const char*>(memory->data()), static_cast<std::streamsize>(memory->size()));
    }
    memories.close();
    if (!memories) throw std::runtime_error(std::string("cannot write ") + memories_path);
    std::printf("%s\n", session.report(seconds).c_str());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc < 3) throw std::runtime_error("usage: cluster <request> <memories> [+plusargs]");
        simulate(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: cluster: %s\n", error.what());
        return 2;
    }
    return 0;
}
