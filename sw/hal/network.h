// SPDX-License-Identifier: Apache-2.0
// A fully connected network as it lies in L2 (tb/cluster/streams/train.py writes it), and what is where in the TCDM.
#pragma once

#include "io.h"

enum { LAYERS_MOST = 12, BUFFERS = 6, SUMS = 2, ACCESS_MOST = 68 };

// Matrices are FP16, one row behind the other: weights outputs x inputs, samples features x batch.
typedef struct {
    uint32_t layers, batch;
    uint32_t first_block;           // inputs of the first layer whose weights are in the TCDM at once
    uint32_t hidden_block;          // outputs of a layer between the first and the last
    uint32_t last_block;            // outputs of the last layer
    uint32_t room;                  // bytes for weights in the TCDM, 0 for all that is left
    uint32_t saved_layers;          // layers whose activations are in the TCDM for updates at once: 1 or 2
    uint32_t in_software;           // 1: the harts compute the products, 0: the accelerator does
    uint32_t scale;                 // -rate / batch, in both lanes of a vector
    uint32_t arbitration[3];        // of the TCDM: forward; from the last layer back; in the first; 0: stays as it is
    uint32_t weights, biases;       // of the first layer; the others' follow
    uint32_t inputs, targets;
    uint32_t activations;           // written: of each layer before the last, one behind the other, batch x features
    uint32_t outputs, loss;         // written: outputs before the step, the sum of the squares of their errors in FP32
    uint32_t size[LAYERS_MOST + 1]; // features of the inputs and of each layer
} network_t;

static network_t net;
static uint32_t weights_of[LAYERS_MOST + 1], activations_of[LAYERS_MOST + 1]; // in L2, of each layer
// In the TCDM: biases of each layer; buffers for `widest` features each; zeros for an operand; weights.
static uint32_t biases[LAYERS_MOST + 1], buffer[BUFFERS], widest, zeros, room;

static inline uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static inline uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }

// What is in the buffers:
//             0                     1                  2        3                    4
// forward     activations, tall     wide of layers last - 1, last - 2, last - 3, ...
// last layer  of last - 1, tall     the same, wide     passed   sums of two blocks, one block's errors
// backward    of the layer before   change             passed   change               gradients
// With a sixth buffer, those of the odd layers are there, so that two layers' stay.

// Activations of a layer, batch x features.
static inline uint32_t saved(uint32_t layer) { return buffer[net.saved_layers == 2 && (layer & 1) != 0 ? 5 : 0]; }

// Activations of a layer, or what they are made of: features x batch.
static inline uint32_t wide(uint32_t layer) { return buffer[1 + (net.layers - 1 - layer) % 3]; }

static inline uint32_t last_blocks(void) { return (net.size[net.layers] + net.last_block - 1) / net.last_block; }

// Outputs of block `number` of the last layer.
static inline uint32_t sums(uint32_t number) { return buffer[3] + 2 * net.last_block * net.batch * (number % SUMS); }

static inline uint32_t errors(void) { return buffer[3] + 2 * net.last_block * net.batch * SUMS; }

// Part `number`, counted modulo 4, of the first layer's inputs, batch x features, behind all other layers.
static inline uint32_t turned(uint32_t number) {
    return buffer[2 + 2 * (number & 1)] + (number & 2) * net.first_block * net.batch;
}

static inline uint32_t bias_bytes(void) { return biases[net.layers] + 2 * net.size[net.layers] - biases[1]; }

// Divides the TCDM, whose end is given; false if it is too small for anything but weights.
static inline int divide(uint32_t end) {
    uint32_t at = OPERANDS_ADDRESS;
    widest = 2 * most(net.first_block, net.last_block);
    for (uint32_t l = 1; l < net.layers; ++l) widest = most(widest, net.size[l]);
    for (uint32_t i = 0; i < 4 + net.saved_layers; ++i, at += 2 * net.batch * widest) buffer[i] = at;
    weights_of[1] = net.weights;
    activations_of[1] = net.activations;
    for (uint32_t l = 1; l <= net.layers; at += 2 * net.size[l++]) {
        biases[l] = at;
        if (l == net.layers) continue;
        weights_of[l + 1] = weights_of[l] + 2 * net.size[l - 1] * net.size[l];
        activations_of[l + 1] = activations_of[l] + 2 * net.size[l] * net.batch;
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
