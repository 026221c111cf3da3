// SPDX-License-Identifier: Apache-2.0
// Blocks of results in FP16, sw/hal/blocks.S: 4 x 4 one number at a time, 4 x 8 as vectors of two. A call computes
// some that lie side by side, and leaves `w`, `z` and `count` behind the last.
#pragma once

#include <stdint.h>

enum { BLOCK_ROWS = 4, SCALAR_COLS = 4, VECTOR_COLS = 8 };

typedef struct {
    uint32_t x, w, z;              // byte addresses: of the first row; vectors: W and Z multiples of 4
    uint32_t n;                    // steps, at least 1
    uint32_t x_row, w_row, z_row;  // bytes from a row to the next; vectors: W and Z multiples of 4
    uint32_t count;                // blocks, at least 1
} blocks_t;

void scalar_blocks_fma(blocks_t *blocks);
void scalar_blocks_addmax(blocks_t *blocks);
void scalar_blocks_addmin(blocks_t *blocks);
void scalar_blocks_mulmax(blocks_t *blocks);
void scalar_blocks_mulmin(blocks_t *blocks);
void scalar_blocks_maxmin(blocks_t *blocks);
void scalar_blocks_minmax(blocks_t *blocks);

void vector_blocks_fma(blocks_t *blocks);
void vector_blocks_addmax(blocks_t *blocks);
void vector_blocks_addmin(blocks_t *blocks);
void vector_blocks_mulmax(blocks_t *blocks);
void vector_blocks_mulmin(blocks_t *blocks);
void vector_blocks_maxmin(blocks_t *blocks);
void vector_blocks_minmax(blocks_t *blocks);
