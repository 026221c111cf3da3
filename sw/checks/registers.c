// SPDX-License-Identifier: Apache-2.0
// Every register that keeps what is written, and the reset values of the others, as the SystemRDL descriptions have them.
// Returns the line of the first one that is not so.
#include "hal/event.h"

#define EXPECT(address, value) \
    if (read32(address) != (uint32_t)(value)) return __LINE__
#define KEEPS(address, mask)            \
    {                                   \
        const uint32_t old = read32(address); \
        write32(address, 0x5A5AA5A5u);  \
        EXPECT(address, 0x5A5AA5A5u & (mask)); \
        write32(address, 0xA5A55A5Au);  \
        EXPECT(address, 0xA5A55A5Au & (mask)); \
        write32(address, old);          \
    }

int main(uint32_t hart) {
    if (hart != 0) return 0;
    // All cores of the cluster run this.
    const uint32_t all = team(), cores = (uint32_t)__builtin_popcount(all), last = cores - 1;
    const uint32_t control = CONTROL_UNIT_ADDRESS, events = EVENT_UNIT_ADDRESS, own = EVENT_UNIT_PRIVATE_ADDRESS;
    EXPECT(control + CONTROL_UNIT_EOC_OFFSET, 0);
    EXPECT(control + CONTROL_UNIT_FETCH_EN_OFFSET, all);
    EXPECT(control + CONTROL_UNIT_CONFIG_OFFSET, cores | 16 << CONTROL_UNIT_CONFIG_BANKS_LSB | 128 << 16);
    EXPECT(control + CONTROL_UNIT_ARBITRATION_OFFSET, 1 | 2 << CONTROL_UNIT_ARBITRATION_DENOMINATOR_LSB);
    KEEPS(control + CONTROL_UNIT_RETURN_OFFSET, CONTROL_UNIT_RETURN_VALUE_MASK);
    KEEPS(control + CONTROL_UNIT_TRAP_PC_OFFSET + 4 * last, CONTROL_UNIT_TRAP_PC_PC_MASK);
    KEEPS(control + CONTROL_UNIT_BOOT_ADDR_OFFSET + 4 * last, CONTROL_UNIT_BOOT_ADDR_ADDR_MASK);
    if (cores < 8) EXPECT(control + CONTROL_UNIT_BOOT_ADDR_OFFSET + 4 * cores, 0); // of a core that is not there
    EXPECT(control + CONTROL_UNIT_BUS_ERRORS_OFFSET, 0);
    EXPECT(control + CONTROL_UNIT_TRAPPED_OFFSET, 0);
    EXPECT(control + 0x0C, 0);

    KEEPS(TIMER_ADDRESS + TIMER_COMPARE0_OFFSET, TIMER_COMPARE0_CYCLES_MASK);
    KEEPS(TIMER_ADDRESS + TIMER_COMPARE1_OFFSET, TIMER_COMPARE1_CYCLES_MASK);
    EXPECT(TIMER_ADDRESS + TIMER_CTRL_OFFSET, TIMER_CTRL_ENABLE_MASK);
    write32(TIMER_ADDRESS + TIMER_CTRL_OFFSET, 0);
    write32(TIMER_ADDRESS + TIMER_COUNT_OFFSET, 1234);
    EXPECT(TIMER_ADDRESS + TIMER_COUNT_OFFSET, 1234); // stands still
    *(volatile uint8_t *)(TIMER_ADDRESS + TIMER_COUNT_OFFSET + 1) = 0xFF;
    EXPECT(TIMER_ADDRESS + TIMER_COUNT_OFFSET, 0xFF00 | (1234 & 0xFF));
    write32(TIMER_ADDRESS + TIMER_CTRL_OFFSET, TIMER_CTRL_ENABLE_MASK);

    const uint32_t mask = EVENT_UNIT_CORE_MASK_EVENTS_MASK, other = events + last * EVENT_UNIT_CORE_STRIDE;
    KEEPS(own + EVENT_UNIT_CORE_MASK_OFFSET, mask);
    KEEPS(other + EVENT_UNIT_CORE_MASK_OFFSET, mask);
    write32(own + EVENT_UNIT_CORE_MASK_OFFSET, 0xF0);
    EXPECT(events + EVENT_UNIT_CORE_MASK_OFFSET, 0xF0); // the same part by both ways
    write32(events + EVENT_UNIT_CORE_MASK_SET_OFFSET, 0x0A);
    write32(own + EVENT_UNIT_CORE_MASK_CLEAR_OFFSET, 0x12);
    EXPECT(own + EVENT_UNIT_CORE_MASK_OFFSET, 0xE8);
    event_send(5, 1);
    event_send(2, 1 | 1u << last);
    EXPECT(own + EVENT_UNIT_CORE_BUFFER_OFFSET, 0x24);
    EXPECT(own + EVENT_UNIT_CORE_MASKED_OFFSET, 0x20);
    EXPECT(other + EVENT_UNIT_CORE_BUFFER_OFFSET, 0x04);
    event_clear(0x20);
    EXPECT(own + EVENT_UNIT_CORE_BUFFER_OFFSET, 0x04);
    EXPECT(own + EVENT_UNIT_CORE_STATUS_OFFSET, EVENT_UNIT_CORE_STATUS_AWAKE_MASK);
    EXPECT(other + EVENT_UNIT_CORE_STATUS_OFFSET, 0); // it waits at the barrier
    EXPECT(own + EVENT_UNIT_BARRIER_ARRIVED_OFFSET, all & ~1u);
    EXPECT(own + EVENT_UNIT_BARRIER_TEAM_OFFSET, all);
    write32(own + EVENT_UNIT_BARRIER_TEAM_OFFSET, 1); // over the bus only
    EXPECT(own + EVENT_UNIT_BARRIER_TEAM_OFFSET, all);

    for (uint32_t offset = DMA_SRC_OFFSET; offset <= DMA_ROWS_OFFSET; offset += 4) KEEPS(DMA_ADDRESS + offset, ~0u);
    EXPECT(DMA_ADDRESS + DMA_STATUS_OFFSET, 0);
    EXPECT(DMA_ADDRESS + DMA_DONE_OFFSET, 0);
    EXPECT(DMA_ADDRESS + DMA_START_OFFSET, 0xFFFFFFFE); // neither address is in a memory

    EXPECT(REDMULE_ADDRESS + REDMULE_ACQUIRE_OFFSET, 0);
    KEEPS(REDMULE_ADDRESS + REDMULE_X_ADDR_OFFSET, REDMULE_X_ADDR_ADDR_MASK);
    return 0;
}
