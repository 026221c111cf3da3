// SPDX-License-Identifier: Apache-2.0
// Jobs of the mailbox, dealt out to the harts, all of which program the accelerator through its lock as fast as they can.
// Answers: for each job the hart that ran it in bits 31:24 and its id in bits 7:0, then in order of their wake-up.
#include "../drivers/redmule.h"
#include "../hal/lock.h"

static lock_t order_lock;
static volatile uint32_t ended;

int main(uint32_t hart) {
    const uint32_t harts = (uint32_t)__builtin_popcount(team());
    event_mask_set(1u << EVENT_ACCELERATOR);
    for (uint32_t i = hart; i < mailbox.count; i += harts) {
        const uint32_t id = redmule_acquire();
        redmule_program(&mailbox.job[i]);
        // The holder reads back what it has written, whatever the others try meanwhile.
        if (redmule_read(REDMULE_X_ADDR_OFFSET) != mailbox.job[i].x) return 1;
        if (redmule_try() != id) return 2;
        redmule_trigger();
        redmule_wait();
        mailbox.answer[i] = hart << 24 | id;
        lock(&order_lock);
        mailbox.answer[MAILBOX_JOBS + ended] = i;
        ended = ended + 1;
        unlock(&order_lock);
    }
    barrier();
    if (hart == 0 && redmule_read(REDMULE_FINISHED_OFFSET) != mailbox.count) return 3;
    return 0;
}
