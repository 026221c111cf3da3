// SPDX-License-Identifier: Apache-2.0
// Layers of a network for images as they lie in L2 (tb/cluster/inference.py writes them, and decides what is where in
// the TCDM). An image is rows x columns x channels, FP16; channels are even.
#pragma once

#include "io.h"

enum { PASSES_MOST = 28 };

// Uses of a pass, bits of `flags`.
enum {
    PASS_PATCHES = 1,  // X are patches of the input; else the input as it lies
    PASS_POOL = 2,     // X is what was loaded, W the input
    PASS_ADDS = 4,     // biases are added to what is there; else sums start with them
    PASS_BIASES = 8,   // there are biases
    PASS_RELU = 16,    // no output is below zero
    PASS_WAITS = 32,   // its first strip reads or writes what the pass before has written last
    PASS_SHARED = 64,  // patches have one row of the kernel; a strip has a job for each, and these share patches
};

// Products of all pixels of a layer with the weights of some rows of its kernel, by strips of pixels.
typedef struct {
    uint32_t flags, operation;
    uint32_t rows, columns, channels; // of the input
    uint32_t stride, top, left;       // the kernel begins so many pixels before the input, modulo 2^32
    uint32_t kernel_rows, kernel_columns;
    uint32_t out_columns, pixels, outputs;
    uint32_t steps, strip;            // N; pixels of a job, whole rows where patches are shared
    uint32_t input, output, biases;   // in the TCDM
    uint32_t weights, origin, bytes;  // in the TCDM, in L2, and their length
    uint32_t saved;                   // where the output goes in L2; 0: nowhere
} pass_t;

typedef struct {
    uint32_t count;
    uint32_t strips[2];                  // in the TCDM, patches of two jobs
    uint32_t image, image_at, image_bytes; // in L2, in the TCDM
    uint32_t biases, biases_at, bias_bytes;
    pass_t pass[PASSES_MOST];
} passes_t;
