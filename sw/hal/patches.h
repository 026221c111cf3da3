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

// Patches of pixels, one behind the other from `to` on: rows of the kernel, its columns, channels.
static inline void make_patches(const pixels_t *share, const pass_t *pass, vector_t *to) {
    const uint32_t pixel = pass->channels / 2, line = pass->columns * pixel, reach = pass->kernel_columns;
    const uint32_t patch = pass->kernel_rows * reach * pixel, at = share->first + share->hart;
    uint32_t row = at / pass->out_columns, column = at - row * pass->out_columns;
    for (uint32_t each = share->hart; each < share->count; each += share->harts) {
        const int32_t x = (int32_t)(column * pass->stride - pass->left), right = (int32_t)pass->columns - x;
        const uint32_t before = x < 0 ? (uint32_t)-x * pixel : 0;
        const uint32_t behind = right < (int32_t)reach ? (reach - (uint32_t)right) * pixel : 0;
        const uint32_t inside = reach * pixel - before - behind;
        uint32_t y = row * pass->stride - pass->top;
        const vector_t *from = (const vector_t *)pass->input + (int32_t)y * (int32_t)line + x * (int32_t)pixel;
        vector_t *place = to + each * patch;
        for (uint32_t tap = 0; tap < pass->kernel_rows; ++tap, ++y, from += line) {
            if (y >= pass->rows) {
                place = zeroed(place, reach * pixel);
            } else {
                place = zeroed(place, before);
                place = copied(place, from + before, inside);
                place = zeroed(place, behind);
            }
        }
        for (column += share->harts; column >= pass->out_columns; column -= pass->out_columns) ++row;
    }
}

// Outputs of pixels before their product.
static inline void start_sums(const pixels_t *share, const pass_t *pass) {
    const uint32_t words = pass->outputs / 2;
    const vector_t *biases = (const vector_t *)pass->biases;
    for (uint32_t each = share->hart; each < share->count; each += share->harts) {
        vector_t *row = (vector_t *)pass->output + (share->first + each) * words;
        if ((pass->flags & PASS_ADDS) == 0) {
            (void)copied(row, biases, words);
        } else {
            for (uint32_t word = 0; word < words; ++word) row[word] = vector_add(row[word], biases[word]);
        }
    }
}

// Outputs of pixels behind it, four words at once.
static inline void rectify(const pixels_t *share, const pass_t *pass) {
    const uint32_t words = share->count * (pass->outputs / 2), fours = words / 4;
    vector_t *all = (vector_t *)pass->output + share->first * (pass->outputs / 2);
    for (uint32_t each = share->hart; each < fours; each += share->harts) {
        vector_t *four = all + 4 * each;
        const vector_t a = four[0], b = four[1], c = four[2], d = four[3];
        four[0] = vector_max(a, 0);
        four[1] = vector_max(b, 0);
        four[2] = vector_max(c, 0);
        four[3] = vector_max(d, 0);
    }
    for (uint32_t word = 4 * fours + share->hart; word < words; word += share->harts) all[word] = vector_max(all[word], 0);
}
