// SPDX-License-Identifier: Apache-2.0
// Plays traces into trace_player.sv and writes down, for each, what was logged and which assertions fired.
// usage: trace_player <traces> <results>; the layout of both files is that of tests/bench/trace_player.py.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "Vplayer.h"
#include "bench.h"
#include "verilated.h"

extern "C" {
void* bench_py_instance(uint32_t index);
void* bench_py_shared(void* handle);
uint32_t* bench_py_beats(void* handle);
uint32_t bench_py_beat_words(void* handle);
void* bench_py_ports(void* handle);
void* bench_py_events(void* handle);
}

namespace {

struct Cycle {
    uint64_t data;
    uint32_t add, periph_add, periph_data;
    uint8_t rst_n, req, gnt, wen, be, r_valid, evt;
    uint8_t periph_req, periph_gnt, periph_wen, periph_be, periph_id, periph_r_valid, periph_r_id;
    uint8_t last;  // of its trace
    uint8_t padding[5];
};
static_assert(sizeof(Cycle) == 40);

std::FILE* open(const char* name, const char* mode) {
    std::FILE* file = std::fopen(name, mode);
    if (file == nullptr) {
        std::perror(name);
        std::exit(2);
    }
    return file;
}

void drive(Vplayer& dut, const Cycle& cycle) {
    dut.rst_ni = cycle.rst_n;
    dut.req_i = cycle.req;
    dut.gnt_i = cycle.gnt;
    dut.add_i = cycle.add;
    dut.wen_i = cycle.wen;
    dut.be_i = cycle.be;
    dut.data_i = cycle.data;
    dut.r_valid_i = cycle.r_valid;
    dut.evt_i = cycle.evt;
    dut.periph_req_i = cycle.periph_req;
    dut.periph_gnt_i = cycle.periph_gnt;
    dut.periph_add_i = cycle.periph_add;
    dut.periph_wen_i = cycle.periph_wen;
    dut.periph_be_i = cycle.periph_be;
    dut.periph_data_i = cycle.periph_data;
    dut.periph_id_i = cycle.periph_id;
    dut.periph_r_valid_i = cycle.periph_r_valid;
    dut.periph_r_id_i = cycle.periph_r_id;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    VerilatedContext context;
    Vplayer dut(&context, "TOP");
    std::FILE* in = open(argv[1], "rb");
    std::FILE* out = open(argv[2], "wb");
    drive(dut, Cycle{});
    dut.clk_i = 0;
    dut.eval();

    void* bench = bench_py_instance(0);
    auto& shared = *static_cast<bench::Shared*>(bench_py_shared(bench));
    uint32_t ranges = 0;
    if (std::fread(&ranges, sizeof ranges, 1, in) != 1 || ranges > bench::kRangeCount) return 2;
    if (std::fread(shared.ranges, sizeof(bench::Range), ranges, in) != ranges) return 2;
    shared.range_count = ranges;

    uint64_t since = 0;
    for (Cycle cycle; std::fread(&cycle, sizeof cycle, 1, in) == 1;) {
        drive(dut, cycle);
        dut.eval();  // before the edge, so that the edge samples these values
        dut.clk_i = 1;
        context.timeInc(1);
        dut.eval();
        dut.clk_i = 0;
        context.timeInc(1);
        dut.eval();
        if (!cycle.last) continue;
        const uint64_t head[] = {since, shared.cycle, shared.beat_count, shared.port_count, shared.event_count};
        std::fwrite(head, sizeof head, 1, out);
        std::fwrite(bench_py_beats(bench), 4 * bench_py_beat_words(bench), shared.beat_count, out);
        std::fwrite(bench_py_ports(bench), sizeof(bench::PortRecord), shared.port_count, out);
        std::fwrite(bench_py_events(bench), sizeof(bench::EventRecord), shared.event_count, out);
        std::fwrite(shared.violations, sizeof shared.violations, 1, out);
        std::memset(shared.violations, 0, sizeof shared.violations);
        shared.beat_count = shared.access_count = shared.port_count = shared.event_count = 0;
        since = shared.cycle;
    }
    dut.final();
    std::fclose(in);
    return std::fclose(out) == 0 ? 0 : 2;
}
