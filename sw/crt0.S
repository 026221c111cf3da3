# SPDX-License-Identifier: Apache-2.0
# Start of every program: trap vectors, one stack for each hart, zeroed .bss, then main(hart) on all of them.

#include "constants.h"

    .section .vectors, "ax"
    .option norvc
    .globl _vectors
_vectors:
    .rept 32
    j trap
    .endr

# 0x80 behind the vectors.
    .globl _start
_start:
    csrr    a0, mhartid
    la      sp, _stacks
    la      t0, _stack_bytes
    addi    t1, a0, 1
    mul     t0, t0, t1
    add     sp, sp, t0
    bnez    a0, 2f
# Hart 0 zeroes .bss; nobody passes the barrier before.
    la      t0, _bss
    la      t1, _bss_end
1:  bgeu    t0, t1, 2f
    sw      zero, 0(t0)
    addi    t0, t0, 4
    j       1b
2:  tail    cluster_start

# A trap is reported to the control unit, and its hart stops for good.
trap:
    csrr    t0, mhartid
    slli    t0, t0, 2
    li      t1, CONTROL_UNIT_ADDRESS
    add     t1, t1, t0
    csrr    t0, mepc
    sw      t0, CONTROL_UNIT_TRAP_PC_OFFSET(t1)
    csrr    t0, mcause
    sw      t0, CONTROL_UNIT_TRAP_CAUSE_OFFSET(t1)
3:  j       3b
