// SPDX-License-Identifier: Apache-2.0
// Blocks of weights on their way from L2 into the TCDM and back, as far ahead as there is room. A block leaves by
// itself when the last job with it has ended.
#pragma once

#include "../hal/network.h"
#include "dma.h"
#include "products.h"

enum { FORWARD, OUTPUT, BACKWARD, END };
enum { LIVE_MOST = 8, NO_PLACE = 0xFFFFFFFFu };

// Weights that are in the TCDM at once: rows, that is of `size` outputs from `at` on; of the first layer columns.
typedef struct {
    uint32_t phase, layer;
    uint32_t at, size;
    uint32_t weights, samples; // in the TCDM; the latter are inputs of the first layer or targets
    uint32_t bytes;            // of both
    uint32_t loaded;           // number of the transfer
    uint32_t last_job;         // with the block, 0 as long as it is not queued
} block_t;

static block_t live[LIVE_MOST], coming;   // blocks in the TCDM, and the next to be loaded
static uint32_t next_block, oldest_block; // to be loaded, and still there
static uint32_t stuck;                    // 1: the coming block has no room until one leaves
static uint32_t saved_loaded[2];          // transfers of activations on their way back, of even and of odd layers
static uint32_t dma_cycles;               // waited for transfers
static uint32_t starved_cycles;           // of these, without a job for the accelerator

// Block `index` of the step, which is in the TCDM.
static inline block_t *block_of(uint32_t index) { return &live[index % LIVE_MOST]; }

// Outputs of a layer, or inputs of the first: what it is cut across.
static inline uint32_t extent(uint32_t layer) { return net.size[layer == 1 ? 0 : layer]; }

static inline int ends_layer(const block_t *block) { return block->at + block->size == extent(block->layer); }

// Sizes of a block whose phase, layer and begin are known.
static inline void cut(block_t *block) {
    const uint32_t layer = block->layer;
    const uint32_t at_once = layer == 1 ? net.first_block : layer == net.layers ? net.last_block : net.hidden_block;
    block->size = least(extent(layer) - block->at, at_once);
    block->bytes = 2 * block->size * net.size[layer == 1 ? 1 : layer - 1];
    if (layer == 1 || layer == net.layers) block->bytes += 2 * block->size * net.batch;
}

// To the block behind this one.
static inline void step(block_t *block) {
    block->at += block->size;
    if (block->at == extent(block->layer)) {
        block->at = 0;
        if (block->phase == FORWARD) {
            if (++block->layer == net.layers) block->phase = OUTPUT;
        } else {
            block->phase = --block->layer == 0 ? END : BACKWARD;
        }
    }
    if (block->phase != END) cut(block);
}

// True if there is room for each layer's blocks, of which the first is as large as any.
static inline int blocks_fit(void) {
    for (uint32_t layer = 1; layer <= net.layers; ++layer) {
        block_t block = {.layer = layer};
        cut(&block);
        if (block.bytes > net.room) return 0;
    }
    return 1;
}

// Room for so many bytes beside the blocks that are there: the highest free multiple of them, so that blocks of one size
// leave no gaps.
static inline uint32_t find_place(uint32_t bytes) {
    for (uint32_t at = room + net.room / bytes * bytes; at >= room + bytes;) {
        at -= bytes;
        uint32_t other = oldest_block;
        for (; other != next_block; ++other) {
            const block_t *block = block_of(other);
            if (at < block->weights + block->bytes && block->weights < at + bytes) break;
        }
        if (other == next_block) return at;
    }
    return NO_PLACE;
}

// Queues the transfer of a block's weights from L2, or to it; returns its number.
static inline uint32_t move(const block_t *block, int back) {
    const uint32_t layer = block->layer, pitch = 2 * net.size[layer - 1];
    const int columns = layer == 1;
    const uint32_t row = columns ? 2 * block->size : pitch, rows = columns ? net.size[1] : block->size;
    const uint32_t there = weights_of[layer] + block->at * (columns ? 2 : pitch);
    return back ? dma_copy_2d(there, pitch, block->weights, row, row, rows)
                : dma_copy_2d(block->weights, row, there, pitch, row, rows);
}

