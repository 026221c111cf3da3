// SPDX-License-Identifier: Apache-2.0
// The accelerator: acquire, program, trigger, wait.
#pragma once

#include "../hal/event.h"
#include "../hal/mailbox.h"

#define REDMULE_LOCKED 0xFFFFFFFEu // another hart holds the lock
#define REDMULE_FULL 0xFFFFFFFFu   // all contexts are taken

enum { CONTEXTS = 2 }; // jobs that the accelerator has at once

static inline void redmule_write(uint32_t offset, uint32_t value) { write32(REDMULE_ADDRESS + offset, value); }

static inline uint32_t redmule_read(uint32_t offset) { return read32(REDMULE_ADDRESS + offset); }

// Tries to take the lock and a context: a job's id, REDMULE_LOCKED or REDMULE_FULL.
static inline uint32_t redmule_try(void) { return redmule_read(REDMULE_ACQUIRE_OFFSET); }

// Takes the lock and a context; returns the job's id.
static inline uint32_t redmule_acquire(void) {
    uint32_t id;
    do {
        id = redmule_try();
    } while (id >= REDMULE_LOCKED);
    return id;
}

// Writes the job registers; the lock must be held.
static inline void redmule_program(const volatile job_t *job) {
    const uint32_t macfg = job->op << REDMULE_MACFG_OPERATION_LSB | job->format << REDMULE_MACFG_FORMAT_LSB;
    redmule_write(REDMULE_X_ADDR_OFFSET, job->x);
    redmule_write(REDMULE_W_ADDR_OFFSET, job->w);
    redmule_write(REDMULE_Z_ADDR_OFFSET, job->z);
    redmule_write(REDMULE_MCFG0_OFFSET, job->m | job->k << REDMULE_MCFG0_K_LSB);
    redmule_write(REDMULE_MCFG1_OFFSET, job->n);
    redmule_write(REDMULE_MACFG_OFFSET, macfg);
}

// Queues the job and gives the lock back; event EVENT_ACCELERATOR tells this hart of its end.
static inline void redmule_trigger(void) {
    compiler_fence();
    redmule_write(REDMULE_TRIGGER_OFFSET, 0);
}

// Sleeps until a job of this hart has ended. EVENT_ACCELERATOR has to be the only event of the mask.
static inline void redmule_wait(void) { (void)event_wait(); }

static inline uint32_t redmule_running(void) { return redmule_read(REDMULE_STATUS_OFFSET); }

// Stops everything. With 0 the job registers and ids start anew too.
static inline void redmule_soft_clear(uint32_t value) { redmule_write(REDMULE_SOFT_CLEAR_OFFSET, value); }
