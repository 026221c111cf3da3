// SPDX-License-Identifier: Apache-2.0
// Part of Verilator that tb/cluster/dpi/backdoor.h takes, without a model: every variable that it asks for is there,
// and holds zeros.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

class VerilatedVar {
   public:
    void* datap() { return bytes_.data(); }

   private:
    std::vector<uint8_t> bytes_ = std::vector<uint8_t>(4096);
};

class VerilatedScope {
   public:
    VerilatedVar* varFind(const char* name) const { return &variables_[name]; }

   private:
    mutable std::map<std::string, VerilatedVar> variables_;
};

class VerilatedContext {
   public:
    const VerilatedScope* scopeFind(const char* name) { return &scopes_[name]; }

   private:
    std::map<std::string, VerilatedScope> scopes_;
};
