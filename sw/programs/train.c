// SPDX-License-Identifier: Apache-2.0
// A training step of a fully connected network whose weights lie in L2 (sw/hal/network.h, at the address that `mode`
// gives): ReLU between layers, squared error, stochastic gradient descent, all in FP16.
//
// The DMA brings weights block by block and takes them away when they are new; samples, targets and activations travel
// as well, so that the batch may be larger than the TCDM. The accelerator has the three products of a layer and ReLU,
// the cores the rest; hart 0 leads. Or the cores do all of it, in the same order. No weight is ever transposed: samples
// are columns where weights are X of a product (forward), rows where they are W (gradients of the inputs), and an
// update adds to weights as they lie. The cores turn activations, gradients and inputs, beside the products. The last
// layer does all three products of a block at once, so that its weights are loaded once.
// Answers: cycles of the step, jobs, cycles that hart 0 waited for the DMA and for the accelerator (or computed with the
// others); then at the end of start, forward, last layer, layers before it, first layer, and end: cycles, jobs, waits
// for the DMA that the accelerator had no job in, and those for the accelerator.
#include "../drivers/weights.h"
#include "../hal/layers.h"

enum { TOTALS = 4, NOTES = 4 }; // answers of the step, and of a phase
enum { NARROW = 32 }; // features of a layer whose products take less time than to turn activations of its neighbour

static uint32_t begun, index, phases; // of hart 0: time, block at hand, phases that have ended
static uint32_t passed_job;           // the last that computes what is passed back
static block_t now;                   // what all harts work on
static volatile float losses[HARTS_MOST];
static float loss;

static void arbitrate(uint32_t stage) {
    if (net.arbitration[stage] == 0) return;
    write32(CONTROL_UNIT_ADDRESS + CONTROL_UNIT_ARBITRATION_OFFSET, net.arbitration[stage]);
}

static void note_phase(void) {
    volatile uint32_t *to = mailbox.answer + TOTALS + NOTES * phases++;
    to[0] = cycles() - begun;
    to[1] = jobs;
    to[2] = starved_cycles;
    to[3] = accelerator_cycles;
}

static share_t share_of(uint32_t hart, uint32_t features) {
    return (share_t){hart, team_size(), features, net.batch};
}

// Sums of a block of outputs before their product.
static void fill_sums(uint32_t hart, uint32_t number) {
    const uint32_t at = number * net.last_block;
    if (number >= last_blocks()) return;
    const share_t share = share_of(hart, least(net.size[net.layers] - at, net.last_block));
    layer_biases(&share, sums(number), (const vector_t *)(biases[net.layers] + 2 * at));
}

// Sums of a layer before its products; of the last one those of two blocks.
static void fill_biases(uint32_t hart, uint32_t layer) {
    if (layer == net.layers) {
        fill_sums(hart, 0);
        fill_sums(hart, 1);
    } else {
        const share_t share = share_of(hart, net.size[layer]);
        layer_biases(&share, wide(layer), (const vector_t *)biases[layer]);
    }
}

// Turns the activations of a layer, which hart 0 then sends to L2. They stay until those come that have the same place.
static void turn(uint32_t hart, uint32_t layer) {
    static uint32_t sent[2];
    uint32_t *number = &sent[layer % net.saved_layers];
    if (hart == 0 && layer > net.saved_layers) wait_for_transfer(*number);
    meet(hart);
    const share_t share = share_of(hart, net.size[layer]);
    layer_transpose(&share, wide(layer), saved(layer));
    meet(hart);
    if (hart == 0) *number = dma_copy(activations_of[layer], saved(layer), 2 * net.size[layer] * net.batch);
}

// Queues the product of a block, and ReLU behind a layer's last: max(0 * 0, sum), since -0 is below 0. Returns 0 then.
static int queue_forward(void) {
    const block_t *block = wait_for_load(index);
    const uint32_t layer = block->layer;
    if (layer == 1) {
        queue_product(GEMM, net.size[1], block->size, net.batch, block->weights, block->samples, wide(1));
    } else {
        const uint32_t to = wide(layer) + 2 * block->at * net.batch;
        queue_product(GEMM, block->size, net.size[layer - 1], net.batch, block->weights, wide(layer - 1), to);
    }
    done_with(index++, jobs);
    if (!ends_layer(block)) return 1;
    queue_product(MULMAX, net.size[layer], 1, net.batch, zeros, zeros, wide(layer));
    return 0;
}

// True if the products of a layer are over before activations of the layer before are turned.
static int is_short(uint32_t layer) { return least(net.size[layer - 1], net.size[layer]) < NARROW; }

