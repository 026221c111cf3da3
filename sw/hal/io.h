// SPDX-License-Identifier: Apache-2.0
// Access to registers, and what a hart knows of itself.
#pragma once

#include <stdint.h>

#include "constants.h"

enum { HARTS_MOST = EVENT_UNIT_CORE_COUNT };

static inline void write32(uint32_t address, uint32_t value) { *(volatile uint32_t *)address = value; }

static inline uint32_t read32(uint32_t address) { return *(volatile uint32_t *)address; }

static inline uint32_t hart_id(void) {
    uint32_t id;
    __asm__("csrr %0, mhartid" : "=r"(id));
    return id;
}

// Orders memory accesses of the compiler around those of others: the accelerator, the DMA, another hart.
static inline void compiler_fence(void) { __asm__ volatile("" ::: "memory"); }

static inline uint32_t cycles(void) { return read32(TIMER_ADDRESS + TIMER_COUNT_OFFSET); }
