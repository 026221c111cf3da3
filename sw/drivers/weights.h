// SPDX-License-Identifier: Apache-2.0
// Blocks of weights on their way from L2 into the TCDM and back, as far ahead as there is room.
#pragma once

#include "../hal/network.h"
#include "dma.h"
#include "job_queue.h"

enum { FORWARD, OUTPUT, BACKWARD };
enum { LIVE_MOST = 4, NO_PLACE = 0xFFFFFFFFu };

// Weights that are in the TCDM at once: of `size` outputs from `at` on, all of a layer but for the first and the last.
typedef struct {
    uint32_t phase, layer;
    uint32_t at, size;
    uint32_t weights, targets, sums; // in the TCDM; the latter two of blocks of OUTPUT
} block_t;

static uint32_t next_block, oldest_block; // to be loaded, and not released
static uint32_t place[LIVE_MOST], length[LIVE_MOST], loaded[LIVE_MOST];
static uint32_t dma_cycles; // waited for transfers

static inline uint32_t forward_blocks(void) { return first_blocks + net.layers - 2; }

static inline uint32_t all_blocks(void) { return 2 * forward_blocks() + last_blocks; }

// Block `index` of the step; its place holds from its load to its release.
static inline block_t block_of(uint32_t index) {
    const uint32_t last = forward_blocks() + last_blocks, hidden = net.layers - 2;
    uint32_t phase = index < last ? FORWARD : BACKWARD, layer = 1, at = 0, most_at_once = net.first_block;
    if (index < first_blocks) {
        at = index * net.first_block;
    } else if (index < forward_blocks()) {
        layer = 2 + index - first_blocks;
    } else if (index < last) {
        phase = OUTPUT;
        layer = net.layers;
        most_at_once = net.last_block;
        at = (index - forward_blocks()) * net.last_block;
    } else if (index < last + hidden) {
        layer = net.layers - 1 - (index - last);
    } else {
        at = (index - last - hidden) * net.first_block;
    }
    uint32_t size = net.size[layer] - at;
    if ((layer == 1 || layer == net.layers) && size > most_at_once) size = most_at_once;
    const uint32_t weights = room + place[index % LIVE_MOST], targets = weights + 2 * size * net.size[layer - 1];
    return (block_t){phase, layer, at, size, weights, targets, targets + 2 * size * net.batch};
}

static inline uint32_t bytes_of(uint32_t index) {
    const block_t block = block_of(index);
    return (block.phase == OUTPUT ? block.sums + 2 * block.size * net.batch : block.targets) - block.weights;
}

// True if there is room for each block.
static inline int blocks_fit(void) {
    for (uint32_t index = 0; index < all_blocks(); ++index) {
        if (bytes_of(index) > net.room) return 0;
    }
    return 1;
}

// Room for so many bytes beside the blocks that are there: the highest free multiple of them, so that blocks of one size
// leave no gaps.
static inline uint32_t find_place(uint32_t bytes) {
    for (uint32_t at = net.room / bytes * bytes; at >= bytes;) {
        at -= bytes;
        uint32_t other = oldest_block;
        for (; other != next_block; ++other) {
            const uint32_t begin = place[other % LIVE_MOST], end = begin + length[other % LIVE_MOST];
            if (at < end && begin < at + bytes) break;
        }
        if (other == next_block) return at;
    }
    return NO_PLACE;
}

// Where a block's weights lie in L2.
static inline uint32_t origin(const block_t *block) {
    return weights_of[block->layer] + 2 * block->at * net.size[block->layer - 1];
}

// Queues the loads of the blocks for which there is room.
static inline void load_blocks(void) {
    for (; next_block < all_blocks() && next_block - oldest_block < LIVE_MOST; ++next_block) {
        const uint32_t slot = next_block % LIVE_MOST, row = 2 * net.batch;
        const uint32_t bytes = bytes_of(next_block), at = find_place(bytes);
        if (at == NO_PLACE) return;
        place[slot] = at;
        length[slot] = bytes;
        const block_t block = block_of(next_block);
        loaded[slot] = dma_copy(block.weights, origin(&block), block.targets - block.weights);
        if (block.phase == OUTPUT) {
            loaded[slot] = dma_copy(block.targets, net.targets + block.at * row, block.size * row);
        }
    }
}

// The accelerator is through with a block and those before: its weights go back if they are new.
static inline void release(uint32_t index) {
    if (index < oldest_block) return;
    const block_t block = block_of(index);
    if (block.phase != FORWARD) (void)dma_copy(origin(&block), block.weights, block.targets - block.weights);
    oldest_block = index + 1;
    load_blocks();
}

static inline int is_loaded(uint32_t index) { return next_block > index && dma_done(loaded[index % LIVE_MOST]); }

// All jobs with the blocks before are queued.
static inline void wait_for_load(uint32_t index) {
    if (next_block <= index) {
        // There was no room beside the block before.
        wait_for_jobs(jobs);
        release(index - 1);
    }
    const uint32_t begin = cycles();
    dma_wait(loaded[index % LIVE_MOST]);
    dma_cycles += cycles() - begin;
}
