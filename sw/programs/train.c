// SPDX-License-Identifier: Apache-2.0
// A training step of a fully connected network whose weights lie in L2 (sw/hal/network.h, at the address that `mode`
// gives): ReLU between layers, squared error, stochastic gradient descent, all in FP16.
//
// The DMA brings weights block by block and takes them away when they are new; the accelerator has the three products
// of a layer and ReLU, the cores the rest; hart 0 leads. No weight is ever transposed: samples are columns where
// weights are X of a product (forward), rows where they are W (gradients of the inputs), and an update adds to weights
// as they lie. The cores turn activations and gradients, beside the products. The last layer does all three products
// of a block at once, so that its weights are loaded once.
// Answers: cycles of the step, jobs, cycles that hart 0 waited for the DMA and for the accelerator.
#include "../drivers/weights.h"
#include "../hal/layers.h"

static volatile uint32_t ahead; // the next block of outputs is there
static volatile float losses[HARTS_MOST];
static float loss;

static void arbitrate(uint32_t stage) {
    if (net.arbitration[stage] == 0) return;
    write32(CONTROL_UNIT_ADDRESS + CONTROL_UNIT_ARBITRATION_OFFSET, net.arbitration[stage]);
}

static share_t share_of(uint32_t hart, uint32_t features) {
    return (share_t){hart, (uint32_t)__builtin_popcount(team()), features, net.batch};
}

static uint32_t wide(uint32_t layer) { return small[layer % 3]; }

static void fill_biases(uint32_t hart, uint32_t layer) {
    const share_t share = share_of(hart, net.size[layer]);
    layer_biases(&share, wide(layer), (const vector_t *)biases[layer]);
}

static void turn(uint32_t hart, uint32_t layer) {
    const share_t share = share_of(hart, net.size[layer]);
    layer_transpose(&share, wide(layer), saved[layer]);
}

// Queues the product of a block, and ReLU behind a layer's last: max(0 * 0, sum), since -0 is below 0.
static void queue_forward(uint32_t index) {
    const block_t block = block_of(index);
    const uint32_t layer = block.layer, in = net.size[layer - 1], sums = wide(layer) + 2 * block.at * net.batch;
    product(GEMM, block.size, in, net.batch, block.weights, layer == 1 ? inputs : wide(layer - 1), sums);
    if (index + 1 >= first_blocks) product(MULMAX, net.size[layer], 1, net.batch, zeros, zeros, wide(layer));
}

// Inputs from `at` on, as many as a buffer holds, turned into L2; returns where the next begin. The last product with
// them as columns runs or is still to come.
static uint32_t turn_inputs(uint32_t hart, uint32_t at) {
    static uint32_t number;
    const uint32_t left = net.size[0] - at, count = left < widest ? left : widest;
    if (hart == 0 && at != 0) dma_wait(number);
    barrier();
    const share_t share = share_of(hart, count);
    layer_transpose(&share, inputs + 2 * at * net.batch, small[3]);
    barrier();
    if (hart == 0) number = dma_copy_2d(net.turned + 2 * at, 2 * net.size[0], small[3], 2 * count, 2 * count, net.batch);
    return at + count;
}

static void forward(uint32_t hart) {
    uint32_t turned = 0;
    if (hart == 0) arbitrate(0);
    fill_biases(hart, 1);
    barrier();
    for (uint32_t index = 0; index < forward_blocks(); ++index) {
        const block_t block = block_of(index);
        if (hart == 0) {
            const uint32_t before = jobs;
            wait_for_load(index);
            queue_forward(index);
            wait_for_jobs(before);
            if (index != 0) release(index - 1);
        }
        if (block.at == 0) {
            // The activations of the layer before are there, and what those before them were made of is free.
            barrier();
            if (block.layer > 1) turn(hart, block.layer - 1);
            if (block.layer + 1 < net.layers) fill_biases(hart, block.layer + 1);
            barrier();
        }
        // Not before the transfers that the first loads have queued: each waits for the one before.
        if (block.layer == 1 && index >= LIVE_MOST && turned < net.size[0]) turned = turn_inputs(hart, turned);
        while (index + 1 == first_blocks && turned < net.size[0]) turned = turn_inputs(hart, turned);
    }
    if (hart == 0) {
        wait_for_jobs(jobs);
        release(forward_blocks() - 1);
        wait_for_load(forward_blocks());
    }
    barrier();
}

// A block of outputs' sums before their product. Its weights are there, so what lay in its place has gone to L2.
static void fill_outputs(uint32_t hart, uint32_t index) {
    const block_t block = block_of(index);
    const share_t share = share_of(hart, block.size);
    layer_biases(&share, block.sums, (const vector_t *)(biases[net.layers] + 2 * block.at));
}

// Queues the product of a block of outputs; returns the jobs queued so far.
static uint32_t queue_outputs(uint32_t index) {
    const block_t block = block_of(index);
    const uint32_t in = net.size[net.layers - 1];
    product(GEMM, block.size, in, net.batch, block.weights, wide(net.layers - 1), block.sums);
    return jobs;
}

