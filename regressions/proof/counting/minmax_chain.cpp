// SPDX-License-Identifier: Apache-2.0
// Minima and maxima by the array's own unit, for regressions/proof/counting: what tb/opinions/library.py calls a source.
#include <cstddef>
#include <cstdint>

#include "Vminmax.h"
#include "chain.h"
#include "verilated.h"

OPINION void minmax_chains(int op, size_t outputs, size_t steps, const uint16_t* x, const uint16_t* w, uint16_t* sums) {
    constexpr int kMaxMin = 6;
    static VerilatedContext context;
    static Vminmax model{&context, "minmax"};
    const auto select = [](bool larger, uint16_t a, uint16_t b) {
        model.max_i = larger;
        model.a_i = a;
        model.b_i = b;
        model.eval();
        return static_cast<uint16_t>(model.result_o);
    };
    chains(outputs, steps, x, w, sums, [=](uint16_t a, uint16_t b, uint16_t acc) {
        return select(op != kMaxMin, select(op == kMaxMin, a, b), acc);
    });
}