// Queues what is left of a layer and the first product of the next, of which there may be more. Returns the layer's last
// job.
static uint32_t queue_rest(uint32_t layer, int *more) {
    while (*more) *more = queue_forward();
    const uint32_t last = jobs;
    if (layer + 1 < net.layers) *more = queue_forward();
    return last;
}

// The first product of a layer is behind the last of the layer before: it needs no more than its sums filled with biases.
// Activations are turned before it is queued where a layer's products last longer than that, behind it where they are short.
static void forward(uint32_t hart) {
    uint32_t before = 0; // the last job of the layer before
    int more = 0;        // products of the layer are still to be queued
    if (hart == 0) arbitrate(0);
    fill_biases(hart, 1);
    meet(hart);
    if (hart == 0) more = queue_forward();
    for (uint32_t layer = 1; layer < net.layers; ++layer) {
        if (hart == 0) {
            // Enough for the accelerator until what follows has ended.
            if (more && is_loaded(index)) more = queue_forward();
            while (more && is_short(layer)) more = queue_forward();
            wait_for_jobs(before);
        }
        // The activations of the layer before are there, and what those before them were made of is free.
        meet(hart);
        fill_biases(hart, layer + 1);
        meet(hart);
        if (hart == 0 && is_short(layer)) before = queue_rest(layer, &more);
        if (layer > 1) turn(hart, layer - 1);
        if (hart == 0 && !is_short(layer)) before = queue_rest(layer, &more);
    }
}

// Queues the product of block `number` of outputs; returns the jobs queued so far.
static uint32_t queue_outputs(uint32_t number) {
    const block_t *block = wait_for_load(index + number);
    const uint32_t layer = net.layers;
    product(GEMM, block->size, net.size[layer - 1], net.batch, block->weights, wide(layer - 1), sums(number));
    return jobs;
}

// All of the last layer, and the gradients that it passes back. The loss of a block is computed beside the update of
// the block before where the weights came in time, that of the first beside the outputs of the second.
static void output(uint32_t hart) {
    const uint32_t layer = net.layers, in = net.size[layer - 1], row = 2 * net.batch, blocks = last_blocks();
    uint32_t outputs_job[2] = {0, 0}, queued = 1, outputs_left = 0;
    float sum = 0;
    if (hart == 0) {
        arbitrate(1);
        const uint32_t before = jobs;
        outputs_job[0] = queue_outputs(0);
        wait_for_jobs(before);
    }
    turn(hart, layer - 1);
    if (hart == 0 && blocks > 1 && is_loaded(index + 1)) outputs_job[queued++] = queue_outputs(1);
    for (uint32_t number = 0; number < blocks; ++number) {
        if (hart == 0) {
            wait_for_jobs(most(outputs_job[number & 1], passed_job));
            // The sums of the next block come where the outputs of the block before were.
            if (number != 0) wait_for_transfer(outputs_left);
            now = *block_of(index + number);
        }
        meet(hart);
        const share_t share = share_of(hart, now.size);
        sum = layer_loss(&share, sums(number), now.samples, errors(), net.scale,
                         (vector_t *)(biases[layer] + 2 * now.at), sum);
        if (number != 0) fill_sums(hart, number + 1);
        meet(hart);
        if (hart != 0) continue;
        product(number == 0 ? MATMUL : GEMM, net.batch, now.size, in, errors(), now.weights, buffer[2]);
        passed_job = jobs;
        outputs_left = dma_copy(net.outputs + now.at * row, sums(number), now.size * row);
        if (queued == number + 1 && queued < blocks && comes_in_time(index + queued)) {
            outputs_job[queued & 1] = queue_outputs(queued);
            ++queued;
        }
        product(GEMM, now.size, net.batch, in, now.samples, saved(layer - 1), now.weights);
        if (number + 1 < blocks) done_with(index + number, jobs);
        if (queued == number + 1 && queued < blocks) {
            outputs_job[queued & 1] = queue_outputs(queued);
            ++queued;
        }
    }
    losses[hart] = sum;
    if (hart == 0) index += blocks;
}

// Queues the update of a block, for which the activations of the layer before must be back: `last_update` was the last
// job with those that were in their place.
static void queue_update(uint32_t number, uint32_t change, uint32_t last_update) {
    const block_t *block = block_of(number);
    const uint32_t before = block->layer - 1;
    if (block->at == 0 && before + net.saved_layers < net.layers) {
        wait_for_jobs(last_update);
        retire();
        wait_for_transfer(saved_loaded[before & 1]);
    }
    const uint32_t rows = change + 2 * block->at * net.batch;
    product(GEMM, block->size, net.batch, net.size[before], rows, saved(before), block->weights);
    if (!ends_layer(block)) done_with(number, jobs);
}

