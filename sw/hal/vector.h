// SPDX-License-Identifier: Apache-2.0
// Vectors of two FP16 in a word, and how they are taken apart.
#pragma once

#include "half.h"

typedef uint32_t vector_t; // lane 0 in the lower half

#define VECTOR_OPERATION(name, funct7)                                                             \
    static inline vector_t name(vector_t a, vector_t b) {                                          \
        vector_t d;                                                                                \
        __asm__(".insn r 0x33, 2, " #funct7 ", %0, %1, %2" : "=r"(d) : "r"(a), "r"(b));            \
        return d;                                                                                  \
    }

VECTOR_OPERATION(vector_add, 0x41)
VECTOR_OPERATION(vector_sub, 0x42)
VECTOR_OPERATION(vector_mul, 0x43)
VECTOR_OPERATION(vector_max, 0x46)

// Lanes 0 of two vectors as one.
static inline vector_t vector_low(vector_t lane0, vector_t lane1) {
    vector_t d;
    __asm__("cv.pack %0, %1, %2" : "=r"(d) : "r"(lane1), "r"(lane0));
    return d;
}

// Lanes 1 of two vectors as one.
static inline vector_t vector_high(vector_t lane0, vector_t lane1) {
    vector_t d;
    __asm__("cv.pack.h %0, %1, %2" : "=r"(d) : "r"(lane1), "r"(lane0));
    return d;
}

// Those lanes of a vector whose mask is above zero, zeros in the others.
static inline vector_t vector_where_positive(vector_t mask, vector_t a) {
    vector_t d;
    __asm__("cv.cmpgt.sci.h %0, %1, 0" : "=r"(d) : "r"(mask));
    return d & a;
}

// `sum` and the squares of both lanes, lane 0 first, in FP32.
static inline float vector_squares(vector_t a, float sum) {
    float lane;
    __asm__("fcvt.s.h %0, %1" : "=r"(lane) : "r"(a));
    __asm__("fmadd.s %0, %1, %1, %0" : "+r"(sum) : "r"(lane));
    __asm__("fcvt.s.h %0, %1" : "=r"(lane) : "r"(a >> 16));
    __asm__("fmadd.s %0, %1, %1, %0" : "+r"(sum) : "r"(lane));
    return sum;
}

static inline float single_add(float a, float b) {
    float d;
    __asm__("fadd.s %0, %1, %2" : "=r"(d) : "r"(a), "r"(b));
    return d;
}
