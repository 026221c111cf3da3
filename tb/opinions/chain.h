// SPDX-License-Identifier: Apache-2.0
// Chains of steps, for tb/opinions/library.py: the same loops around each source's own step.
#pragma once

#include <cstddef>
#include <cstdint>

#define OPINION extern "C" __attribute__((visibility("default")))

/**
 * All accumulators of some outputs.
 *
 * x and w hold `steps` elements of each output's row and column, one output after the other; sums has room for
 * `steps + 1` of each, of which the first is given: the accumulator before the first step.
 */
template <typename Step>
void chains(size_t outputs, size_t steps, const uint16_t* x, const uint16_t* w, uint16_t* sums, Step step) {
    for (size_t output = 0; output < outputs; ++output, x += steps, w += steps, sums += steps + 1) {
        for (size_t n = 0; n < steps; ++n) sums[n + 1] = step(x[n], w[n], sums[n]);
    }
}

/** Counts outputs of Z, given by their places in it, that have other values than `step` gives; y may be null. */
template <typename Step>
size_t differing(size_t outputs, const uint32_t* places, size_t n, size_t k, const uint16_t* x, const uint16_t* w,
                 const uint16_t* y, const uint16_t* z, Step step) {
    size_t found = 0;
    for (size_t output = 0; output < outputs; ++output) {
        const size_t place = places[output], row = place / k * n, column = place % k;
        uint16_t sum = y == nullptr ? 0 : y[place];
        for (size_t i = 0; i < n; ++i) sum = step(x[row + i], w[i * k + column], sum);
        found += sum != z[place];
    }
    return found;
}
