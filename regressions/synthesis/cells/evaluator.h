// SPDX-License-Identifier: Apache-2.0
// Evaluates a device of cells, without delays.
//
// Too many change in a cycle for it to pay to look for those that do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "netlist.h"

class Evaluator {
   public:
    bool counting = false;  // changes of nets count

    /** Registers start at random, so that a reset has to be complete. */
    Evaluator(Netlist netlist, uint32_t seed)
        : netlist_(std::move(netlist)),
          values_(netlist_.nets, 0),
          next_(netlist_.registers.size()),
          changes_(netlist_.nets, 0) {
        values_[1] = 1;
        std::mt19937 random(seed);
        for (const Register& each : netlist_.registers) {
            values_[each.output] = random() >> 31;
            if (each.reset > 1) resets_.push_back(each.reset);
        }
        std::sort(resets_.begin(), resets_.end());
        resets_.erase(std::unique(resets_.begin(), resets_.end()), resets_.end());
        for (const uint32_t at : netlist_.cone()) cone_.push_back(netlist_.cells[at]);
        evaluate(netlist_.cells);
    }

    const Netlist& netlist() const { return netlist_; }
    const std::vector<uint64_t>& changes() const { return changes_; }
    uint8_t value(uint32_t net) const { return values_[net]; }

    /** Gives an input a value; what follows from it is there once it settles. */
    void set(uint32_t net, uint8_t value) {
        if (counting) changes_[net] += values_[net] != value;
        values_[net] = value;
    }

    /** Logic follows the inputs, and registers their resets. */
    void settle() {
        evaluate(cone_);
        reset();
    }

    /** A rising edge: registers take what stands at them. */
    void clock() {
        for (size_t at = 0; at < next_.size(); ++at) next_[at] = values_[netlist_.registers[at].data];
        for (size_t at = 0; at < next_.size(); ++at) {
            const Register& each = netlist_.registers[at];
            if (values_[each.reset] != 0) set(each.output, next_[at]);
        }
        evaluate(netlist_.cells);
        reset();
    }

   private:
    Netlist netlist_;
    std::vector<uint8_t> values_, next_;  // of each net; of each register
    std::vector<Cell> cone_;              // those that follow inputs without an edge
    std::vector<uint32_t> resets_;        // nets
    std::vector<uint64_t> changes_;       // of each net

    void evaluate(const std::vector<Cell>& cells) {
        if (counting) {
            for (const Cell& cell : cells) set(cell.output, result(cell));
        } else {
            for (const Cell& cell : cells) values_[cell.output] = result(cell);
        }
    }

    uint8_t result(const Cell& cell) const {
        const uint32_t row = values_[cell.inputs[0]] | values_[cell.inputs[1]] << 1 | values_[cell.inputs[2]] << 2 |
                             values_[cell.inputs[3]] << 3;
        return cell.table >> row & 1;
    }

    void reset() {
        while (std::any_of(resets_.begin(), resets_.end(), [this](uint32_t net) { return values_[net] == 0; })) {
            bool changed = false;
            for (const Register& each : netlist_.registers) {
                if (values_[each.reset] == 0 && values_[each.output] != each.start) {
                    set(each.output, each.start);
                    changed = true;
                }
            }
            if (!changed) return;
            evaluate(netlist_.cells);
        }
    }
};
