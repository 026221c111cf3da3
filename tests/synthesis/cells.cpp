// SPDX-License-Identifier: Apache-2.0
// Ten cycles of a device of cells, the first two under reset; prints event lines after each rising edge, then an identifier.
#include <cstdio>

#include "Vbare.h"

int main() {
    VerilatedContext context;
    Vbare dut(&context, "");
    for (int cycle = 0; cycle < 10; ++cycle) {
        dut.rst_ni = cycle >= 2;
        dut.clk_i = 0;
        dut.eval();
        dut.clk_i = 1;
        dut.eval();
        std::printf("%d", dut.evt_o);
    }
    std::printf(" %d", dut.periph_r_id_o);
    return 0;
}
