// SPDX-License-Identifier: Apache-2.0
// A device of cells in the place of the class that the simulator makes for the bare loop (regressions/speed/bare.cpp).
//
// While busy_o is high, changes of each cell's output are counted. $REDMULE_CELLS names the file of cells that
// regressions/synthesis/flat.py writes; the counts go to $REDMULE_TOGGLES at the end.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "evaluator.h"
#include "ports.h"
#include "verilated.h"

class Vbare : public CellPorts {
   public:
    Vbare(VerilatedContext* /*context*/, const char* /*name*/) {}

    ~Vbare() {
        std::ofstream file(path("REDMULE_TOGGLES"), std::ios::binary);
        const std::vector<uint64_t>& counts = cells_.changes();
        file.write(reinterpret_cast<const char*>(&cycles_), sizeof cycles_);
        file.write(reinterpret_cast<const char*>(counts.data()),
                   static_cast<std::streamsize>(counts.size() * sizeof counts[0]));
    }

    void eval() {
        const bool rising = clk_i != 0 && clock_ == 0;
        clock_ = clk_i;
        if (rising) {
            cells_.counting = busy_o != 0;
            cycles_ += cells_.counting;
        }
        const auto from = inputs();
        for (size_t at = 0; at < from.size(); ++at) take(from[at], cells_.netlist().inputs[at]);
        cells_.settle();
        if (rising) cells_.clock();
        const auto to = outputs();
        for (size_t at = 0; at < to.size(); ++at) give(to[at], cells_.netlist().outputs[at]);
    }

   private:
    static constexpr uint32_t kSeed = 1;

    Evaluator cells_{Netlist(words_of(path("REDMULE_CELLS"))), kSeed};
    uint64_t cycles_ = 0;
    uint8_t clock_ = 0;

    static std::string path(const char* variable) {
        const char* name = std::getenv(variable);
        if (name == nullptr) throw std::runtime_error(std::string(variable) + " is not set");
        return name;
    }

    void take(const void* port, const std::vector<uint32_t>& nets) {
        const auto* bytes = static_cast<const uint8_t*>(port);
        for (size_t bit = 0; bit < nets.size(); ++bit) cells_.set(nets[bit], bytes[bit / 8] >> (bit % 8) & 1);
    }

    void give(void* port, const std::vector<uint32_t>& nets) const {
        auto* bytes = static_cast<uint8_t*>(port);
        std::memset(bytes, 0, (nets.size() + 7) / 8);
        for (size_t bit = 0; bit < nets.size(); ++bit) {
            bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] | cells_.value(nets[bit]) << (bit % 8));
        }
    }
};
