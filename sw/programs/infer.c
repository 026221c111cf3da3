// SPDX-License-Identifier: Apache-2.0
// A network for images, forward, all in FP16 (sw/hal/passes.h, at the address that `mode` gives): the DMA brings weights
// of the pass after the next while there is a job, and biases to where sums start with them; the accelerator has the
// products; the cores make patches of the next strip beside the product of this one, add biases to what a product adds to,
// and do ReLU of the strip before. Hart 0 leads.
// Answers: cycles, jobs, cycles that hart 0 waited for the DMA and for the accelerator, and cycles of the first of the
// harts that share them for patches, biases and ReLU.
#include "../drivers/dma.h"
#include "../drivers/job_queue.h"
#include "../hal/patches.h"

static passes_t net;
static uint32_t loaded[2];                      // transfers of weights, of even and of odd passes
static uint32_t filled;                         // the transfer of biases to the strip that is prepared
static uint32_t dma_cycles, patch_cycles, bias_cycles, relu_cycles;

// A job: pixels `at` and further ones of a pass.
typedef struct {
    uint32_t number, pass, at;
} strip_t;

static uint32_t pixels_of(const strip_t *strip) {
    const pass_t *pass = &net.pass[strip->pass];
    const uint32_t left = pass->pixels - strip->at;
    return left < pass->strip ? left : pass->strip;
}

static int is_there(const strip_t *strip) { return strip->pass < net.count; }

static strip_t behind(const strip_t *strip) {
    const pass_t *pass = &net.pass[strip->pass];
    const uint32_t at = strip->at + pass->strip;
    if (at < pass->pixels) return (strip_t){strip->number + 1, strip->pass, at};
    return (strip_t){strip->number + 1, strip->pass + 1, 0};
}

static pixels_t share_of(uint32_t hart, uint32_t harts, const strip_t *strip) {
    return (pixels_t){hart, harts, strip->at, pixels_of(strip)};
}

// Time where it is measured, on the first of the harts that share work: others would queue for the timer.
static uint32_t now_of(uint32_t hart) { return hart == 0 ? cycles() : 0; }

static void finish(uint32_t hart, uint32_t harts, const strip_t *strip) {
    const pass_t *pass = &net.pass[strip->pass];
    const pixels_t share = share_of(hart, harts, strip);
    const uint32_t begin = now_of(hart);
    if ((pass->flags & PASS_RELU) != 0) rectify(&share, pass);
    if (hart == 0) relu_cycles += cycles() - begin;
}

// Sums that start with biases: the DMA copies these to each pixel.
static void fill(const strip_t *strip) {
    const pass_t *pass = &net.pass[strip->pass];
    const uint32_t row = 2 * pass->outputs;
    if ((pass->flags & (PASS_BIASES | PASS_ADDS)) != PASS_BIASES) return;
    filled = dma_copy_2d(pass->output + strip->at * row, row, pass->biases, 0, row, pixels_of(strip));
}

static void load(uint32_t index) {
    if (index >= net.count) return;
    const pass_t *pass = &net.pass[index];
    loaded[index % 2] = dma_copy(pass->weights, pass->origin, pass->bytes);
}

static void wait_for(uint32_t transfer) {
    const uint32_t begin = cycles();
    dma_wait(transfer);
    dma_cycles += cycles() - begin;
}

static uint32_t jobs_of(const strip_t *strip) {
    const pass_t *pass = &net.pass[strip->pass];
    return (pass->flags & PASS_SHARED) != 0 ? pass->kernel_rows : 1;
}

// Queues jobs of a strip, `first` to `end`; each but the first adds to what the one before has left.
static void launch(const strip_t *strip, uint32_t first, uint32_t end) {
    const pass_t *pass = &net.pass[strip->pass];
    const uint32_t row = 2 * pass->steps, z = pass->output + 2 * strip->at * pass->outputs;
    uint32_t x = pass->input + strip->at * row, w = pass->weights;
    if ((pass->flags & PASS_PATCHES) != 0) x = net.strips[strip->number % 2];
    if ((pass->flags & PASS_POOL) != 0) {
        x = pass->weights;
        w = pass->input;
    }
    if (first == 0 && strip->at == 0) wait_for(loaded[strip->pass % 2]);
    if (first == 0 && (pass->flags & PASS_BIASES) != 0) wait_for(filled);
    for (uint32_t job = first; job < end; ++job) {
        product(job == 0 ? pass->operation : GEMM, pixels_of(strip), pass->steps, pass->outputs,
                x + job * pass->out_columns * row, w + job * row * pass->outputs, z);
    }
}

