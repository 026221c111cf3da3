// SPDX-License-Identifier: Apache-2.0
// Types inside the DMA.

package cluster_dma_pkg;

  // A transfer: ROWS rows of LENGTH bytes.
  typedef struct packed {
    logic [31:0] src;
    logic [31:0] dst;
    logic [31:0] length;      // bytes in a row
    logic [31:0] src_stride;  // bytes from the start of a row to that of the next
    logic [31:0] dst_stride;
    logic [31:0] rows;
    logic        src_l2;      // where it reads and writes: L2, or TCDM
    logic        dst_l2;
    logic [2:0]  core;        // who started it
  } transfer_t;

  // Part of a transfer that one access of 64 bits covers.
  typedef struct packed {
    logic [31:0] add;    // multiple of 8
    logic [2:0]  offset; // of the first byte
    logic [3:0]  count;  // bytes, 1 to 8
    logic        last;   // of the transfer
  } beat_t;

  function automatic logic [7:0] enables(logic [2:0] offset, logic [3:0] count);
    return 8'((16'd1 << count) - 16'd1) << offset;
  endfunction

endpackage
