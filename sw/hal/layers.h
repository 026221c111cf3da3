// SPDX-License-Identifier: Apache-2.0
// What a layer's products leave to the cores, in vectors of two FP16. A matrix is `wide` if its rows are features
// (features x batch), and `tall` if they are samples (batch x features); features and samples are even. A call does
// the share of one hart: pairs of features hart, hart + harts, ...
#pragma once

#include "vector.h"

typedef struct {
    uint32_t hart, harts;
    uint32_t features, batch;
} share_t;

// First word of two rows of a wide matrix, and of two columns of a tall one.
static inline vector_t *wide_rows(uint32_t matrix, const share_t *share, uint32_t pair) {
    return (vector_t *)matrix + pair * share->batch;
}

static inline vector_t *tall_columns(uint32_t matrix, uint32_t pair) { return (vector_t *)matrix + pair; }

// A wide matrix whose columns are all `biases`.
static inline void layer_biases(const share_t *share, uint32_t wide, const vector_t *biases) {
    for (uint32_t pair = share->hart; pair < share->features / 2; pair += share->harts) {
        vector_t *row = wide_rows(wide, share, pair);
        const vector_t low = vector_low(biases[pair], biases[pair]), high = vector_high(biases[pair], biases[pair]);
        for (uint32_t k = 0; k < share->batch / 2; ++k) {
            row[k] = low;
            row[k + share->batch / 2] = high;
        }
    }
}

// ReLU on a wide matrix, in place.
static inline void layer_rectify(const share_t *share, uint32_t wide) {
    const uint32_t row = share->batch / 2;
    for (uint32_t feature = share->hart; feature < share->features; feature += share->harts) {
        vector_t *z = (vector_t *)wide + feature * row;
        for (uint32_t k = 0; k < row; ++k) z[k] = vector_max(z[k], 0);
    }
}

// tall = wide, transposed
static inline void layer_transpose(const share_t *share, uint32_t wide, uint32_t tall) {
    const uint32_t row = share->features / 2, half = share->batch / 2;
    for (uint32_t pair = share->hart; pair < row; pair += share->harts) {
        const vector_t *from = wide_rows(wide, share, pair);
        vector_t *to = tall_columns(tall, pair);
        for (uint32_t k = 0; k < half; ++k, ++from, to += 2 * row) {
            to[0] = vector_low(from[0], from[half]);
            to[row] = vector_high(from[0], from[half]);
        }
    }
}

// The outputs' gradients: `error` = `outputs` - `targets`, tall; times `scale`, wide, where the targets were. Biases take
// their step. Returns `loss` and the squares of the errors, in FP32.
static inline float layer_loss(const share_t *share, uint32_t outputs, uint32_t targets, uint32_t error,
                               vector_t scale, vector_t *biases, float loss) {
    const uint32_t row = share->features / 2, half = share->batch / 2;
    for (uint32_t pair = share->hart; pair < row; pair += share->harts) {
        const vector_t *z = wide_rows(outputs, share, pair);
        vector_t *t = wide_rows(targets, share, pair), *to = tall_columns(error, pair);
        vector_t bias = biases[pair];
        for (uint32_t k = 0; k < half; ++k, ++z, ++t, to += 2 * row) {
            const vector_t e0 = vector_sub(z[0], t[0]), e1 = vector_sub(z[half], t[half]);
            const vector_t s0 = vector_mul(e0, scale), s1 = vector_mul(e1, scale);
            const vector_t low = vector_low(e0, e1), high = vector_high(e0, e1);
            t[0] = s0;
            t[half] = s1;
            to[0] = low;
            to[row] = high;
            bias = vector_add(bias, vector_low(s0, s1));
            bias = vector_add(bias, vector_high(s0, s1));
            loss = vector_squares(low, loss);
            loss = vector_squares(high, loss);
        }
        biases[pair] = bias;
    }
    return loss;
}

// The gradients of a hidden layer: `passed` where its activations are above zero, both tall, into `gradients`; times
// `scale` in `change`, wide. Gradients are tall in parts of `block` features, one part behind the other. Biases take
// their step.
static inline void layer_gradient(const share_t *share, uint32_t passed, uint32_t activations, uint32_t gradients,
                                  uint32_t block, uint32_t change, vector_t scale, vector_t *biases) {
    const uint32_t row = share->features / 2, half = share->batch / 2;
    uint32_t begin = 0, size = block / 2; // of a part, in pairs
    for (uint32_t pair = share->hart; pair < row; pair += share->harts) {
        while (pair >= begin + size) begin += size;
        if (size > row - begin) size = row - begin;
        const vector_t *d = tall_columns(passed, pair), *a = tall_columns(activations, pair);
        vector_t *masked = tall_columns(gradients, begin * share->batch + pair - begin);
        vector_t *to = wide_rows(change, share, pair);
        vector_t bias = biases[pair];
        for (uint32_t k = 0; k < half; ++k, ++to, a += 2 * row, d += 2 * row, masked += 2 * size) {
            const vector_t d0 = vector_where_positive(a[0], d[0]), d1 = vector_where_positive(a[row], d[row]);
            const vector_t s0 = vector_mul(d0, scale), s1 = vector_mul(d1, scale);
            masked[0] = d0;
            masked[size] = d1;
            bias = vector_add(vector_add(bias, s0), s1);
            to[0] = vector_low(s0, s1);
            to[half] = vector_high(s0, s1);
        }
        biases[pair] = bias;
    }
}
