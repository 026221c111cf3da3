// SPDX-License-Identifier: Apache-2.0
// Chains of steps on FPnew alone, for tb/opinions/library.py.
#include <cstddef>
#include <cstdint>

#include "Vfpnew.h"
#include "chain.h"
#include "verilated.h"

namespace {

/** The verilated step of an operation; the model is made once, since it holds no state. */
auto step(int op) {
    static VerilatedContext context;
    static Vfpnew model{&context, "fpnew"};
    model.rst_ni = 1;
    model.op_i = static_cast<uint8_t>(op);
    return [](uint16_t x, uint16_t w, uint16_t acc) {
        model.x_i = x;
        model.w_i = w;
        model.acc_i = acc;
        model.eval();
        return static_cast<uint16_t>(model.acc_o);
    };
}

}  // namespace

OPINION void fpnew_chains(int op, size_t outputs, size_t steps, const uint16_t* x, const uint16_t* w, uint16_t* sums) {
    chains(outputs, steps, x, w, sums, step(op));
}

OPINION size_t fpnew_differing(int op, size_t outputs, const uint32_t* places, size_t n, size_t k, const uint16_t* x,
                               const uint16_t* w, const uint16_t* y, const uint16_t* z) {
    return differing(outputs, places, n, k, x, w, y, z, step(op));
}
