// SPDX-License-Identifier: Apache-2.0
// The DMA: rows of bytes between L2 and TCDM.
#pragma once

#include "../hal/io.h"

#define DMA_FULL 0xFFFFFFFFu
#define DMA_REFUSED 0xFFFFFFFEu

// Queues `rows` rows of `length` bytes; returns the number of the transfer, or DMA_REFUSED.
static inline uint32_t dma_copy_2d(uint32_t dst, uint32_t dst_stride, uint32_t src, uint32_t src_stride,
                                   uint32_t length, uint32_t rows) {
    uint32_t number;
    compiler_fence();
    write32(DMA_ADDRESS + DMA_SRC_OFFSET, src);
    write32(DMA_ADDRESS + DMA_DST_OFFSET, dst);
    write32(DMA_ADDRESS + DMA_LENGTH_OFFSET, length);
    write32(DMA_ADDRESS + DMA_SRC_STRIDE_OFFSET, src_stride);
    write32(DMA_ADDRESS + DMA_DST_STRIDE_OFFSET, dst_stride);
    write32(DMA_ADDRESS + DMA_ROWS_OFFSET, rows);
    do {
        number = read32(DMA_ADDRESS + DMA_START_OFFSET);
    } while (number == DMA_FULL);
    return number;
}

static inline uint32_t dma_copy(uint32_t dst, uint32_t src, uint32_t length) {
    return dma_copy_2d(dst, length, src, length, length, 1);
}

// True if a transfer has ended. Numbers count modulo 256, and at most eight are under way.
static inline int dma_done(uint32_t number) {
    return (int8_t)(read32(DMA_ADDRESS + DMA_DONE_OFFSET) - number) > 0;
}

static inline void dma_wait(uint32_t number) {
    while (!dma_done(number)) {
    }
    compiler_fence();
}
