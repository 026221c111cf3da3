// SPDX-License-Identifier: Apache-2.0
// Orders and answers of a program, at the start of the TCDM; tb/cluster/mailbox.py is its other side.
#pragma once

#include <stdint.h>

#include "constants.h"

// A GEMM-Op on matrices in the TCDM, or in L2 for a program that brings them.
typedef struct {
    uint32_t op, format;
    uint32_t m, n, k;
    uint32_t x, w, z;  // byte addresses
} job_t;

typedef struct {
    uint32_t magic;
    uint32_t mode;  // what it means is the program's matter
    uint32_t count; // jobs
    uint32_t seed;
    job_t job[MAILBOX_JOBS];
    uint32_t answer[MAILBOX_ANSWERS];
} mailbox_t;

_Static_assert(sizeof(mailbox_t) == MAILBOX_BYTES, "tb/cluster/mailbox.py packs another mailbox");

extern volatile mailbox_t mailbox;
