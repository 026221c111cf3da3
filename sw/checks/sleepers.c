// SPDX-License-Identifier: Apache-2.0
// Hart 0 wakes the others one by one with software events; each notes when. Nobody wakes on another one's event.
// Then the timer and the DMA wake hart 0.
#include "drivers/dma.h"
#include "hal/event.h"
#include "hal/mailbox.h"

static volatile uint32_t awake;
static uint32_t copied[16];

int main(uint32_t hart) {
    const uint32_t harts = (uint32_t)__builtin_popcount(team());
    event_mask_set(1u << 3);
    if (hart != 0) {
        if (event_wait() != 1u << 3) return 1;
        awake |= 1u << hart;
        mailbox.answer[hart] = cycles();
        event_send(4, 1u);
        return 0;
    }
    event_mask_clear(~0u);
    event_mask_set(1u << 4);
    for (uint32_t h = 1; h < harts; ++h) {
        // Event 5 is in nobody's mask.
        event_send(5, 0);
        for (uint32_t i = 0; i < 50; ++i) {
            if (awake != ((1u << h) - 2)) return 2;
        }
        event_send(3, 1u << h);
        if (event_wait() != 1u << 4) return 3;
    }
    // The timer wakes at the cycle that was asked for.
    event_mask_clear(~0u);
    event_mask_set(1u << EVENT_TIMER1);
    const uint32_t at = cycles() + 200;
    write32(TIMER_ADDRESS + TIMER_COMPARE1_OFFSET, at);
    write32(TIMER_ADDRESS + TIMER_CTRL_OFFSET, 1u | 1u << TIMER_CTRL_EVENT1_LSB);
    if (event_wait() != 1u << EVENT_TIMER1) return 4;
    mailbox.answer[0] = cycles() - at;
    // A transfer of this hart, and then, since it was the only one, that the DMA is idle.
    event_mask_clear(~0u);
    event_mask_set(1u << EVENT_DMA);
    (void)dma_copy((uint32_t)copied, L2_ADDRESS, sizeof copied);
    if (event_wait() != 1u << EVENT_DMA) return 5;
    event_mask_clear(~0u);
    event_mask_set(1u << EVENT_DMA_IDLE);
    if (event_wait() != 1u << EVENT_DMA_IDLE) return 6;
    return 0;
}
