// SPDX-License-Identifier: Apache-2.0
// DMA, one memory: its accesses are the reading side's or the writing side's, which goes first. A read that waits for
// its grant keeps the memory until it has it.

module cluster_dma_select
  import cluster_dma_pkg::*;
  import cluster_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  // reading side
  input  logic        read_i,
  input  beat_t       read_beat_i,
  output logic        read_done_o,
  // writing side
  input  logic        write_i,
  input  beat_t       write_beat_i,
  input  logic [63:0] write_data_i,
  output logic        write_done_o,
  // memory
  output logic        req_o,
  input  logic        gnt_i,
  output logic        we_o,
  output logic [31:0] add_o,
  output logic [7:0]  be_o,
  output logic [63:0] wdata_o
);

  logic held_q, write;

  always_comb begin
    write   = write_i && !held_q;
    req_o   = write || read_i;
    we_o    = write;
    add_o   = write ? write_beat_i.add : read_beat_i.add;
    be_o    = write ? enables(write_beat_i.offset, write_beat_i.count) :
                      enables(read_beat_i.offset, read_beat_i.count);
    wdata_o = write_data_i;
  end

  always_comb begin
    write_done_o = write && gnt_i;
    read_done_o  = read_i && !write && gnt_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) held_q <= 1'b0;
    else held_q <= req_o && !we_o && !gnt_i;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_side: assert (!(read_done_o && write_done_o))
      else $error("one grant for both sides");
    done_when_granted: assert (read_done_o || write_done_o -> req_o && gnt_i)
      else $error("an access is done without a grant");
    held_until_granted: assert ($past(rst_ni && req_o && !gnt_i)
        -> req_o && $stable({we_o, add_o, be_o})
          && (we_o -> $stable(wdata_o & {byte_mask(be_o[7:4]), byte_mask(be_o[3:0])})))
      else $error("a request changed before its grant");
  end
`endif

endmodule