// Queues gradients and updates of a layer; an update is behind the next block's gradients where that is there in time.
static void queue_layer(uint32_t layer, uint32_t change) {
    const uint32_t in = net.size[layer - 1], out = net.size[layer], last_update = jobs;
    int pending = 0;
    for (uint32_t at = 0; at < out; ++index) {
        if (pending && !comes_in_time(index)) {
            queue_update(index - 1, change, last_update);
            pending = 0;
        }
        const block_t *block = wait_for_load(index);
        const uint32_t gradients = buffer[4] + 2 * at * net.batch;
        product(at == 0 ? MATMUL : GEMM, net.batch, block->size, in, gradients, block->weights, buffer[2]);
        passed_job = jobs;
        at += block->size;
        if (pending) queue_update(index - 1, change, last_update);
        pending = 1;
    }
    queue_update(index - 1, change, last_update);
}

// Gradients and updates of the layers before the last.
static void backward(uint32_t hart) {
    uint32_t change = buffer[1], next_change = buffer[3];
    for (uint32_t layer = net.layers - 1;; --layer) {
        if (hart == 0) wait_for_jobs(passed_job);
        meet(hart);
        const share_t share = share_of(hart, net.size[layer]);
        layer_gradient(&share, buffer[2], saved(layer), buffer[4], layer == 1 ? net.size[1] : net.hidden_block, change,
                       net.scale, (vector_t *)biases[layer]);
        meet(hart);
        if (hart == 0) done_with(index - 1, jobs);
        if (layer == 1) break;
        if (hart == 0) queue_layer(layer, change);
        const uint32_t used = change;
        change = next_change;
        next_change = used;
    }
    if (hart == 0) {
        note_phase();
        arbitrate(2);
    }
    uint32_t at = 0;
    for (uint32_t number = 0; at < net.size[0]; ++number) {
        if (hart == 0) now = *wait_for_load(index);
        meet(hart);
        const share_t share = share_of(hart, now.size);
        layer_transpose(&share, now.samples, turned(number));
        at += now.size;
        meet(hart);
        if (hart != 0) continue;
        product(GEMM, net.size[1], net.batch, now.size, change, turned(number), now.weights);
        done_with(index++, jobs);
    }
    meet(hart);
}

// Hart 0 learns what the network is and has the first weights loaded; false if there is no room.
static int prepare(void) {
    const uint32_t config = read32(CONTROL_UNIT_ADDRESS + CONTROL_UNIT_CONFIG_OFFSET);
    const uint32_t tcdm = TCDM_ADDRESS + (config >> CONTROL_UNIT_CONFIG_TCDM_KIB_LSB) * 1024;
    event_mask_set(1u << EVENT_ACCELERATOR);
    dma_wait(dma_copy((uint32_t)&net, mailbox.mode, sizeof net));
    if (net.layers < 2 || net.layers > LAYERS_MOST || net.saved_layers - 1 > 1 || !divide(tcdm)) return 0;
    in_software = net.in_software;
    const uint32_t number = dma_copy(biases[1], net.biases, bias_bytes());
    coming = (block_t){.phase = FORWARD, .layer = 1};
    cut(&coming);
    load_block();
    const int fit = blocks_fit();
    wait_for_transfer(number);
    note_phase();
    return fit;
}

int main(uint32_t hart) {
    const uint32_t begin = cycles();
    if (hart == 0) {
        begun = begin;
        if (!prepare()) net.layers = 0;
    }
    barrier();
    if (net.layers == 0) return 1;
    forward(hart);
    if (hart == 0) note_phase();
    output(hart);
    if (hart == 0) note_phase();
    backward(hart);
    if (hart != 0) return 0;
    wait_for_jobs(jobs);
    retire();
    note_phase();
    const uint32_t harts = team_size();
    for (uint32_t each = 0; each < harts; ++each) loss = single_add(loss, losses[each]);
    (void)dma_copy(net.biases, biases[1], bias_bytes());
    wait_for_transfer(dma_copy(net.loss, (uint32_t)&loss, sizeof loss));
    note_phase();
    mailbox.answer[0] = cycles() - begin;
    mailbox.answer[1] = jobs;
    mailbox.answer[2] = dma_cycles;
    mailbox.answer[3] = accelerator_cycles;
    return 0;
}
