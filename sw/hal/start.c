// SPDX-License-Identifier: Apache-2.0
// From crt0 to main on every hart of the team, and from there to the end of the computation.
#include "event.h"
#include "mailbox.h"

int main(uint32_t hart);

__attribute__((section(".mailbox"), used)) volatile mailbox_t mailbox;

static volatile uint32_t results[HARTS_MOST];

// Value that a program returns when nobody has written the mailbox.
#define NO_MAILBOX 0x4D424F58u

__attribute__((noreturn, used)) void cluster_start(uint32_t hart) {
    barrier();
    results[hart] = mailbox.magic == MAILBOX_MAGIC ? (uint32_t)main(hart) : NO_MAILBOX;
    barrier();
    if (hart == 0) {
        uint32_t result = 0;
        const uint32_t harts = team();
        for (uint32_t h = 0; h < HARTS_MOST; ++h) {
            if ((harts >> h & 1) != 0 && result == 0) result = results[h];
        }
        write32(CONTROL_UNIT_ADDRESS + CONTROL_UNIT_RETURN_OFFSET, result);
        write32(CONTROL_UNIT_ADDRESS + CONTROL_UNIT_EOC_OFFSET, 1);
    }
    event_mask_clear(~0u);
    for (;;) (void)event_wait();
}
