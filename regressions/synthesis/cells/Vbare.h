// SPDX-License-Identifier: Apache-2.0
// A device of cells in the place of the class that the simulator makes for the bare loop (regressions/speed/bare.cpp).
//
// Cells are evaluated without delays.
// Registers start at random, so that a reset has to be complete. While busy_o is high, changes of each cell's output are
// counted. $REDMULE_CELLS names the file of cells that regressions/synthesis/flat.py writes; the counts go to
// $REDMULE_TOGGLES at the end.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "netlist.h"
#include "verilated.h"

#ifndef PAYLOAD_BITS
#error "PAYLOAD_BITS: bits of the wide port without its 32 for shifts"
#endif

class Vbare {
   public:
    uint8_t clk_i = 0, rst_ni = 0, test_mode_i = 0;
    uint16_t evt_o = 0;
    uint8_t busy_o = 0, tcdm_req_o = 0, tcdm_gnt_i = 0, tcdm_wen_o = 0, tcdm_r_valid_i = 0;
    uint32_t tcdm_add_o = 0;
    std::array<uint8_t, PAYLOAD_BITS / 64 + 1> tcdm_be_o{};
    std::array<uint32_t, PAYLOAD_BITS / 32 + 1> tcdm_data_o{}, tcdm_r_data_i{};
    uint8_t periph_req_i = 0, periph_gnt_o = 0, periph_wen_i = 0, periph_be_i = 0, periph_r_valid_o = 0;
    uint32_t periph_add_i = 0, periph_data_i = 0, periph_r_data_o = 0;
    uint8_t periph_id_i = 0, periph_r_id_o = 0;

    Vbare(VerilatedContext* /*context*/, const char* /*name*/) {
        values_.assign(netlist_.nets, 0);
        values_[1] = 1;
        for (size_t at = 0; at < inputs_.size(); ++at) inputs_[at].nets = netlist_.inputs[at];
        for (size_t at = 0; at < outputs_.size(); ++at) outputs_[at].nets = netlist_.outputs[at];
        // What a reset leaves out may have any value.
        std::mt19937 random(kSeed);
        for (const Register& each : netlist_.registers) values_[each.output] = random() >> 31;
        next_.resize(netlist_.registers.size());
        counts_.assign(values_.size(), 0);
        for (const Cell& cell : netlist_.cells) evaluate(cell);  // the first edge sees what follows from that
    }

    ~Vbare() {
        std::ofstream file(path("REDMULE_TOGGLES"), std::ios::binary);
        file.write(reinterpret_cast<const char*>(&cycles_), sizeof cycles_);
        file.write(reinterpret_cast<const char*>(counts_.data()),
                   static_cast<std::streamsize>(counts_.size() * sizeof counts_[0]));
    }

    void eval() {
        const bool rising = clk_i != 0 && clock_ == 0;
        clock_ = clk_i;
        if (rising) {
            // Registers see what was there before the edge.
            for (size_t at = 0; at < netlist_.registers.size(); ++at) next_[at] = values_[netlist_.registers[at].data];
            count_ = busy_o != 0;
            cycles_ += count_;
        }
        for (const Port& port : inputs_) take(port);
        for (size_t at = 0; at < netlist_.registers.size(); ++at) {
            const Register& each = netlist_.registers[at];
            if (values_[each.reset] == 0) {
                put(each.output, each.start);
            } else if (rising) {
                put(each.output, next_[at]);
            }
        }
        if (rising || rst_ni == 0) {
            for (const Cell& cell : netlist_.cells) evaluate(cell);
        } else {
            for (const uint32_t at : cone_) evaluate(netlist_.cells[at]);
        }
        for (const Port& port : outputs_) give(port);
    }

   private:
    struct Port {
        void* bytes;
        std::vector<uint32_t> nets;
    };

    static constexpr uint32_t kSeed = 1;

    std::vector<uint8_t> values_, next_;
    std::vector<uint64_t> counts_;
    uint64_t cycles_ = 0;
    uint8_t clock_ = 0;
    bool count_ = false;

    // In the order of the file, regressions/synthesis/flat.py.
    std::vector<Port> inputs_ = {
        {&clk_i, {}},         {&rst_ni, {}},        {&test_mode_i, {}},  {&tcdm_gnt_i, {}},    {tcdm_r_data_i.data(), {}},
        {&tcdm_r_valid_i, {}}, {&periph_req_i, {}}, {&periph_add_i, {}}, {&periph_wen_i, {}}, {&periph_be_i, {}},
        {&periph_data_i, {}}, {&periph_id_i, {}}};
    std::vector<Port> outputs_ = {
        {&evt_o, {}},           {&busy_o, {}},       {&tcdm_req_o, {}},      {&tcdm_add_o, {}},       {&tcdm_wen_o, {}},
        {tcdm_be_o.data(), {}}, {tcdm_data_o.data(), {}}, {&periph_gnt_o, {}}, {&periph_r_data_o, {}}, {&periph_r_valid_o, {}},
        {&periph_r_id_o, {}}};

    const Netlist netlist_{path("REDMULE_CELLS"), inputs_.size(), outputs_.size()};
    const std::vector<uint32_t> cone_ = netlist_.cone();

    static std::string path(const char* variable) {
        const char* name = std::getenv(variable);
        if (name == nullptr) throw std::runtime_error(std::string(variable) + " is not set");
        return name;
    }

    void put(uint32_t net, uint8_t value) {
        counts_[net] += static_cast<uint64_t>(count_ && values_[net] != value);
        values_[net] = value;
    }

    void evaluate(const Cell& cell) {
        const uint32_t row = values_[cell.inputs[0]] | values_[cell.inputs[1]] << 1 | values_[cell.inputs[2]] << 2 |
                             values_[cell.inputs[3]] << 3;
        put(cell.output, cell.table >> row & 1);
    }

    void take(const Port& port) {
        const auto* bytes = static_cast<const uint8_t*>(port.bytes);
        for (size_t bit = 0; bit < port.nets.size(); ++bit) put(port.nets[bit], bytes[bit / 8] >> (bit % 8) & 1);
    }

    void give(const Port& port) {
        auto* bytes = static_cast<uint8_t*>(port.bytes);
        std::memset(bytes, 0, (port.nets.size() + 7) / 8);
        for (size_t bit = 0; bit < port.nets.size(); ++bit) {
            bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] | values_[port.nets[bit]] << (bit % 8));
        }
    }
};
