// SPDX-License-Identifier: Apache-2.0
// Soft clear and recovery: starts job 0, clears the accelerator after `mode` cycles, then runs the others.
// Answers: cycles from the trigger to the wake-up of each job from the second on.
#include "../drivers/redmule.h"

int main(uint32_t hart) {
    if (hart != 0 || mailbox.count == 0) return 0;
    event_mask_set(1u << EVENT_ACCELERATOR);
    (void)redmule_acquire();
    redmule_program(&mailbox.job[0]);
    redmule_trigger();
    const uint32_t from = cycles();
    while (cycles() - from < mailbox.mode) {
    }
    redmule_soft_clear(0);
    // Nothing of the job is left: no context, no lock, no id, no register, no event after the clear.
    if (redmule_running() != 0 || redmule_read(REDMULE_FINISHED_OFFSET) != 0) return 1;
    if (redmule_read(REDMULE_X_ADDR_OFFSET) != 0) return 2;
    event_clear(1u << EVENT_ACCELERATOR);
    for (uint32_t i = 1; i < mailbox.count; ++i) {
        if (redmule_acquire() != i - 1) return 3;
        redmule_program(&mailbox.job[i]);
        const uint32_t triggered = cycles();
        redmule_trigger();
        redmule_wait();
        mailbox.answer[i] = cycles() - triggered;
    }
    return (int)(redmule_read(REDMULE_FINISHED_OFFSET) - (mailbox.count - 1));
}
