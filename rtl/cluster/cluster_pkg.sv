// SPDX-License-Identifier: Apache-2.0
// Memory map, event numbers and bus types of the cluster (contract C3.1, C7.1).

package cluster_pkg;

  // ---- memory map
  localparam logic [31:0] TCDM_BASE     = 32'h1000_0000;
  localparam logic [31:0] TAS_BASE      = 32'h1010_0000;  // test-and-set alias of the TCDM
  localparam logic [31:0] PERIPH_BASE   = 32'h1020_0000;
  localparam logic [31:0] EU_PRIVATE    = 32'h1020_4000;  // each core's own window on the event unit
  localparam logic [31:0] CODE_BASE     = 32'h1A00_0000;  // instruction memory, seen by fetches alone
  localparam logic [31:0] L2_BASE       = 32'h1C00_0000;
  localparam int unsigned TCDM_MAX      = 32'h0010_0000;  // bytes between the TCDM and its alias

  // Value that an address without a target reads.
  localparam logic [31:0] NO_TARGET     = 32'hBADA_CCE5;

  // ---- events of a core, by bit of its buffer: 7 to 0 software; 8 a transfer of the DMA that the core started has
  // ended, 9 the DMA is idle; 10, 11 comparators of the timer; 12, 13 evt_o[core] of the accelerator; 16 barrier
  localparam int unsigned EVENTS        = 17;
  localparam int unsigned EVT_BARRIER   = 16;

  // ---- logarithmic branch: one 32-bit word
  typedef struct packed {
    logic [17:0] word;  // index of the word in the TCDM
    logic        we;
    logic        tas;   // read that also sets the word to all ones
    logic [3:0]  be;
    logic [31:0] wdata;
  } tcdm_req_t;

  // ---- peripheral bus
  typedef struct packed {
    logic [13:0] add;   // byte offset in the peripheral space
    logic        we;
    logic [3:0]  be;
    logic [31:0] wdata;
    logic [7:0]  id;    // one-hot, the core that accesses; 0 from outside the cluster
  } periph_req_t;

  // Bytes of a word that byte enables let through.
  function automatic logic [31:0] byte_mask(logic [3:0] be);
    return {{8{be[3]}}, {8{be[2]}}, {8{be[1]}}, {8{be[0]}}};
  endfunction

endpackage