// Patches of some of a strip's pixels, `begin` to `end`, or of its rows of patches where jobs share them.
static void patch(uint32_t hart, uint32_t harts, const strip_t *strip, uint32_t begin, uint32_t end) {
    const pass_t *pass = &net.pass[strip->pass];
    const uint32_t taps = (pass->flags & PASS_SHARED) != 0 ? 1 : pass->kernel_rows;
    const uint32_t words = taps * pass->kernel_columns * (pass->channels / 2);
    const pixels_t share = {hart, harts, strip->at + begin, end - begin};
    make_patches(&share, pass, taps, (vector_t *)net.strips[strip->number % 2] + begin * words);
}

// What a strip's jobs need, beside the jobs of the one before: of these hart 0, if there are more than the accelerator
// queues, has `left` to launch, and leaves as large a part of the patches to the others.
static void prepare(uint32_t hart, uint32_t harts, const strip_t *strip, const strip_t *before, uint32_t left) {
    const pass_t *pass = &net.pass[strip->pass];
    const pixels_t share = share_of(hart, harts, strip);
    const uint32_t leads = left != 0 && harts > 1, all = jobs_of(before);
    const uint32_t begin = now_of(hart);
    if ((pass->flags & PASS_ADDS) != 0) add_biases(&share, pass);
    if (hart == 0) bias_cycles += cycles() - begin;
    uint32_t count = 0, alone = 0;
    if ((pass->flags & PASS_PATCHES) != 0) {
        count = share.count;
        if ((pass->flags & PASS_SHARED) != 0) count += (pass->kernel_rows - 1) * pass->out_columns;
        if (leads) alone = count * left / all;
    }
    const uint32_t between = now_of(hart - leads);
    if (hart >= leads) patch(hart - leads, harts - leads, strip, 0, alone);
    if (hart == 0) launch(before, all - left, all);
    patch(hart, harts, strip, alone, count);
    if (hart == leads) patch_cycles += cycles() - between;
}

// All of a pass has ended.
static void end_pass(uint32_t index) {
    const pass_t *pass = &net.pass[index];
    if (pass->saved != 0) wait_for(dma_copy(pass->saved, pass->output, 2 * pass->pixels * pass->outputs));
    load(index + 2);
}

static void begin(void) {
    event_mask_set(1u << EVENT_ACCELERATOR);
    dma_wait(dma_copy((uint32_t)&net, mailbox.mode, sizeof net));
    (void)dma_copy(net.image_at, net.image, net.image_bytes);
    const uint32_t number = dma_copy(net.biases_at, net.biases, net.bias_bytes);
    load(0);
    load(1);
    wait_for(number);
    const strip_t first = {0, 0, 0};
    fill(&first);
}

int main(uint32_t hart) {
    const uint32_t start = cycles(), harts = (uint32_t)__builtin_popcount(team());
    strip_t now = {0, 0, 0}, ended = {0, 0, 0};
    if (hart == 0) begin();
    barrier();
    prepare(hart, harts, &now, &now, 0);
    barrier();
    while (is_there(&ended)) {
        const strip_t next = behind(&now);
        const int waits = !is_there(&next) || (next.at == 0 && (net.pass[next.pass].flags & PASS_WAITS) != 0);
        const uint32_t until = waits ? next.number : now.number, all = jobs_of(&now);
        // The accelerator queues two jobs, so hart 0 queues further ones later.
        const uint32_t early = waits || all < CONTEXTS ? all : CONTEXTS;
        if (hart == 0) {
            const uint32_t before = jobs;
            launch(&now, 0, early);
            wait_for_jobs(waits ? jobs : before);
        }
        barrier();
        uint32_t passed = ended.pass;
        while (ended.number < until) {
            finish(hart, harts, &ended);
            ended = behind(&ended);
        }
        // The next strip's patches may be of what has just got its ReLU.
        if (passed != next.pass) barrier();
        if (hart == 0) {
            // Before weights that are to be loaded: they are many, and the next strip needs its biases sooner.
            if (is_there(&next)) fill(&next);
            for (; passed < ended.pass; ++passed) end_pass(passed);
        }
        if (is_there(&next)) prepare(hart, harts, &next, &now, all - early);
        barrier();
        now = next;
    }
    if (hart != 0) return 0;
    mailbox.answer[0] = cycles() - start;
    mailbox.answer[1] = jobs;
    mailbox.answer[2] = dma_cycles;
    mailbox.answer[3] = accelerator_cycles;
    mailbox.answer[4] = patch_cycles;
    mailbox.answer[5] = bias_cycles;
    mailbox.answer[6] = relu_cycles;
    return 0;
}
