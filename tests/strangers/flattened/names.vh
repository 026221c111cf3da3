// SPDX-License-Identifier: Apache-2.0
`define N(bit) n_``bit
