// SPDX-License-Identifier: Apache-2.0
// The accelerator, the cores and the DMA at once, in the same banks: how much they hold each other up.
// Hart 0 has the accelerator do job 0, hart 1 has the DMA carry X of job 2 to Z of job 2 and back, the others compute
// job 1 as vectors. `mode`: bits 2:0 say which of the three run (accelerator, cores, DMA), bits 5:4 which one of them
// is measured: it does its work once, the others repeat theirs until it has ended. Jobs 0 and 1 are products without
// accumulation, so that a repetition changes nothing.
// Answers: cycles of the one that is measured, then how often accelerator, cores and DMA did their work.
#include "../drivers/dma.h"
#include "../drivers/redmule.h"
#include "../hal/lock.h"
#include "../hal/software.h"

enum { ACCELERATOR, CORES, COPIES };

static volatile uint32_t over;

static uint32_t accelerate(const job_t *job) {
    (void)redmule_acquire();
    redmule_program(job);
    redmule_trigger();
    redmule_wait();
    return 1;
}

// There and back, so that the data move in both directions and end where they were.
static uint32_t copy(const job_t *job) {
    const uint32_t bytes = 2 * job->m * job->n;
    (void)dma_copy(job->z, job->x, bytes);
    dma_wait(dma_copy(job->x, job->z, bytes));
    return 1;
}

static uint32_t group_of(uint32_t hart) { return hart == 0 ? ACCELERATOR : hart == 1 ? COPIES : CORES; }

int main(uint32_t hart) {
    const uint32_t harts = (uint32_t)__builtin_popcount(team()), mode = mailbox.mode;
    const uint32_t mine = group_of(hart), measured = mode >> 4 & 3;
    if (harts < 3 || mailbox.count != 3 || (mode >> measured & 1) == 0) return 1;
    const job_t job = mailbox.job[mine];
    if (mine == CORES && !software_can(VECTOR, &job)) return 2;
    event_mask_set(1u << EVENT_ACCELERATOR);
    barrier();
    const uint32_t begin = cycles();
    uint32_t rounds = 0;
    if ((mode >> mine & 1) != 0) {
        do {
            if (mine == ACCELERATOR) {
                rounds += accelerate(&job);
            } else if (mine == COPIES) {
                rounds += copy(&job);
            } else {
                software_run(VECTOR, &job, hart - 2, harts - 2);
                ++rounds;
            }
        } while (mine != measured && over < (measured == CORES ? harts - 2 : 1));
    }
    if (mine == measured) {
        const uint32_t taken = cycles() - begin;
        static lock_t lock_over;
        lock(&lock_over);
        // The slowest of the group counts.
        if (taken > mailbox.answer[0]) mailbox.answer[0] = taken;
        over = over + 1;
        unlock(&lock_over);
    }
    barrier();
    if (hart < 3) mailbox.answer[1 + mine] = rounds;
    return 0;
}
