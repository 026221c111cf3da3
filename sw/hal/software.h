// SPDX-License-Identifier: Apache-2.0
// The GEMM-Ops in FP16 on the cores, in three ways; each hart has some of the rows.
#pragma once

#include "event.h"
#include "half.h"
#include "mailbox.h"
#include "simd.h"

// How: three plain loops, scalar with blocks of 4 x 4, vectors of two with blocks of 4 x 8 and a hardware loop.
enum { PLAIN, SCALAR, VECTOR };

typedef struct {
    const half_t *x, *w;
    half_t *z;
    uint32_t m, n, k, first, step;  // rows of this hart: first, first + step, ...
} work_t;

static inline __attribute__((always_inline)) void plain(uint32_t op, const work_t *t) {
    for (uint32_t i = t->first; i < t->m; i += t->step) {
        for (uint32_t j = 0; j < t->k; ++j) {
            half_t acc = t->z[i * t->k + j];
            for (uint32_t n = 0; n < t->n; ++n) acc = half_step(op, t->x[i * t->n + n], t->w[n * t->k + j], acc);
            t->z[i * t->k + j] = acc;
        }
    }
}

// Sixteen results stay in registers only where no index into them is left.
#define UNROLLED _Pragma("clang loop unroll(full)")

static inline __attribute__((always_inline)) void scalar(uint32_t op, const work_t *t) {
    // Harts in step start in different columns, so that they want different banks.
    uint32_t j = 4 * t->first % t->k;
    for (uint32_t i = 4 * t->first; i < t->m; i += 4 * t->step) {
        for (uint32_t left = t->k; left != 0; left -= 4, j = j + 4 < t->k ? j + 4 : 0) {
            half_t acc[4][4];
            UNROLLED
            for (uint32_t r = 0; r < 4; ++r) {
                UNROLLED
                for (uint32_t c = 0; c < 4; ++c) acc[r][c] = t->z[(i + r) * t->k + j + c];
            }
            const uint32_t x_row = 2 * t->n, x_back = 2 - 3 * x_row, w_row = 2 * t->k;
            uint32_t x = (uint32_t)(t->x + i * t->n), w = (uint32_t)(t->w + j);
            for (uint32_t n = t->n; n != 0; --n) {
                const half_t *its_w = (const half_t *)w;
                const half_t w0 = its_w[0], w1 = its_w[1], w2 = its_w[2], w3 = its_w[3];
                UNROLLED
                for (uint32_t r = 0; r < 4; ++r) {
                    const half_t its = *(const half_t *)x;
                    // One pointer goes through the rows: there are no registers for four.
                    x += r < 3 ? x_row : x_back;
                    __asm__("" : "+r"(x));
                    acc[r][0] = half_step(op, its, w0, acc[r][0]);
                    acc[r][1] = half_step(op, its, w1, acc[r][1]);
                    acc[r][2] = half_step(op, its, w2, acc[r][2]);
                    acc[r][3] = half_step(op, its, w3, acc[r][3]);
                }
                w += w_row;
            }
            UNROLLED
            for (uint32_t r = 0; r < 4; ++r) {
                UNROLLED
                for (uint32_t c = 0; c < 4; ++c) t->z[(i + r) * t->k + j + c] = acc[r][c];
            }
        }
    }
}

static void vector(uint32_t op, const work_t *t) {
    static void (*const blocks[8])(const simd_block_t *) = {
        simd_block_fma,    simd_block_fma,    simd_block_addmax, simd_block_addmin,
        simd_block_mulmax, simd_block_mulmin, simd_block_maxmin, simd_block_minmax,
    };
    uint32_t j = 8 * t->first % t->k;
    for (uint32_t i = 4 * t->first; i < t->m; i += 4 * t->step) {
        for (uint32_t left = t->k; left != 0; left -= 8, j = j + 8 < t->k ? j + 8 : 0) {
            const simd_block_t block = {.x = (uint32_t)(t->x + i * t->n),
                                        .w = (uint32_t)(t->w + j),
                                        .z = (uint32_t)(t->z + i * t->k + j),
                                        .n = t->n,
                                        .x_row = 2 * t->n,
                                        .w_row = 2 * t->k,
                                        .z_row = 2 * t->k};
            blocks[op](&block);
        }
    }
}

#define FOR_EACH_OP(how)             \
    switch (op) {                    \
        case 2: how(2, t); break;    \
        case 3: how(3, t); break;    \
        case 4: how(4, t); break;    \
        case 5: how(5, t); break;    \
        case 6: how(6, t); break;    \
        case 7: how(7, t); break;    \
        default: how(1, t); break;   \
    }

static __attribute__((noinline)) void plain_any(uint32_t op, const work_t *t) { FOR_EACH_OP(plain) }

static __attribute__((noinline)) void scalar_any(uint32_t op, const work_t *t) { FOR_EACH_OP(scalar) }

// Whether a job has sizes and addresses that a way can do.
static inline int software_can(uint32_t mode, const job_t *job) {
    const uint32_t rows = mode == PLAIN ? 1 : 4, cols = mode == PLAIN ? 1 : mode == SCALAR ? 4 : 8;
    const uint32_t align = mode == VECTOR ? 3 : 1;
    if (mode > VECTOR || job->format != 1 || job->n == 0 || job->m % rows != 0 || job->k % cols != 0) return 0;
    return (job->x & 1) == 0 && (job->w & align) == 0 && (job->z & align) == 0;
}

// The part of a job that member `first` of `step` has.
static inline void software_run(uint32_t mode, const job_t *job, uint32_t first, uint32_t step) {
    const work_t work = {.x = (const half_t *)job->x,
                         .w = (const half_t *)job->w,
                         .z = (half_t *)job->z,
                         .m = job->m,
                         .n = job->n,
                         .k = job->k,
                         .first = first,
                         .step = step};
    if (job->op == 0) {
        // Its own rows; nobody else touches them.
        const uint32_t rows = mode == PLAIN ? 1 : 4;
        for (uint32_t i = rows * first; i < job->m; i += rows * step) {
            for (uint32_t j = 0; j < rows * job->k; ++j) work.z[i * job->k + j] = 0;
        }
    }
    if (mode == PLAIN) {
        plain_any(job->op, &work);
    } else if (mode == SCALAR) {
        scalar_any(job->op, &work);
    } else {
        vector(job->op, &work);
    }
}
