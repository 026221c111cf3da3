// SPDX-License-Identifier: Apache-2.0
// Products that all harts compute: hart 0 posts one, the others do their share of it where they wait at a barrier.
#pragma once

#include "../hal/layers.h"
#include "../hal/software.h"

static job_t posted;
static volatile uint32_t is_posted;

static inline uint32_t team_size(void) { return (uint32_t)__builtin_popcount(team()); }

static __attribute__((noinline)) void team_share(uint32_t hart) {
    const job_t job = posted;
    const share_t share = {hart, team_size(), job.m, job.k};
    if (job.n == 1) {
        layer_rectify(&share, job.z); // the only products of one step
    } else {
        software_run(VECTOR, &job, hart, share.harts);
    }
}

// By hart 0 alone.
static inline void team_run(const job_t *job) {
    posted = *job;
    is_posted = 1;
    barrier();
    team_share(0);
    barrier();
    is_posted = 0;
}

// A barrier before which the harts compute what hart 0 posts.
static inline void meet(uint32_t hart) {
    for (barrier(); hart != 0 && is_posted != 0; barrier()) {
        team_share(hart);
        barrier();
    }
}
