// SPDX-License-Identifier: Apache-2.0
// What products with images leave to the cores: patches (im2col), biases, ReLU, in vectors of two FP16. A call does the
// share of one hart: of `count` pixels from `first` on those with number hart, hart + harts, ...
#pragma once

#include "passes.h"
#include "vector.h"

typedef struct {
    uint32_t hart, harts;
    uint32_t first, count;
} pixels_t;

// Copies words; returns what lies behind the last. Two instructions a word, in a hardware loop.
static inline vector_t *copied(vector_t *to, const vector_t *from, uint32_t words) {
    const uint32_t pairs = words / 2;
    if (pairs != 0) {
        vector_t a, b;
        __asm__ volatile(".option push\n\t"
                         ".option norvc\n\t"
                         ".option norelax\n\t"
                         ".balign 4\n\t"
                         ".insn i 0x2B, 4, x14, %4, 5\n\t" // cv.setup 0, pairs: the next four instructions
                         "cv.lw %2, (%1), 4\n\t"
                         "cv.lw %3, (%1), 4\n\t"
                         "cv.sw %2, (%0), 4\n\t"
                         "cv.sw %3, (%0), 4\n\t"
                         ".option pop"
                         : "+r"(to), "+r"(from), "=&r"(a), "=&r"(b)
                         : "r"(pairs)
                         : "memory");
    }
    if ((words & 1) != 0) *to++ = *from;
    return to;
}

static inline vector_t *zeroed(vector_t *to, uint32_t words) {
    while (words-- != 0) *to++ = 0;
    return to;
}

// Patches of pixels with `taps` rows of the kernel, one behind the other from `to` on: rows, columns, channels.
static inline void make_patches(const pixels_t *share, const pass_t *pass, uint32_t taps, vector_t *to) {
    const uint32_t rows = pass->rows, columns = pass->columns, stride = pass->stride;
    const uint32_t across = pass->out_columns, pixel = pass->channels / 2, reach = pass->kernel_columns;
    const uint32_t line = columns * pixel, run = reach * pixel, at = share->first + share->hart;
    const vector_t *image = (const vector_t *)pass->input;
    uint32_t row = at / across, column = at - row * across;
    to += share->hart * taps * run;
    for (uint32_t each = share->hart; each < share->count; each += share->harts, to += share->harts * taps * run) {
        const uint32_t x = column * stride - pass->left;
        uint32_t y = row * stride - pass->top;
        const vector_t *from = image + (int32_t)y * (int32_t)line + (int32_t)x * (int32_t)pixel;
        vector_t *place = to;
        if (x < columns && x + reach <= columns && y < rows && y + taps <= rows) {
            for (uint32_t tap = 0; tap < taps; ++tap, from += line) place = copied(place, from, run);
        } else {
            const int32_t right = (int32_t)(columns - x);
            const uint32_t before = (int32_t)x < 0 ? -x * pixel : 0;
            const uint32_t behind = right < (int32_t)reach ? (reach - (uint32_t)right) * pixel : 0;
            for (uint32_t tap = 0; tap < taps; ++tap, ++y, from += line) {
                if (y >= rows) {
                    place = zeroed(place, run);
                } else {
                    place = zeroed(place, before);
                    place = copied(place, from + before, run - before - behind);
                    place = zeroed(place, behind);
                }
            }
        }
        for (column += share->harts; column >= across; column -= across) ++row;
    }
}

// Adds biases to outputs of pixels before their product. A hart has some words of all pixels: with its bias in a
// register, and in banks that no other hart wants at the time.
static inline void add_biases(const pixels_t *share, const pass_t *pass) {
    const uint32_t words = pass->outputs / 2, pairs = share->count / 2;
    const vector_t *biases = (const vector_t *)pass->biases;
    for (uint32_t word = share->hart; word < words; word += share->harts) {
        const vector_t bias = biases[word];
        vector_t *sum = (vector_t *)pass->output + share->first * words + word;
        if (pairs != 0) {
            vector_t a, b;
            __asm__ volatile(".option push\n\t"
                             ".option norvc\n\t"
                             ".option norelax\n\t"
                             ".balign 4\n\t"
                             ".insn i 0x2B, 4, x14, %3, 7\n\t" // cv.setup 0, pairs: the next six instructions
                             "lw %1, 0(%0)\n\t"
                             "cv.lw %2, %4(%0)\n\t"
                             ".insn r 0x33, 2, 0x41, %1, %1, %5\n\t" // vfadd.h
                             ".insn r 0x33, 2, 0x41, %2, %2, %5\n\t"
                             "cv.sw %1, (%0), %4\n\t"
                             "cv.sw %2, (%0), %4\n\t"
                             ".option pop"
                             : "+r"(sum), "=&r"(a), "=&r"(b)
                             : "r"(pairs), "r"(4 * words), "r"(bias)
                             : "memory");
        }
        if ((share->count & 1) != 0) *sum = vector_add(*sum, bias);
    }
}

// Outputs of pixels behind it: each hart two words side by side, then the next two for which no other hart comes.
static inline void rectify(const pixels_t *share, const pass_t *pass) {
    const uint32_t words = share->count * (pass->outputs / 2), turn = 2 * share->harts;
    vector_t *at = (vector_t *)pass->output + share->first * (pass->outputs / 2) + 2 * share->hart;
    const uint32_t first = 2 * share->hart, left = words > first ? words - first : 0, rounds = (left + turn - 2) / turn;
    if (rounds != 0) {
        vector_t a, b;
        __asm__ volatile(".option push\n\t"
                         ".option norvc\n\t"
                         ".option norelax\n\t"
                         ".balign 4\n\t"
                         ".insn i 0x2B, 4, x14, %3, 7\n\t" // cv.setup 0, rounds: the next six instructions
                         "lw %1, 0(%0)\n\t"
                         "lw %2, 4(%0)\n\t"
                         ".insn r 0x33, 2, 0x46, %1, %1, zero\n\t" // vfmax.h
                         ".insn r 0x33, 2, 0x46, %2, %2, zero\n\t"
                         "sw %2, 4(%0)\n\t"
                         "cv.sw %1, (%0), %4\n\t"
                         ".option pop"
                         : "+r"(at), "=&r"(a), "=&r"(b)
                         : "r"(rounds), "r"(4 * turn)
                         : "memory");
    }
    // A word that has none beside it.
    if (left % turn == 1) *at = vector_max(*at, 0);
}
