// SPDX-License-Identifier: Apache-2.0
// A GEMM-Op on matrices in L2, of any size: job 0 of the mailbox; m and k of job 1 are the sizes of a block of Z. The
// whole length N is in the TCDM at once. While the accelerator works on one block, the DMA brings the operands
// of the next and takes away the result of the previous: every buffer is there twice.
// Answer: cycles from the first transfer to the last byte of Z in L2.
#include "../drivers/dma.h"
#include "../drivers/redmule.h"

typedef struct {
    uint32_t row, col;      // first of the block in Z
    uint32_t m, k;          // its size
    uint32_t turn, k_turn;  // which of two buffers for X and Z, and for W
} block_t;

static uint32_t size;       // of an element
static job_t whole, tile;
static uint32_t rows, cols; // blocks of Z
static uint32_t x_buffer[2], w_buffer[2], z_buffer[2];

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint32_t aligned(uint32_t bytes) { return (bytes + 31u) & ~31u; }

// Block `index` of Z: all of a column of blocks, then the next, so that W is brought once.
static block_t block_of(uint32_t index) {
    block_t block;
    const uint32_t r = index % rows, c = index / rows;
    block.row = r * tile.m;
    block.col = c * tile.k;
    block.m = least(tile.m, whole.m - block.row);
    block.k = least(tile.k, whole.k - block.col);
    block.turn = index & 1;
    block.k_turn = c & 1;
    return block;
}

// Queues the transfer of W of a block.
static void load_w(const block_t *b) {
    const uint32_t width = b->k * size;
    (void)dma_copy_2d(w_buffer[b->k_turn], width, whole.w + b->col * size, whole.k * size, width, whole.n);
}

// Queues the transfers of a block's operands; returns the number of the last. Behind the second block of a column comes
// W of the next column: the accelerator has done the column before, whose W was there.
static uint32_t load(uint32_t index) {
    const block_t b = block_of(index);
    const uint32_t x_row = whole.n * size, z_row = whole.k * size, width = b.k * size;
    if (b.row == 0 && (rows == 1 || index == 0)) load_w(&b);
    uint32_t last = dma_copy(x_buffer[b.turn], whole.x + b.row * x_row, b.m * x_row);
    if (whole.op != 0) {
        last = dma_copy_2d(z_buffer[b.turn], width, whole.z + b.row * z_row + b.col * size, z_row, width, b.m);
    }
    if (index % rows == 1 && index - 1 + rows < rows * cols) {
        const block_t next = block_of(index - 1 + rows);
        load_w(&next);
    }
    return last;
}

static uint32_t store(uint32_t index) {
    const block_t b = block_of(index);
    const uint32_t z_row = whole.k * size, width = b.k * size;
    return dma_copy_2d(whole.z + b.row * z_row + b.col * size, z_row, z_buffer[b.turn], width, width, b.m);
}

static void start(uint32_t index) {
    const block_t b = block_of(index);
    const job_t job = {.op = whole.op,
                       .format = whole.format,
                       .m = b.m,
                       .n = whole.n,
                       .k = b.k,
                       .x = x_buffer[b.turn],
                       .w = w_buffer[b.k_turn],
                       .z = z_buffer[b.turn]};
    (void)redmule_acquire();
    redmule_program(&job);
    redmule_trigger();
}

// Sleeps until so many jobs have ended. Two jobs that end close together are one event but count as two.
static void wait_for(uint32_t jobs) {
    static uint32_t ended;
    for (;;) {
        ended += redmule_read(REDMULE_FINISHED_OFFSET);
        if (ended >= jobs) return;
        redmule_wait();
    }
}

int main(uint32_t hart) {
    if (hart != 0) return 0;
    whole = mailbox.job[0];
    tile = mailbox.job[1];
    if (whole.m == 0 || whole.k == 0 || tile.m == 0 || tile.k == 0) return 1;
    size = whole.format == 0 || whole.format == 2 ? 1 : 2;
    rows = (whole.m + tile.m - 1) / tile.m;
    cols = (whole.k + tile.k - 1) / tile.k;
    uint32_t at = OPERANDS_ADDRESS;
    for (uint32_t turn = 0; turn < 2; ++turn) {
        x_buffer[turn] = at;
        w_buffer[turn] = x_buffer[turn] + aligned(tile.m * whole.n * size);
        z_buffer[turn] = w_buffer[turn] + aligned(whole.n * tile.k * size);
        at = z_buffer[turn] + aligned(tile.m * tile.k * size);
    }
    const uint32_t config = read32(CONTROL_UNIT_ADDRESS + CONTROL_UNIT_CONFIG_OFFSET);
    if (at > TCDM_ADDRESS + (config >> CONTROL_UNIT_CONFIG_TCDM_KIB_LSB) * 1024) return 2;

    event_mask_set(1u << EVENT_ACCELERATOR);
    const uint32_t begin = cycles();
    const uint32_t blocks = rows * cols;
    uint32_t loaded = load(0);
    for (uint32_t i = 0; i < blocks; ++i) {
        if (loaded == DMA_REFUSED) return 3;
        dma_wait(loaded);
        start(i); // queued behind block i - 1
        if (i > 0) {
            wait_for(i); // block i - 1 is done, whose buffers block i + 1 gets
            (void)store(i - 1);
        }
        if (i + 1 < blocks) loaded = load(i + 1);
    }
    wait_for(blocks);
    dma_wait(store(blocks - 1));
    mailbox.answer[0] = cycles() - begin;
    mailbox.answer[1] = blocks;
    return 0;
}
