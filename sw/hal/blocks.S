# SPDX-License-Identifier: Apache-2.0
# Blocks of results on one core, FP16, the inner loop a hardware loop of the core.
#
# scalar_blocks_<op>(blocks_t *a0): blocks of 4 x 4 results, one result at a time.
# vector_blocks_<op>(blocks_t *a0): blocks of 4 x 8 results, two at a time.
#
# Both do the same with sixteen registers of results, one or two in each: for each of N steps, four registers from a
# row of W and one element of each of four rows of X. So 16 instructions compute for 8 that load, and nothing else is in
# the loop of a product.

# blocks_t, offsets
    .set X, 0          # first of the four rows of X
    .set W, 4
    .set Z, 8          # first of the four rows of results, which starts with what they accumulate onto
    .set N, 12         # steps, at least 1
    .set X_ROW, 16     # bytes from a row to the next
    .set W_ROW, 20
    .set Z_ROW, 24
    .set COUNT, 28     # blocks, at least 1, each right of the one before

# Vectors of FP16: .insn r 0x33, funct3, funct7; funct3 6 takes the lower half of the second source for both lanes.
    .set VFADD, 0x41
    .set VFMUL, 0x43
    .set VFMIN, 0x45
    .set VFMAX, 0x46
    .set VFMAC, 0x48

# acc = x * w + acc
.macro fma_scalar acc, w, x
    fmadd.h \acc, \x, \w, \acc
.endm

.macro fma_vector acc, w, x
    .insn r 0x33, 6, VFMAC, \acc, \w, \x
.endm

# d = f(x, w), x the same for both lanes of a vector
.macro first_scalar f, d, w, x
    \f      \d, \x, \w
.endm

.macro first_vector f, d, w, x
    .insn r 0x33, 6, \f, \d, \w, \x
.endm

# acc = f(d, acc)
.macro second_scalar f, acc, d
    \f      \acc, \d, \acc
.endm

.macro second_vector f, acc, d
    .insn r 0x33, 2, \f, \acc, \d, \acc
.endm

# A row of four registers of results: acc = op2(op1(x, w), acc), x the same for all.
.macro fma_row kind, f1, f2, x, r0, r1, r2, r3
    fma_\kind \r0, t3, \x
    fma_\kind \r1, t4, \x
    fma_\kind \r2, t5, \x
    fma_\kind \r3, t6, \x
.endm

# Two at once: what an instruction computes is there only for the next but one.
.macro select_pair kind, f1, f2, x, w0, w1, r0, r1
    first_\kind \f1, gp, \w0, \x
    first_\kind \f1, a1, \w1, \x
    second_\kind \f2, \r0, gp
    second_\kind \f2, \r1, a1
.endm

.macro select_row kind, f1, f2, x, r0, r1, r2, r3
    select_pair \kind, \f1, \f2, \x, t3, t4, \r0, \r1
    select_pair \kind, \f1, \f2, \x, t5, t6, \r2, \r3
.endm

# `size` is that of a register of results in memory, h or w, and `bytes` the same as a number.
.macro load_row size, bytes, r0, r1, r2, r3
    l\size   \r0, 0(t1)
    l\size   \r1, \bytes(t1)
    l\size   \r2, 2 * \bytes(t1)
    l\size   \r3, 3 * \bytes(t1)
    add     t1, t1, t2
.endm

.macro store_row size, bytes, r0, r1, r2, r3
    s\size   \r0, 0(t1)
    s\size   \r1, \bytes(t1)
    s\size   \r2, 2 * \bytes(t1)
    s\size   \r3, 3 * \bytes(t1)
    add     t1, t1, t2
.endm

.macro block name, kind, size, bytes, length, row, f1, f2
    .globl  \name
    .balign 4
\name:
    addi    sp, sp, -64
    sw      s0, 0(sp)
    sw      s1, 4(sp)
    sw      s2, 8(sp)
    sw      s3, 12(sp)
    sw      s4, 16(sp)
    sw      s5, 20(sp)
    sw      s6, 24(sp)
    sw      s7, 28(sp)
    sw      s8, 32(sp)
    sw      s9, 36(sp)
    sw      s10, 40(sp)
    sw      s11, 44(sp)
    sw      a0, 48(sp)
    sw      ra, 52(sp)
    sw      gp, 56(sp)
    sw      tp, 60(sp)
