// SPDX-License-Identifier: Apache-2.0
// A fully connected network as it lies in L2 (tb/cluster/streams/train.py writes it), and what is where in the TCDM.
#pragma once

#include "io.h"

enum { LAYERS_MOST = 12, ACCESS_MOST = 68 };

// Matrices are FP16, one row behind the other: weights outputs x inputs, samples features x batch.
typedef struct {
    uint32_t layers, batch;
    uint32_t first_block;           // outputs of the first layer whose weights are in the TCDM at once
    uint32_t last_block;            // the same of the last layer
    uint32_t room;                  // bytes for weights in the TCDM, 0 for all that is left
    uint32_t scale;                 // -rate / batch, in both lanes of a vector
    uint32_t arbitration[3];        // of the TCDM: forward; from the last layer back; in the first; 0: stays as it is
    uint32_t weights, biases;       // of the first layer; the others' follow
    uint32_t inputs, targets;
    uint32_t turned;                // written: inputs, batch x features
    uint32_t outputs, loss;         // written: outputs before the step, the sum of the squares of their errors in FP32
    uint32_t size[LAYERS_MOST + 1]; // features of the inputs and of each layer
} network_t;

static network_t net;
static uint32_t weights_of[LAYERS_MOST + 1]; // in L2, of each layer
// In the TCDM: of each layer activations, batch x features, and biases; inputs, where activations of the second layer
// and further ones lie at other times; four buffers for a layer's samples; zeros for an operand; weights.
static uint32_t saved[LAYERS_MOST + 1], biases[LAYERS_MOST + 1], inputs, small[4], zeros, room;
static uint32_t widest; // features that a buffer holds

static uint32_t first_blocks, last_blocks; // of the first and of the last layer

static inline uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }

static inline uint32_t bias_bytes(void) { return biases[net.layers] + 2 * net.size[net.layers] - biases[1]; }

// Divides the TCDM, whose end is given; false if it is too small for anything but weights.
static inline int divide(uint32_t end) {
    const uint32_t last = net.layers, row = 2 * net.batch;
    uint32_t at = OPERANDS_ADDRESS;
    widest = net.last_block;
    for (uint32_t l = 1; l < last; at += net.size[l++] * row) {
        widest = most(widest, net.size[l]);
        saved[l] = at;
    }
    inputs = saved[1] + net.size[1] * row;
    at = most(at, inputs + net.size[0] * row);
    for (uint32_t i = 0; i < 4; ++i, at += widest * row) small[i] = at;
    first_blocks = (net.size[1] + net.first_block - 1) / net.first_block;
    last_blocks = (net.size[last] + net.last_block - 1) / net.last_block;
    weights_of[1] = net.weights;
    for (uint32_t l = 1; l <= last; at += 2 * net.size[l++]) {
        biases[l] = at;
        if (l < last) weights_of[l + 1] = weights_of[l] + 2 * net.size[l - 1] * net.size[l];
    }
    zeros = at;
    at += 2 * most(widest, net.batch);
    for (uint32_t word = zeros; word < at; word += 4) write32(word, 0);
    room = at;
    end -= ACCESS_MOST; // the accelerator reads up to an access behind an operand
    if (at >= end) return 0;
    if (net.room == 0 || net.room > end - at) net.room = end - at;
    return 1;
}
