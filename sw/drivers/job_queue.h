// SPDX-License-Identifier: Apache-2.0
// Jobs in FP16 that one hart queues at the accelerator, counted.
#pragma once

#include "redmule.h"

enum { MATMUL = 0, GEMM = 1, MULMAX = 4, FP16 = 1 };

static uint32_t jobs;                // queued so far
static uint32_t accelerator_cycles;  // waited for them

// Z = (X op1 W) op2 Z, queued behind the jobs before; with two there, waits for the first to end.
static inline void product(uint32_t op, uint32_t m, uint32_t n, uint32_t k, uint32_t x, uint32_t w, uint32_t z) {
    const job_t job = {.op = op, .format = FP16, .m = m, .n = n, .k = k, .x = x, .w = w, .z = z};
    const uint32_t begin = cycles();
    (void)redmule_acquire();
    accelerator_cycles += cycles() - begin;
    redmule_program(&job);
    redmule_trigger();
    ++jobs;
}

// Sleeps until so many jobs have ended. Two jobs that end close together are one event but count as two.
static inline void wait_for_jobs(uint32_t count) {
    static uint32_t ended;
    const uint32_t begin = cycles();
    for (;;) {
        ended += redmule_read(REDMULE_FINISHED_OFFSET);
        if (ended >= count) break;
        redmule_wait();
    }
    accelerator_cycles += cycles() - begin;
}
