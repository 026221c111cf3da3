// SPDX-License-Identifier: Apache-2.0
// What becomes of a store whose rows differ, or whose tile used a wrong operand: the tile is computed again, at most
// three times; then it is stored as it is, and told once. The walker of the stores stays where it is meanwhile: what
// it has passed was right and is in memory, so of the repeated tile only the rest is compared and stored
// (docs/accelerator.md).

module redmule_retry (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       init_i,
  input  logic [1:0] bad_i,         // a wrong operand is used for the tile with this bank of Z
  // the store on offer
  input  logic       check_i,       // its job is in fault-tolerant mode
  input  logic       bank_i,        // its bank of Z
  input  logic       differ_i,      // its rows differ
  input  logic       again_i,       // it is refused
  input  logic       store_i,       // it is taken
  input  logic       tile_end_i,    // and is the last of its tile
  output logic       refuse_o,
  output logic       refusing_o,    // what is wrong is not stored
  output logic       uncorrected_o  // one cycle: a fault is stored, the first of its tile
);

  localparam logic [1:0] MOST = 2'd3;  // repeats of a tile

  logic [1:0] repeats_q;
  logic       told_q, wrong;
  logic [1:0] bad_q, bad_d;  // by bank

  assign wrong         = differ_i || (check_i && bad_q[bank_i]);
  assign refusing_o    = repeats_q != MOST;
  assign refuse_o      = wrong && refusing_o;
  assign uncorrected_o = store_i && wrong && !told_q;

  // A mark may be of the tile that uses the bank next: then the one that is still stored from it is repeated too.
  always_comb begin
    bad_d = bad_q;
    if (tile_end_i) bad_d[bank_i] = 1'b0;
    bad_d |= bad_i;
    if (init_i || again_i) bad_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) bad_q <= '0;
    else         bad_q <= bad_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      repeats_q <= '0;
      told_q    <= 1'b0;
    end else if (init_i || tile_end_i) begin
      repeats_q <= '0;
      told_q    <= 1'b0;
    end else begin
      if (again_i) repeats_q <= repeats_q + 2'd1;
      if (uncorrected_o) told_q <= 1'b1;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    refused_or_stored: assert (!(again_i && store_i) && (tile_end_i -> store_i))
      else $error("a store is refused and taken");
    refuses_what_differs: assert (again_i -> refuse_o)
      else $error("a tile begins again without a difference, or a fourth time");
    stores_what_is_equal: assert (store_i && wrong -> repeats_q == MOST)
      else $error("a fault is stored without three repeats");
    told_behind_repeats: assert (told_q -> repeats_q == MOST)
      else $error("a tile is uncorrected that was not repeated");
    forgotten_after_init: assert ($past(rst_ni && init_i) -> repeats_q == '0 && !told_q && bad_q == '0)
      else $error("repeats of a tile outlived its job");
  end
`endif

endmodule
