// SPDX-License-Identifier: Apache-2.0
// Event unit through the private window of the hart that calls.
#pragma once

#include "io.h"

enum {
    EVENT_DMA = EVENT_UNIT_CORE_BUFFER_DMA_LSB,
    EVENT_DMA_IDLE = EVENT_UNIT_CORE_BUFFER_DMA_IDLE_LSB,
    EVENT_TIMER1 = EVENT_UNIT_CORE_BUFFER_TIMER1_LSB,
    EVENT_ACCELERATOR = EVENT_UNIT_CORE_BUFFER_ACCELERATOR_LSB,
};

// Reads a register on which the hart sleeps (cv.elw).
static inline uint32_t event_load(uint32_t address) {
    uint32_t value;
    __asm__ volatile("cv.elw %0, 0(%1)" : "=r"(value) : "r"(address) : "memory");
    return value;
}

static inline void event_mask_set(uint32_t events) {
    write32(EVENT_UNIT_PRIVATE_ADDRESS + EVENT_UNIT_CORE_MASK_SET_OFFSET, events);
}

static inline void event_mask_clear(uint32_t events) {
    write32(EVENT_UNIT_PRIVATE_ADDRESS + EVENT_UNIT_CORE_MASK_CLEAR_OFFSET, events);
}

static inline void event_clear(uint32_t events) {
    write32(EVENT_UNIT_PRIVATE_ADDRESS + EVENT_UNIT_CORE_CLEAR_OFFSET, events);
}

// Sleeps until an event of the mask is there; clears and returns those that are.
static inline uint32_t event_wait(void) {
    return event_load(EVENT_UNIT_PRIVATE_ADDRESS + EVENT_UNIT_CORE_WAIT_CLEAR_OFFSET);
}

// Sends software event `number` to the harts of a mask, 0 for all.
static inline void event_send(uint32_t number, uint32_t harts) {
    write32(EVENT_UNIT_PRIVATE_ADDRESS + EVENT_UNIT_SW_EVENT_OFFSET + 4 * number, harts);
}

static inline void barrier(void) { (void)event_load(EVENT_UNIT_PRIVATE_ADDRESS + EVENT_UNIT_BARRIER_WAIT_OFFSET); }

static inline uint32_t team(void) { return read32(EVENT_UNIT_PRIVATE_ADDRESS + EVENT_UNIT_BARRIER_TEAM_OFFSET); }
