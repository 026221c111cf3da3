// SPDX-License-Identifier: Apache-2.0
// A device of cells in a lane, in the place of the Verilated one: its registers are a block of bits.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "difference.h"
#include "job_list.h"
#include "lanes.h"
#include "ports.h"

using Ports = CellPorts;

class Device {
   public:
    Device(const Netlist& netlist, Lanes& lanes, uint32_t lane)
        : lanes_(lanes), lane_(lane), inputs_(sizes(netlist.inputs)), outputs_(sizes(netlist.outputs)) {}

    Ports& ports() { return ports_; }
    uint32_t bytes() const { return lanes_.state.size(); }

    void low() {
        drive();
        lanes_.low(lane_);
        sample();
    }
    void rise() {
        lanes_.rise(lane_);
        sample();
    }
    void settle() {
        drive();
        lanes_.settle(lane_);
        sample();
    }

    void save(uint8_t* to) const { std::memcpy(to, lanes_.state.lane(lane_), bytes()); }
    void load(const uint8_t* from) { std::memcpy(lanes_.state.lane(lane_), from, bytes()); }
    void flip(uint32_t place) { lanes_.state.lane(lane_)[place / 8] ^= static_cast<uint8_t>(1 << place % 8); }
    void set(uint32_t place, bool value) {
        if ((lanes_.state.lane(lane_)[place / 8] >> place % 8 & 1) != static_cast<int>(value)) flip(place);
    }

    /** Inverts the output of a cell up to the next edge. */
    void invert(uint32_t cell) { lanes_.invert(lane_, cell); }

    Difference difference(const uint8_t* other) const {
        Difference found{0, 0};
        add_difference(found, lanes_.state.lane(lane_), other, bytes(), 0);
        return found;
    }

   private:
    Lanes& lanes_;
    uint32_t lane_;
    std::vector<size_t> inputs_, outputs_;  // bytes of each port
    Ports ports_;

    static std::vector<size_t> sizes(const std::vector<std::vector<uint32_t>>& ports) {
        std::vector<size_t> found;
        for (const std::vector<uint32_t>& port : ports) found.push_back((port.size() + 7) / 8);
        return found;
    }

    void drive() {
        uint8_t* to = lanes_.inputs.lane(lane_);
        const auto ports = ports_.inputs();
        for (size_t port = 0; port < ports.size(); to += inputs_[port++]) std::memcpy(to, ports[port], inputs_[port]);
    }

    void sample() {
        const uint8_t* from = lanes_.outputs.lane(lane_);
        const auto ports = ports_.outputs();
        for (size_t port = 0; port < ports.size(); from += outputs_[port++]) std::memcpy(ports[port], from, outputs_[port]);
    }
};
