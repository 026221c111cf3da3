// SPDX-License-Identifier: Apache-2.0
// A lock in the TCDM, taken through the test-and-set alias: reading a word there also sets it.
#pragma once

#include "io.h"

typedef volatile uint32_t lock_t;

static inline void lock(lock_t *word) {
    volatile uint32_t *alias = (volatile uint32_t *)((uint32_t)word + (TCDM_TAS_ADDRESS - TCDM_ADDRESS));
    while (*alias != 0) {
    }
    compiler_fence();
}

static inline void unlock(lock_t *word) {
    compiler_fence();
    *word = 0;
}