1:  # the next block
    lw      t1, Z(a0)
    lw      t2, Z_ROW(a0)
    load_row \size, \bytes, s0, s1, s2, s3
    load_row \size, \bytes, s4, s5, s6, s7
    load_row \size, \bytes, s8, s9, s10, s11
    load_row \size, \bytes, a4, a5, a6, a7
    lw      a1, X_ROW(a0)
    lw      a2, W_ROW(a0)
    lw      t1, W(a0)
    lw      t0, N(a0)
    lw      a0, X(a0)
    addi    a2, a2, -3 * \bytes # from the last that is loaded of a row of W to the first of the next
    # rows of X: a0, a0 + a1, ...; all step on by one element
    add     a3, a0, a1
    add     ra, a3, a1
    add     tp, ra, a1
    .insn i 0x2B, 4, x14, t0, 1 + \length # cv.setup 0, t0: the next so many instructions, to here:
    cv.lh   t0, (a0), 2
    cv.l\size t3, (t1), \bytes
    cv.l\size t4, (t1), \bytes
    cv.l\size t5, (t1), \bytes
    cv.l\size t6, (t1), a2
    \row \kind, \f1, \f2, t0, s0, s1, s2, s3
    cv.lh   t0, (a3), 2
    cv.lh   t2, (ra), 2
    \row \kind, \f1, \f2, t0, s4, s5, s6, s7
    cv.lh   t0, (tp), 2
    \row \kind, \f1, \f2, t2, s8, s9, s10, s11
    \row \kind, \f1, \f2, t0, a4, a5, a6, a7
    # end of the loop
    lw      a0, 48(sp)
    lw      t1, Z(a0)
    lw      t2, Z_ROW(a0)
    store_row \size, \bytes, s0, s1, s2, s3
    store_row \size, \bytes, s4, s5, s6, s7
    store_row \size, \bytes, s8, s9, s10, s11
    store_row \size, \bytes, a4, a5, a6, a7
    lw      t0, COUNT(a0)
    lw      t1, W(a0)
    lw      t2, Z(a0)
    addi    t0, t0, -1
    addi    t1, t1, 4 * \bytes
    addi    t2, t2, 4 * \bytes
    sw      t0, COUNT(a0)
    sw      t1, W(a0)
    sw      t2, Z(a0)
    bnez    t0, 1b
    lw      s0, 0(sp)
    lw      s1, 4(sp)
    lw      s2, 8(sp)
    lw      s3, 12(sp)
    lw      s4, 16(sp)
    lw      s5, 20(sp)
    lw      s6, 24(sp)
    lw      s7, 28(sp)
    lw      s8, 32(sp)
    lw      s9, 36(sp)
    lw      s10, 40(sp)
    lw      s11, 44(sp)
    lw      ra, 52(sp)
    lw      gp, 56(sp)
    lw      tp, 60(sp)
    addi    sp, sp, 64
    ret
.endm

# One operation, both ways; `length` is that of the loop.
.macro blocks name, length, row, f1, f2, v1, v2
    block scalar_blocks_\name, scalar, h, 2, \length, \row, \f1, \f2
    block vector_blocks_\name, vector, w, 4, \length, \row, \v1, \v2
.endm

    .option norvc
    .option norelax
    .text
    blocks fma, 24, fma_row
    blocks addmax, 40, select_row, fadd.h, fmax.h, VFADD, VFMAX
    blocks addmin, 40, select_row, fadd.h, fmin.h, VFADD, VFMIN
    blocks mulmax, 40, select_row, fmul.h, fmax.h, VFMUL, VFMAX
    blocks mulmin, 40, select_row, fmul.h, fmin.h, VFMUL, VFMIN
    blocks maxmin, 40, select_row, fmax.h, fmin.h, VFMAX, VFMIN
    blocks minmax, 40, select_row, fmin.h, fmax.h, VFMIN, VFMAX
