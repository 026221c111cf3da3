# SPDX-License-Identifier: Apache-2.0
"""Bit-exact reference model of the RedMulE contract: numerics, operations, memory layout and cycle bound.

Needs numpy, and a C++ compiler to be fast; knows nothing of simulators or test benches. FP16 and bfloat16
values are passed as `np.uint16` bit patterns, FP8 values as `np.uint8`; no function changes its arguments,
with the one exception of `models.layout.store`, whose purpose it is.
"""
