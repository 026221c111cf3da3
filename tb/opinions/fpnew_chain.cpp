// SPDX-License-Identifier: Apache-2.0
// Chains of steps on FPnew alone, for tb/opinions/library.py.
#include <cstddef>
#include <cstdint>

#include "Vfpnew.h"
#include "verilated.h"

namespace {

/** The verilated step; made once, since it holds no state. */
Vfpnew& step() {
    static VerilatedContext context;
    static Vfpnew model{&context, "fpnew"};
    model.rst_ni = 1;
    return model;
}

}  // namespace

extern "C" {

/**
 * All accumulators of some outputs.
 *
 * x and w hold `steps` elements of each output's row and column, one output after the other; sums has room for
 * `steps + 1` of each, of which the first is given: the accumulator before the first step.
 */
__attribute__((visibility("default"))) void fpnew_chains(int op, size_t outputs, size_t steps, const uint16_t* x,
                                                         const uint16_t* w, uint16_t* sums) {
    Vfpnew& model = step();
    model.op_i = static_cast<uint8_t>(op);
    for (size_t output = 0; output < outputs; ++output, x += steps, w += steps, sums += steps + 1) {
        for (size_t n = 0; n < steps; ++n) {
            model.x_i = x[n];
            model.w_i = w[n];
            model.acc_i = sums[n];
            model.eval();
            sums[n + 1] = model.acc_o;
        }
    }
}

}  // extern "C"
