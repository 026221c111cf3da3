// SPDX-License-Identifier: Apache-2.0
// Products in FP16 that hart 0 queues at the accelerator, counted, as job_queue.h does; or has all harts compute, one
// after the other.
#pragma once

#include "redmule.h"
#include "team.h"

enum { MATMUL = 0, GEMM = 1, MULMAX = 4, FP16 = 1 };

static uint32_t in_software;        // 1: the harts compute
static uint32_t jobs, ended;        // queued so far, and seen to have ended
static uint32_t accelerator_cycles; // waited for jobs, or computed in software

// Z = (X op1 W) op2 Z, queued behind the jobs before; with two there, waits for the first to end.
static inline void product(uint32_t op, uint32_t m, uint32_t n, uint32_t k, uint32_t x, uint32_t w, uint32_t z) {
    const job_t job = {.op = op, .format = FP16, .m = m, .n = n, .k = k, .x = x, .w = w, .z = z};
    const uint32_t begin = cycles();
    ++jobs;
    if (in_software) {
        team_run(&job);
        accelerator_cycles += cycles() - begin;
        return;
    }
    (void)redmule_acquire();
    accelerator_cycles += cycles() - begin;
    redmule_program(&job);
    redmule_trigger();
}

// Two jobs that end close together are one event but count as two.
static inline void count_ended(void) {
    if (in_software) {
        ended = jobs;
    } else {
        ended += redmule_read(REDMULE_FINISHED_OFFSET);
    }
}
