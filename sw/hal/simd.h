// SPDX-License-Identifier: Apache-2.0
// Blocks of 4 x 8 results in FP16, sw/hal/simd.S.
#pragma once

#include <stdint.h>

typedef struct simd_block {
    uint32_t x, w, z;              // byte addresses: of the first row; W and Z multiples of 4
    uint32_t n;                    // steps, at least 1
    uint32_t x_row, w_row, z_row;  // bytes from a row to the next
} simd_block_t;

void simd_block_fma(const simd_block_t *block);
void simd_block_addmax(const simd_block_t *block);
void simd_block_addmin(const simd_block_t *block);
void simd_block_mulmax(const simd_block_t *block);
void simd_block_mulmin(const simd_block_t *block);
void simd_block_maxmin(const simd_block_t *block);
void simd_block_minmax(const simd_block_t *block);
