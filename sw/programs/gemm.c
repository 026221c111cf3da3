// SPDX-License-Identifier: Apache-2.0
// Jobs of the mailbox on the accelerator, one after the other, each programmed by hart 0 while the others sleep.
// Answers: for each job the cycles from before acquire to the wake-up, and from the trigger on.
#include "../drivers/redmule.h"

int main(uint32_t hart) {
    if (hart != 0) return 0;
    event_mask_set(1u << EVENT_ACCELERATOR);
    for (uint32_t i = 0; i < mailbox.count; ++i) {
        const uint32_t begin = cycles();
        (void)redmule_acquire();
        redmule_program(&mailbox.job[i]);
        const uint32_t triggered = cycles();
        redmule_trigger();
        redmule_wait();
        const uint32_t end = cycles();
        mailbox.answer[2 * i] = end - begin;
        mailbox.answer[2 * i + 1] = end - triggered;
        if (redmule_running() != 0) return 1;
    }
    return (int)(redmule_read(REDMULE_FINISHED_OFFSET) - mailbox.count);
}
