# SPDX-License-Identifier: Apache-2.0
# Blocks of 4 x 8 results on one core, FP16, two at a time, the inner loop a hardware loop of the core.
#
# simd_block_<op>(const struct simd_block *a0): for each of N steps, four words of a row of W and one element of each
# of four rows of X; sixteen words of results stay in registers.

# struct simd_block, offsets
    .set X, 0          # first of the four rows of X
    .set W, 4
    .set Z, 8          # first of the four rows of results, which starts with what they accumulate onto
    .set N, 12         # steps, at least 1
    .set X_ROW, 16     # bytes from a row to the next
    .set W_ROW, 20
    .set Z_ROW, 24

# Vectors of FP16: .insn r 0x33, funct3, funct7; funct3 6 takes the lower half of the second source for both lanes.
    .set VFADD, 0x41
    .set VFMUL, 0x43
    .set VFMIN, 0x45
    .set VFMAX, 0x46
    .set VFMAC, 0x48

# A row of four words of results: acc = op2(op1(x, w), acc), x the same for all.
.macro fma_row f1, f2, x, r0, r1, r2, r3
    .insn r 0x33, 6, VFMAC, \r0, t3, \x
    .insn r 0x33, 6, VFMAC, \r1, t4, \x
    .insn r 0x33, 6, VFMAC, \r2, t5, \x
    .insn r 0x33, 6, VFMAC, \r3, t6, \x
.endm

.macro select_word f1, f2, x, w, r
    .insn r 0x33, 6, \f1, gp, \w, \x
    .insn r 0x33, 2, \f2, \r, gp, \r
.endm

.macro select_row f1, f2, x, r0, r1, r2, r3
    select_word \f1, \f2, \x, t3, \r0
    select_word \f1, \f2, \x, t4, \r1
    select_word \f1, \f2, \x, t5, \r2
    select_word \f1, \f2, \x, t6, \r3
.endm

.macro load_row r0, r1, r2, r3
    lw      \r0, 0(t1)
    lw      \r1, 4(t1)
    lw      \r2, 8(t1)
    lw      \r3, 12(t1)
    add     t1, t1, t2
.endm

.macro store_row r0, r1, r2, r3
    sw      \r0, 0(t1)
    sw      \r1, 4(t1)
    sw      \r2, 8(t1)
    sw      \r3, 12(t1)
    add     t1, t1, t2
.endm

.macro block name, length, row, f1, f2
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
    lw      t1, Z(a0)
    lw      t2, Z_ROW(a0)
    load_row s0, s1, s2, s3
    load_row s4, s5, s6, s7
    load_row s8, s9, s10, s11
    load_row a4, a5, a6, a7
    lw      a1, X_ROW(a0)
    lw      a2, W_ROW(a0)
    lw      t1, W(a0)
    lw      t0, N(a0)
    lw      a0, X(a0)
    addi    a2, a2, -12         # from the last word of a row of W to the first of the next
    # rows of X: a0, a0 + a1, ...; all step on by one element
    add     a3, a0, a1
    add     ra, a3, a1
    add     tp, ra, a1
    .insn i 0x2B, 4, x14, t0, 1 + \length # cv.setup 0, t0: the next so many instructions, to here:
    cv.lh   t0, (a0), 2
    cv.lw   t3, (t1), 4
    cv.lw   t4, (t1), 4
    cv.lw   t5, (t1), 4
    cv.lw   t6, (t1), a2
    \row \f1, \f2, t0, s0, s1, s2, s3
    cv.lh   t0, (a3), 2
    cv.lh   t2, (ra), 2
    \row \f1, \f2, t0, s4, s5, s6, s7
    cv.lh   t0, (tp), 2
    \row \f1, \f2, t2, s8, s9, s10, s11
    \row \f1, \f2, t0, a4, a5, a6, a7
    # end of the loop
    lw      a0, 48(sp)
    lw      t1, Z(a0)
    lw      t2, Z_ROW(a0)
    store_row s0, s1, s2, s3
    store_row s4, s5, s6, s7
    store_row s8, s9, s10, s11
    store_row a4, a5, a6, a7
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

    .option norvc
    .option norelax
    .text
    block simd_block_fma, 24, fma_row, 0, 0
    block simd_block_addmax, 40, select_row, VFADD, VFMAX
    block simd_block_addmin, 40, select_row, VFADD, VFMIN
    block simd_block_mulmax, 40, select_row, VFMUL, VFMAX
    block simd_block_mulmin, 40, select_row, VFMUL, VFMIN
    block simd_block_maxmin, 40, select_row, VFMAX, VFMIN
    block simd_block_minmax, 40, select_row, VFMIN, VFMAX
