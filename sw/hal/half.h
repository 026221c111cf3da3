// SPDX-License-Identifier: Apache-2.0
// FP16 on the cores: the operations of the accelerator, one by one, with its rounding and its NaNs.
#pragma once

#include <stdint.h>

typedef _Float16 half_t;

static inline half_t half_fma(half_t a, half_t b, half_t c) {
    half_t d;
    __asm__("fmadd.h %0, %1, %2, %3" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
}

static inline half_t half_add(half_t a, half_t b) {
    half_t d;
    __asm__("fadd.h %0, %1, %2" : "=r"(d) : "r"(a), "r"(b));
    return d;
}

static inline half_t half_mul(half_t a, half_t b) {
    half_t d;
    __asm__("fmul.h %0, %1, %2" : "=r"(d) : "r"(a), "r"(b));
    return d;
}

static inline half_t half_max(half_t a, half_t b) {
    half_t d;
    __asm__("fmax.h %0, %1, %2" : "=r"(d) : "r"(a), "r"(b));
    return d;
}

static inline half_t half_min(half_t a, half_t b) {
    half_t d;
    __asm__("fmin.h %0, %1, %2" : "=r"(d) : "r"(a), "r"(b));
    return d;
}

// One step of operation `op`, which is a constant where speed matters.
static inline __attribute__((always_inline)) half_t half_step(uint32_t op, half_t x, half_t w, half_t acc) {
    switch (op) {
        case 2: return half_max(half_add(x, w), acc);
        case 3: return half_min(half_add(x, w), acc);
        case 4: return half_max(half_mul(x, w), acc);
        case 5: return half_min(half_mul(x, w), acc);
        case 6: return half_min(half_max(x, w), acc);
        case 7: return half_max(half_min(x, w), acc);
        default: return half_fma(x, w, acc);
    }
}
