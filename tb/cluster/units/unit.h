// SPDX-License-Identifier: Apache-2.0
// Common parts of the benches of single modules: the model and its clock, random numbers, what was found.
//
// A bench says one line for the first thing that is wrong, "<rule> in cycle <n>: <detail>", and the cycles at its end.
// Its exit code is 0 if nothing was found, 1 if something was.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "Vbench.h"
#include "constants.h"
#include "verilated.h"

namespace unit {

// The same numbers for a seed, on every machine.
class Random {
   public:
    explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15 + 0x1234567) {}

    uint32_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<uint32_t>(state_ >> 16);
    }

    uint32_t below(uint32_t bound) { return next() % bound; }

    bool chance(uint32_t percent) { return below(100) < percent; }

   private:
    uint64_t state_;
};

// Bits of a byte-enabled word that are accessed.
inline uint32_t enabled_bits(uint32_t be) {
    uint32_t mask = 0;
    for (uint32_t b = 0; b < 4; ++b) mask |= (be >> b & 1) ? 0xFFu << (8 * b) : 0;
    return mask;
}

// Base of a bench: its constructor ends with `reset`, a cycle is `settle`, looking at the outputs, `edge`.
class Bench {
   public:
    Bench(int argc, char** argv)
        : random_(std::strtoull(argv[1], nullptr, 10)), dut_(with_arguments(context_, argc, argv), "TOP") {}

    // True if anything was found; says how long it took.
    bool finish() const {
        std::printf("cycles %llu\n", static_cast<unsigned long long>(cycle_));
        return errors_ != 0;
    }

   protected:
    VerilatedContext context_;
    Random random_;
    Vbench dut_;
    uint64_t cycle_ = 0;

    void reset() {
        dut_.rst_ni = 0;
        for (int i = 0; i < RESET_CYCLES; ++i) {
            settle();
            edge();
        }
        dut_.rst_ni = 1;
        cycle_ = 0;
    }

    // The outputs follow the inputs, as the next rising edge will see them.
    void settle() {
        dut_.clk_i = 0;
        dut_.eval();
    }

    void edge() {
        dut_.clk_i = 1;
        dut_.eval();
        ++cycle_;
    }

    bool failed() const { return errors_ != 0; }

    // Errors that follow from the first say nothing new.
    void error(const char* rule, const std::string& detail) {
        if (errors_++ == 0) {
            std::printf("%s in cycle %llu: %s\n", rule, static_cast<unsigned long long>(cycle_), detail.c_str());
        }
    }

   private:
    uint64_t errors_ = 0;

    static VerilatedContext* with_arguments(VerilatedContext& context, int argc, char** argv) {
        context.commandArgs(argc, argv);
        return &context;
    }
};

// The main program of a bench. usage: bench <seed> <amount> [+plusargs]
template <typename Its>
int run(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s <seed> <amount> [+plusargs]\n", argv[0]);
        return 2;
    }
    Its bench(argc, argv);
    bench.run(std::strtoull(argv[2], nullptr, 10));
    return bench.finish();
}

}  // namespace unit
