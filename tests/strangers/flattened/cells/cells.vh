// SPDX-License-Identifier: Apache-2.0
`define LOW 1'b0
