// SPDX-License-Identifier: Apache-2.0
// A Verilated device whose registers can be read, written and compared as a block of bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "Vfaults.h"
#include "Vfaults__Syms.h"
#include "difference.h"
#include "job_list.h"
#include "verilated.h"
#include "verilated_syms.h"

// Computes all that is combinational from registers and inputs; generated, but in no header.
void Vfaults___024root___eval_settle(Vfaults___024root*);
// Gives all that is a constant its value, once, before the first evaluation.
void Vfaults___024root___eval_static(Vfaults___024root*);
void Vfaults___024root___eval_initial(Vfaults___024root*);

/** A variable with registers, and where its bits lie in a block of state. */
struct Variable {
    /** Whether a bit of an entry may be a register. */
    bool may_keep(uint32_t bit) const {
        if (!initial() || written == "*") return true;
        if (bit / 4 >= written.size()) return false;
        return (std::stoul(written.substr(written.size() - 1 - bit / 4, 1), nullptr, 16) >> bit % 4 & 1) != 0;
    }
    bool initial() const { return written != "-"; }

    std::string scope, name;
    uint32_t entries, width, stride;  // of an unpacked array; bits of an entry; bytes from one to the next
    uint32_t offset;                  // in a block of state, bytes
    std::string written;              // with an initial value: bits that an edge writes, hexadecimal, or * for all; else -
};

using Ports = Vfaults;

class Device {
   public:
    /** A file with a line for each variable: its scope and name, and which bits an edge writes. */
    explicit Device(const std::string& registers) {
        std::ifstream file(registers);
        std::string scope, name, written;
        while (file >> scope >> name >> written) add(scope, name, written);
        if (variables_.empty()) fail("no registers in " + registers);
    }

    Ports& ports() { return dut_; }
    const std::vector<Variable>& variables() const { return variables_; }
    uint32_t bytes() const { return bytes_; }

    /** Two evaluations: inputs with the clock low, then the rising edge. */
    void low() {
        dut_.clk_i = 0;
        dut_.eval();
    }
    void rise() {
        dut_.clk_i = 1;
        dut_.eval();
    }

    void begin() {
        Vfaults___024root___eval_static(dut_.rootp);
        Vfaults___024root___eval_initial(dut_.rootp);
    }

    void settle() { Vfaults___024root___eval_settle(dut_.rootp); }

    void save(uint8_t* to) const {
        for (const Run& run : runs_) std::memcpy(to + run.offset, run.live, run.bytes);
    }
    void load(const uint8_t* from) {
        for (const Run& run : runs_) std::memcpy(run.live, from + run.offset, run.bytes);
    }

    /** Inverts the bit at a place in a block of state. */
    void flip(uint32_t place) { *live(place) ^= static_cast<uint8_t>(1 << place % 8); }
    bool at(uint32_t place) { return (*live(place) >> place % 8 & 1) != 0; }
    void set(uint32_t place, bool value) {
        if (at(place) != value) flip(place);
    }

    Difference difference(const uint8_t* other) const {
        Difference found{0, 0};
        for (const Run& run : runs_) add_difference(found, run.live, other + run.offset, run.bytes, run.offset);
        return found;
    }

   private:
    struct Run {
        uint8_t* live;
        uint32_t offset, bytes;
    };

    VerilatedContext context_;
    Vfaults dut_{&context_, ""};
    std::vector<Variable> variables_;
    std::vector<Run> runs_;  // as many as there are gaps between the variables
    std::vector<uint8_t*> places_;  // of each byte of state
    uint32_t bytes_ = 0;

    uint8_t* live(uint32_t place) { return places_[place / 8]; }

    VerilatedVar* find(const std::string& scope_name, const std::string& name) {
        const auto& scopes = *context_.scopeNameMap();
        const auto scope = scopes.find(scope_name.c_str());
        return scope == scopes.end() ? nullptr : scope->second->varFind(name.c_str());
    }

    void add(const std::string& scope_name, const std::string& name, const std::string& written) {
        VerilatedVar* var = find(scope_name, name);
        if (var == nullptr) fail("no register " + name + " in " + scope_name + ": the list is of another build");
        uint32_t entries = 1;
        for (const VerilatedRange& range : var->unpackedRanges()) entries *= static_cast<uint32_t>(range.elements());
        const auto size = static_cast<uint32_t>(var->totalSize());
        variables_.push_back({scope_name, name, entries, var->entBits(), size / entries, bytes_, written});
        auto* at = static_cast<uint8_t*>(var->datap());
        for (uint32_t byte = 0; byte < size; ++byte) places_.push_back(at + byte);
        if (!runs_.empty() && runs_.back().live + runs_.back().bytes == at) {
            runs_.back().bytes += size;
        } else {
            runs_.push_back({at, bytes_, size});
        }
        bytes_ += size;
    }
};