// Queues the load of the coming block if there is room.
static inline void load_block(void) {
    const uint32_t row = 2 * net.batch;
    if (stuck) return;
    stuck = coming.phase == END || next_block - oldest_block == LIVE_MOST;
    const uint32_t at = stuck ? NO_PLACE : find_place(coming.bytes);
    if (at == NO_PLACE) {
        stuck = 1;
        return;
    }
    block_t *block = block_of(next_block++);
    *block = coming;
    block->weights = at;
    block->loaded = move(block, 0);
    if (block->layer == 1 || block->layer == net.layers) {
        block->samples = at + block->bytes - block->size * row;
        const uint32_t samples = block->layer == 1 ? net.inputs : net.targets;
        block->loaded = dma_copy(block->samples, samples + block->at * row, block->size * row);
    }
    step(&coming);
}

// The last job with a block is queued.
static inline void done_with(uint32_t index, uint32_t job) { block_of(index)->last_job = job; }

// Lets go of the blocks whose last jobs have ended, and loads the next: new weights go back, and behind the last of a
// layer come the activations of the layer whose place it leaves.
static inline void retire(void) {
    count_ended();
    for (; oldest_block != next_block; ++oldest_block) {
        const block_t *block = block_of(oldest_block);
        if (block->last_job == 0 || block->last_job > ended) break;
        stuck = 0;
        if (block->phase == FORWARD) continue;
        if (ends_layer(block) && block->layer > 1 + net.saved_layers) {
            const uint32_t layer = block->layer - 1 - net.saved_layers;
            saved_loaded[layer & 1] = dma_copy(saved(layer), activations_of[layer], 2 * net.size[layer] * net.batch);
        }
        (void)move(block, 1);
    }
    load_block();
}

// Sleeps until so many jobs have ended.
static inline void wait_for_jobs(uint32_t count) {
    const uint32_t begin = cycles();
    for (;;) {
        count_ended();
        if (ended >= count) break;
        retire();
        if (stuck) redmule_wait();
    }
    accelerator_cycles += cycles() - begin;
}

// Queues a product, behind at most one other: until then blocks come and go, which they do not while ACQUIRE is polled.
static inline void queue_product(uint32_t op, uint32_t m, uint32_t n, uint32_t k, uint32_t x, uint32_t w, uint32_t z) {
    if (jobs - ended >= CONTEXTS) wait_for_jobs(jobs + 1 - CONTEXTS);
    product(op, m, n, k, x, w, z);
}

static inline int is_loaded(uint32_t index) {
    retire();
    return next_block > index && dma_done(block_of(index)->loaded);
}

// True if a block is there before the accelerator is out of jobs.
static inline int comes_in_time(uint32_t index) {
    while (!is_loaded(index)) {
        if (ended == jobs) return 0;
    }
    return 1;
}

// Notes what a wait for the DMA took that began, and began to have no job beside it, at these times.
static inline void waited(uint32_t begin, uint32_t starved) {
    const uint32_t now = cycles();
    dma_cycles += now - begin;
    if (starved != 0) starved_cycles += now - starved;
}

// The jobs with the blocks before, without which there may be no room, are queued.
static inline block_t *wait_for_load(uint32_t index) {
    const uint32_t begin = cycles();
    uint32_t starved = 0;
    while (!is_loaded(index)) {
        if (starved == 0 && ended == jobs) starved = cycles();
    }
    waited(begin, starved);
    return block_of(index);
}

static inline void wait_for_transfer(uint32_t number) {
    const uint32_t begin = cycles();
    uint32_t starved = 0;
    while (!dma_done(number)) {
        retire();
        if (starved == 0 && ended == jobs) starved = cycles();
    }
    waited(begin, starved);
    compiler_fence();
}
