// SPDX-License-Identifier: Apache-2.0
// The GEMM-Ops in FP16 on the cores, in three ways. Plain: each hart has some of the rows; else some of the blocks.
#pragma once

#include "blocks.h"
#include "event.h"
#include "half.h"
#include "mailbox.h"

// Ways: three plain loops, scalar with blocks of 4 x 4, vectors of two with blocks of 4 x 8.
enum { PLAIN, SCALAR, VECTOR };

// Results that one hart computes: of rows row, row + step, ... below row_end the columns from col to col_end.
typedef struct {
    uint32_t row, row_end, step;
    uint32_t col, col_end;
} part_t;

static inline __attribute__((always_inline)) void plain(uint32_t op, const job_t *job, const part_t *part) {
    const half_t *x = (const half_t *)job->x, *w = (const half_t *)job->w;
    half_t *z = (half_t *)job->z;
    for (uint32_t i = part->row; i < part->row_end; i += part->step) {
        for (uint32_t j = part->col; j < part->col_end; ++j) {
            half_t acc = op == 0 ? 0 : z[i * job->k + j];
            for (uint32_t n = 0; n < job->n; ++n) acc = half_step(op, x[i * job->n + n], w[n * job->k + j], acc);
            z[i * job->k + j] = acc;
        }
    }
}

static __attribute__((noinline)) void plain_any(const job_t *job, const part_t *part) {
    switch (job->op) {
        case 0: plain(0, job, part); break;
        case 2: plain(2, job, part); break;
        case 3: plain(3, job, part); break;
        case 4: plain(4, job, part); break;
        case 5: plain(5, job, part); break;
        case 6: plain(6, job, part); break;
        case 7: plain(7, job, part); break;
        default: plain(1, job, part); break;
    }
}

// `count` whole blocks side by side, the first result of the first in row i and column j.
static inline void whole_blocks(uint32_t mode, const job_t *job, uint32_t i, uint32_t j, uint32_t count) {
    static void (*const compute[2][8])(blocks_t *) = {
        {scalar_blocks_fma, scalar_blocks_fma, scalar_blocks_addmax, scalar_blocks_addmin, scalar_blocks_mulmax,
         scalar_blocks_mulmin, scalar_blocks_maxmin, scalar_blocks_minmax},
        {vector_blocks_fma, vector_blocks_fma, vector_blocks_addmax, vector_blocks_addmin, vector_blocks_mulmax,
         vector_blocks_mulmin, vector_blocks_maxmin, vector_blocks_minmax},
    };
    blocks_t blocks = {.x = job->x + 2 * i * job->n,
                       .w = job->w + 2 * j,
                       .z = job->z + 2 * (i * job->k + j),
                       .n = job->n,
                       .x_row = 2 * job->n,
                       .w_row = 2 * job->k,
                       .z_row = 2 * job->k,
                       .count = count};
    if (job->op == 0) {
        for (uint32_t r = 0; r < BLOCK_ROWS; ++r) {
            half_t *z = (half_t *)(blocks.z + r * blocks.z_row);
            for (uint32_t c = 0; c < count * (mode == SCALAR ? SCALAR_COLS : VECTOR_COLS); ++c) z[c] = 0;
        }
    }
    compute[mode == VECTOR][job->op](&blocks);
}

// `count` blocks side by side, some of which may be cut off at an edge: plain loops compute these.
static inline void any_blocks(uint32_t mode, const job_t *job, uint32_t i, uint32_t j, uint32_t count) {
    const uint32_t cols = mode == SCALAR ? SCALAR_COLS : VECTOR_COLS, fit = (job->k - j) / cols;
    uint32_t whole = 0;
    if (job->m - i >= BLOCK_ROWS && job->n != 0) whole = fit < count ? fit : count;
    if (whole != 0) whole_blocks(mode, job, i, j, whole);
    if (whole != count) {
        const part_t part = {.row = i,
                             .row_end = job->m - i < BLOCK_ROWS ? job->m : i + BLOCK_ROWS,
                             .step = 1,
                             .col = j + cols * whole,
                             .col_end = fit < count ? job->k : j + cols * count};
        plain_any(job, &part);
    }
}

// Each hart has as many blocks as the others, or one more, which follow each other along the rows. Harts in step start
// in different columns, so that they want different banks: rows start further right from one to the next, by all harts
// from the first row to the last. A division takes up to 35 cycles, so there is only one.
static inline void blocks(uint32_t mode, const job_t *job, uint32_t first, uint32_t step) {
    const uint32_t cols = mode == SCALAR ? SCALAR_COLS : VECTOR_COLS;
    const uint32_t down = (job->m + BLOCK_ROWS - 1) / BLOCK_ROWS, across = (job->k + cols - 1) / cols;
    const uint32_t share = down * across / step, rest = down * across - share * step;
    uint32_t left = share + (first < rest), place = share * first + (first < rest ? first : rest);
    uint32_t row = 0, start = 0, turn = 0;
    while (left != 0) {
        if (place >= across) {
            place -= across;
            ++row;
            for (turn += step; turn >= down; turn -= down) start = start + 1 < across ? start + 1 : 0;
            continue;
        }
        const uint32_t column = place + start < across ? place + start : place + start - across;
        // To the end of the row or of the matrix, whichever comes first.
        uint32_t count = across - (place > column ? place : column);
        if (count > left) count = left;
        any_blocks(mode, job, BLOCK_ROWS * row, cols * column, count);
        place += count;
        left -= count;
    }
}

// True if a job has a format and addresses that a way can do; vectors want each row of W and Z in whole words.
static inline int software_can(uint32_t mode, const job_t *job) {
    const uint32_t align = mode == VECTOR ? 3 : 1;
    if (mode > VECTOR || job->op > 7 || job->format != 1 || (job->x & 1) != 0) return 0;
    return (job->w & align) == 0 && (job->z & align) == 0 && (2 * job->k & align) == 0;
}

// The part of a job that member `first` of `step` has.
static inline void software_run(uint32_t mode, const job_t *job, uint32_t first, uint32_t step) {
    if (mode == PLAIN) {
        const part_t part = {.row = first, .row_end = job->m, .step = step, .col = 0, .col_end = job->k};
        plain_any(job, &part);
    } else {
        blocks(mode, job, first, step);
    }
}
