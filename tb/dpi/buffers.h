// SPDX-License-Identifier: Apache-2.0
// Large buffers of a bench instance.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace bench {

template <typename T>
using Buffer = std::unique_ptr<T[], decltype(&std::free)>;

// Zero pages of the operating system: a large buffer costs only what is touched.
template <typename T>
Buffer<T> zeroed(uint64_t count) {
    auto* raw = static_cast<T*>(std::calloc(count, sizeof(T)));
    if (raw == nullptr) {
        std::fprintf(stderr, "bench: no memory for a buffer of %llu bytes\n",
                     static_cast<unsigned long long>(count * sizeof(T)));
        std::abort();
    }
    return {raw, &std::free};
}

}  // namespace bench
