// SPDX-License-Identifier: Apache-2.0
// A device of cells as regressions/synthesis/flat.py writes it.
//
// Cells are tables of up to four inputs, in an order in which each is behind what it reads. Nets 0 and 1 are constants.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

struct Cell {
    std::array<uint32_t, 4> inputs;
    uint32_t output, table;  // the output for each value of the inputs, the first the lowest bit
};

struct Register {
    uint32_t data, output, reset;
    uint8_t start;  // value in reset
};

/** Words of a file. */
inline std::vector<uint32_t> words_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<uint32_t> all;
    for (uint32_t word = 0; file.read(reinterpret_cast<char*>(&word), sizeof word);) all.push_back(word);
    return all;
}

struct Netlist {
    uint32_t nets = 0;
    std::vector<Cell> cells;
    std::vector<Register> registers;
    std::vector<std::vector<uint32_t>> inputs, outputs;  // nets of each port, in the order of flat.py

    explicit Netlist(std::span<const uint32_t> words) {
        size_t at = 0;
        const auto word = [&words, &at] {
            if (at == words.size()) throw std::runtime_error("the list of cells ends early");
            return words[at++];
        };
        nets = word();
        cells.resize(word());
        for (Cell& cell : cells) {
            for (uint32_t& input : cell.inputs) input = word();
            cell.output = word();
            cell.table = word();
        }
        registers.resize(word());
        for (Register& each : registers) {
            each.data = word();
            each.output = word();
            each.reset = word();
            each.start = word() != 0;
        }
        for (auto* ports : {&inputs, &outputs}) {
            ports->resize(word());
            for (std::vector<uint32_t>& port : *ports) {
                port.resize(word());
                for (uint32_t& net : port) net = word();
            }
        }
    }

    /** Cells that follow an input without a clock edge, in their order. */
    std::vector<uint32_t> cone() const {
        std::vector<uint8_t> follows(nets, 0);
        for (const std::vector<uint32_t>& port : inputs) {
            for (const uint32_t net : port) follows[net] = 1;
        }
        std::vector<uint32_t> found;
        for (uint32_t at = 0; at < cells.size(); ++at) {
            for (const uint32_t input : cells[at].inputs) {
                if (input > 1 && follows[input] != 0) follows[cells[at].output] = 1;
            }
            if (follows[cells[at].output] != 0) found.push_back(at);
        }
        return found;
    }
};
