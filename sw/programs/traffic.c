// SPDX-License-Identifier: Apache-2.0
// Random traffic: all harts and the DMA load from one bank at once, beside a job; then each hart does `mode` things in an
// order drawn from the seed: loads anywhere in the TCDM, stores and loads of every width in a place of its own, a shared
// counter under a lock, DMA transfers to and fro, software events to itself, and the jobs of the mailbox, which the
// harts take one after the other; at the end an event goes round. Each checks what it reads back; a wrong value ends
// the hart with a number that says where.
// Answers: for each job the hart that ran it plus 1; then how many things were done.
#include "../drivers/dma.h"
#include "../drivers/redmule.h"
#include "../hal/lock.h"

#define PLACE 512   // bytes of the TCDM that a hart has, at its end
#define L2_PLACE 4096 // bytes of L2, at its start
#define BANKS_MOST 32  // banks of the TCDM, or a multiple of them

static lock_t counter_lock, job_lock;
static volatile uint32_t counter, next_job;
static volatile uint32_t counted[HARTS_MOST];

static uint32_t draw(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static int store_and_load(uint32_t place, uint32_t random) {
    const uint32_t value = random * 0x9E3779B1u, at = place + random % (PLACE / 2 - 4);
    switch (random >> 28 & 3) {
        case 0:
            *(volatile uint8_t *)at = (uint8_t)value;
            return *(volatile uint8_t *)at == (uint8_t)value;
        case 1:  // also across words
            *(volatile uint16_t *)at = (uint16_t)value;
            return *(volatile uint16_t *)at == (uint16_t)value;
        default:
            *(volatile uint32_t *)at = value;
            return *(volatile uint32_t *)at == value;
    }
}

// A place for a transfer behind `base`: at eight bytes, four, or anywhere.
static uint32_t placed(uint32_t base, uint32_t random, uint32_t room) {
    const uint32_t offset = random % room;
    switch (random >> 24 & 3) {
        case 0: return base + (offset & ~7u);
        case 1: return base + (offset & ~7u) + 4;
        default: return base + offset;
    }
}

// Waits for a transfer: looking at its number, or asleep until the DMA has an event of the kind.
static void wait_for_transfer(uint32_t number, uint32_t kind) {
    if (kind == 0) {
        dma_wait(number);
        return;
    }
    // Events of the accelerator stay in the buffer meanwhile.
    event_mask_clear(~0u);
    event_mask_set(1u << kind);
    while (!dma_done(number)) (void)event_wait();
    event_mask_clear(~0u);
    event_mask_set(1u << EVENT_ACCELERATOR);
}

// Out to L2 and back to the other half of the place, in one row or some, byte for byte the same.
static int transfer(uint32_t hart, uint32_t place, uint32_t random, uint32_t *state) {
    static const uint8_t kinds[4] = {0, 0, EVENT_DMA, EVENT_DMA_IDLE};
    const uint32_t rows = (random & 1) != 0 ? 1 : 2 + (random >> 1) % 3;
    const uint32_t length = 1 + (random >> 4) % (rows == 1 ? 100 : 24);
    const uint32_t pitch = length + (random >> 12 & 7), l2_pitch = length + (random >> 16 & 31);
    const uint32_t from = placed(place, draw(state), 100), to = placed(place + PLACE / 2, draw(state), 100);
    const uint32_t l2 = placed(L2_ADDRESS + hart * L2_PLACE, draw(state), 2000);
    const uint32_t kind = kinds[random >> 28 & 3];
    event_clear(1u << EVENT_DMA | 1u << EVENT_DMA_IDLE);
    if (dma_copy_2d(l2, l2_pitch, from, pitch, length, rows) == DMA_REFUSED) return 0;
    const uint32_t number = dma_copy_2d(to, pitch, l2, l2_pitch, length, rows);
    if (number == DMA_REFUSED) return 0;
    wait_for_transfer(number, kind);
    for (uint32_t row = 0; row < rows; ++row) {
        for (uint32_t i = row * pitch; i < row * pitch + length; ++i) {
            if (*(volatile uint8_t *)(to + i) != *(volatile uint8_t *)(from + i)) return 0;
        }
    }
    return 1;
}

// All harts and the DMA at once in one bank, at any rows, beside the accelerator.
static int crowd(uint32_t hart, uint32_t size, uint32_t random) {
    const uint32_t bank = TCDM_ADDRESS + 4 * (mailbox.seed % BANKS_MOST), rows = size / (4 * BANKS_MOST);
    if (hart == 0) {
        const uint32_t column = rows < 128 ? rows : 128;
        if (dma_copy_2d(L2_ADDRESS, 4, bank, 4 * BANKS_MOST, 4, column) == DMA_REFUSED) return 0;
    }
    for (uint32_t turn = 0; turn < 12; ++turn) {
        volatile uint32_t *word = (volatile uint32_t *)(bank + (random >> turn) % (rows - 7) * 4 * BANKS_MOST);
        (void)word[0], (void)word[BANKS_MOST], (void)word[2 * BANKS_MOST], (void)word[3 * BANKS_MOST];
        (void)word[4 * BANKS_MOST], (void)word[5 * BANKS_MOST], (void)word[6 * BANKS_MOST], (void)word[7 * BANKS_MOST];
    }
    return 1;
}

// An event goes round: each hart sleeps until the one before has sent it.
static int ring(uint32_t hart, uint32_t harts) {
    if (harts == 1) return 1;
    event_mask_clear(~0u);
    event_mask_set(1u << 7);
    if (hart == 0) event_send(7, 1u << 1);
    const uint32_t came = event_wait();
    if (hart != 0) event_send(7, 1u << (hart + 1) % harts);
    return came == 1u << 7;
}

// Starts the next job of the mailbox, if there is one, after this hart's last one has ended; the answer says who had
// it. The hart goes on meanwhile.
static void run_job(uint32_t hart, uint32_t *running) {
    if (*running) redmule_wait();
    *running = 0;
    lock(&job_lock);
    const uint32_t index = next_job;
    if (index < mailbox.count) next_job = index + 1;
    unlock(&job_lock);
    if (index >= mailbox.count) return;
    (void)redmule_acquire();
    redmule_program(&mailbox.job[index]);
    redmule_trigger();
    mailbox.answer[index] = hart + 1;
    *running = 1;
}

static int count(uint32_t hart) {
    lock(&counter_lock);
    counter = counter + 1;
    unlock(&counter_lock);
    counted[hart] = counted[hart] + 1;
    return 1;
}

static int event(uint32_t hart) {
    // Event 6 is in nobody's mask: it stays until it is cleared.
    event_send(6, 1u << hart);
    const uint32_t came = read32(EVENT_UNIT_PRIVATE_ADDRESS + EVENT_UNIT_CORE_BUFFER_OFFSET) & 1u << 6;
    event_clear(1u << 6);
    return came != 0;
}

int main(uint32_t hart) {
    const uint32_t size = (read32(CONTROL_UNIT_ADDRESS + CONTROL_UNIT_CONFIG_OFFSET) >> 16) * 1024;
    const uint32_t place = TCDM_ADDRESS + size - (hart + 1) * PLACE;
    const uint32_t harts = (uint32_t)__builtin_popcount(team());
    uint32_t state = mailbox.seed * 8 + hart + 1, running = 0;
    event_mask_set(1u << EVENT_ACCELERATOR);
    if (hart == 0) run_job(hart, &running);
    barrier();
    if (!crowd(hart, size, draw(&state))) return 3;
    for (uint32_t i = 0; i < mailbox.mode; ++i) {
        const uint32_t kind = draw(&state) >> 8, random = draw(&state);
        int right = 1;
        switch (kind % 16) {
            case 0: run_job(hart, &running); break;
            case 1: right = transfer(hart, place, random, &state); break;
            case 2: right = count(hart); break;
            case 3: right = event(hart); break;
            case 4: case 5: case 6: case 7: case 8: case 9: right = store_and_load(place, random); break;
            default:
                // Sixteen words of anywhere; what they are is the monitor's to judge.
                for (uint32_t w = 0; w < 16; ++w) (void)read32(TCDM_ADDRESS + (random + w * (kind | 4)) % size / 4 * 4);
        }
        if (!right) return (int)(0x1000u * (kind % 16 + 1) + i);
    }
    while (next_job < mailbox.count || running) run_job(hart, &running);
    if (!ring(hart, harts)) return 2;
    barrier();
    if (hart == 0) {
        uint32_t sum = 0;
        for (uint32_t h = 0; h < HARTS_MOST; ++h) sum += counted[h];
        if (sum != counter) return 1;
        mailbox.answer[MAILBOX_JOBS] = mailbox.mode;
    }
    return 0;
}
