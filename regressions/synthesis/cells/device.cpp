// SPDX-License-Identifier: Apache-2.0
// A whole device of cells in the bench; see device.sv.j2, which calls it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "evaluator.h"

// Written by regressions/synthesis/whole.py.
extern const uint32_t cell_words[];
extern const size_t cell_word_count;

namespace {

constexpr uint32_t kWord = 32;  // bits, as DPI has vectors
constexpr size_t kReset = 1;  // the port rst_ni, in the order of flat.py

std::vector<std::unique_ptr<Evaluator>>& devices() {
    static std::vector<std::unique_ptr<Evaluator>> all;
    return all;
}

}  // namespace

extern "C" {

void* cells_create(uint32_t seed) {
    const Netlist netlist(std::span(cell_words, cell_word_count));
    return devices().emplace_back(std::make_unique<Evaluator>(netlist, seed)).get();
}

/** A rising edge of the clock, or the begin of a reset; ports are as just before it and just behind it. */
void cells_edge(void* device, const uint32_t* inputs, uint32_t* outputs) {
    Evaluator& cells = *static_cast<Evaluator*>(device);
    const uint32_t reset = cells.netlist().inputs[kReset][0];
    const bool worked = cells.value(reset) != 0;
    uint32_t at = 0;
    for (const std::vector<uint32_t>& port : cells.netlist().inputs) {
        for (const uint32_t net : port) {
            cells.set(net, inputs[at / kWord] >> (at % kWord) & 1);
            ++at;
        }
    }
    cells.settle();
    const bool begins = worked && cells.value(reset) == 0;
    if (!begins) cells.clock();
    at = 0;
    for (const std::vector<uint32_t>& port : cells.netlist().outputs) {
        for (const uint32_t net : port) {
            if (at % kWord == 0) outputs[at / kWord] = 0;
            outputs[at / kWord] |= static_cast<uint32_t>(cells.value(net)) << (at % kWord);
            ++at;
        }
    }
}

}  // extern "C"
