// SPDX-License-Identifier: Apache-2.0
// Bookkeeping of a double buffer: a bank is taken, then full, then released. A bank that is released in a cycle is
// free in the next. Where rows are wider than the port, a bank becomes full piece by piece.

module redmule_banks #(
  parameter int unsigned PIECES = 1   // parts of a bank that are filled one by one
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   init_i,
  input  logic                   take_i,
  input  logic                   take_bank_i,
  input  logic                   fill_i,
  input  logic                   fill_bank_i,
  input  logic [7:0]             fill_piece_i,
  input  logic                   release_i,
  input  logic                   release_bank_i,
  output logic [1:0]             taken_o,
  output logic [1:0][PIECES-1:0] full_o
);

  logic [1:0]             taken_q, taken_d;
  logic [1:0][PIECES-1:0] full_q, full_d;

  always_comb begin
    taken_d = taken_q;
    full_d  = full_q;
    if (take_i) taken_d[take_bank_i] = 1'b1;
    for (int unsigned p = 0; p < PIECES; p++) begin
      if (fill_i && fill_piece_i == 8'(p)) full_d[fill_bank_i][p] = 1'b1;
    end
    if (release_i) begin
      taken_d[release_bank_i] = 1'b0;
      full_d[release_bank_i]  = '0;
    end
    if (init_i) begin
      taken_d = '0;
      full_d  = '0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      taken_q <= '0;
      full_q  <= '0;
    end else begin
      taken_q <= taken_d;
      full_q  <= full_d;
    end
  end

  assign taken_o = taken_q;
  assign full_o  = full_q;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    takes_what_is_free: assert (take_i -> !taken_q[take_bank_i])
      else $error("a bank is taken twice");
    fills_what_is_empty: assert (fill_i -> 32'(fill_piece_i) < PIECES && !1'(full_q[fill_bank_i] >> fill_piece_i))
      else $error("a piece is filled twice, or is not there");
    empty_after_init: assert ($past(rst_ni && init_i) -> taken_q == '0 && full_q == '0)
      else $error("banks of a job outlived it");
  end
`endif

endmodule
