// SPDX-License-Identifier: Apache-2.0
// Variables of a model that tb/cluster/sv/cluster.vlt makes public, by their place in the hierarchy.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "verilated.h"
#include "verilated_syms.h"

namespace cluster {

template <typename T>
T* variable(VerilatedContext& context, const std::string& scope, const char* name) {
    const VerilatedScope* found = context.scopeFind(scope.c_str());
    VerilatedVar* var = found ? found->varFind(name) : nullptr;
    if (var == nullptr) {
        std::fprintf(stderr, "error: cluster: the model has no public %s.%s\n", scope.c_str(), name);
        std::exit(2);
    }
    return static_cast<T*>(var->datap());
}

}  // namespace cluster