// All of the last layer, and the gradients that it passes back; returns these. The loss of a block is computed beside
// the update of the block before where the weights came in time.
static uint32_t output(uint32_t hart) {
    const uint32_t layer = net.layers, in = net.size[layer - 1], row = 2 * net.batch;
    const uint32_t begin = forward_blocks(), end = begin + last_blocks;
    const uint32_t passed = wide(layer), error = wide(layer + 1);
    uint32_t outputs_job = 0, update_job = 0;
    float sum = 0;
    if (hart == 0) arbitrate(1);
    fill_outputs(hart, begin);
    barrier();
    if (hart == 0) outputs_job = queue_outputs(begin);
    turn(hart, layer - 1);
    for (uint32_t index = begin; index < end; ++index) {
        if (hart == 0) {
            wait_for_jobs(outputs_job);
            ahead = index + 1 < end && is_loaded(index + 1);
        }
        barrier();
        const block_t block = block_of(index);
        const share_t share = share_of(hart, block.size);
        const uint32_t filled = ahead;
        sum = layer_loss(&share, block.sums, block.targets, error, net.scale,
                         (vector_t *)(biases[layer] + 2 * block.at), sum);
        if (filled) fill_outputs(hart, index + 1);
        barrier();
        if (hart == 0) {
            product(block.at == 0 ? MATMUL : GEMM, net.batch, block.size, in, error, block.weights, passed);
            (void)dma_copy(net.outputs + block.at * row, block.targets, block.size * row);
            wait_for_jobs(update_job);
            release(index - 1);
            if (filled) outputs_job = queue_outputs(index + 1);
            product(GEMM, block.size, net.batch, in, block.sums, saved[layer - 1], block.weights);
            update_job = jobs;
        }
        if (filled || index + 1 == end) continue;
        if (hart == 0) wait_for_load(index + 1);
        barrier();
        fill_outputs(hart, index + 1);
        barrier();
        if (hart == 0) outputs_job = queue_outputs(index + 1);
    }
    losses[hart] = sum;
    return passed;
}

static void swap(uint32_t *a, uint32_t *b) {
    const uint32_t a_was = *a;
    *a = *b;
    *b = a_was;
}

// Gradients and updates of the layers before the last, to which `passed` comes back; the other buffers are free.
static void backward(uint32_t hart, uint32_t passed, uint32_t other, uint32_t change, uint32_t next_change) {
    uint32_t index = forward_blocks() + last_blocks;
    for (uint32_t layer = net.layers - 1;; --layer, ++index) {
        // The product that passes gradients back has ended, or ends before the update that is queued behind it.
        if (hart == 0) wait_for_jobs(jobs - 1);
        barrier();
        const share_t share = share_of(hart, net.size[layer]);
        layer_gradient(&share, passed, saved[layer], change, net.scale, (vector_t *)biases[layer]);
        barrier();
        if (layer == 1) break;
        if (hart == 0) {
            wait_for_load(index);
            const block_t block = block_of(index);
            const uint32_t in = net.size[layer - 1], out = net.size[layer], before = jobs;
            product(MATMUL, net.batch, out, in, passed, block.weights, other);
            wait_for_jobs(before);
            release(index - 1);
            product(GEMM, out, net.batch, in, change, saved[layer - 1], block.weights);
        }
        swap(&passed, &other);
        swap(&change, &next_change);
    }
    if (hart != 0) return;
    arbitrate(2);
    const uint32_t number = dma_copy(inputs, net.turned, 2 * net.size[0] * net.batch);
    for (; index < all_blocks(); ++index) {
        wait_for_load(index);
        dma_wait(number);
        const block_t block = block_of(index);
        const uint32_t before = jobs, rows = change + 2 * block.at * net.batch;
        product(GEMM, block.size, net.batch, net.size[0], rows, inputs, block.weights);
        wait_for_jobs(before);
        release(index - 1);
    }
}

// Hart 0 learns what the network is and has the first weights loaded; false if there is no room.
static int prepare(void) {
    const uint32_t config = read32(CONTROL_UNIT_ADDRESS + CONTROL_UNIT_CONFIG_OFFSET);
    const uint32_t tcdm = TCDM_ADDRESS + (config >> CONTROL_UNIT_CONFIG_TCDM_KIB_LSB) * 1024;
    event_mask_set(1u << EVENT_ACCELERATOR);
    dma_wait(dma_copy((uint32_t)&net, mailbox.mode, sizeof net));
    if (net.layers < 2 || net.layers > LAYERS_MOST || !divide(tcdm)) return 0;
    (void)dma_copy(inputs, net.inputs, 2 * net.size[0] * net.batch);
    const uint32_t number = dma_copy(biases[1], net.biases, bias_bytes());
    load_blocks();
    const int fit = blocks_fit();
    dma_wait(number);
    return fit;
}

int main(uint32_t hart) {
    const uint32_t begin = cycles();
    if (hart == 0 && !prepare()) net.layers = 0;
    barrier();
    if (net.layers == 0) return 1;
    forward(hart);
    const uint32_t passed = output(hart);
    backward(hart, passed, wide(net.layers + 1), small[3], wide(net.layers - 1));
    if (hart != 0) return 0;
    wait_for_jobs(jobs);
    release(all_blocks() - 1);
    const uint32_t harts = (uint32_t)__builtin_popcount(team());
    for (uint32_t each = 0; each < harts; ++each) loss = single_add(loss, losses[each]);
    (void)dma_copy(net.biases, biases[1], bias_bytes());
    dma_wait(dma_copy(net.loss, (uint32_t)&loss, sizeof loss));
    mailbox.answer[0] = cycles() - begin;
    mailbox.answer[1] = jobs;
    mailbox.answer[2] = dma_cycles;
    mailbox.answer[3] = accelerator_cycles;
    return 0;
}
