// SPDX-License-Identifier: Apache-2.0
// Parity of what a compute element gets from the buffer of W: a bit for each word of its two rows, and one for the
// operand in the register behind them. A wrong bit in either is told when the array uses the operand, with the bank of
// Z of the tile that it is used for: sums of a tile leave later than that, so none is stored before.

module redmule_w_parity #(
  parameter int unsigned D  = 16,   // columns of a tile, H(P+1)
  parameter int unsigned DW = 256,  // payload bits of the port
  localparam int unsigned IDX = $clog2(D)
) (
  input  logic           clk_i,
  input  logic           rst_ni,
  // load
  input  logic           write_i,
  input  logic           bank_i,
  input  logic [7:0]     piece_i,
  input  logic [DW-1:0]  data_i,
  // use
  input  logic           advance_i,
  input  logic           used_i,    // what is fetched is an operand
  input  logic           w_bank_i,
  input  logic [IDX-1:0] word_i,
  input  logic [15:0]    raw_i,     // the word as it lies there
  input  logic [15:0]    value_i,   // the operand that goes into the register
  input  logic           z_bank_i,  // of its tile
  input  logic [15:0]    w_i,       // the operand in the register
  output logic [1:0]     bad_o
);

  localparam int unsigned WORDS = DW / 16;

  logic [WORDS-1:0] given;
  logic [D-1:0]     parity_q [2];
  logic             used_q, wrong_q, operand_q, z_bank_q;

  always_comb begin
    for (int unsigned i = 0; i < WORDS; i++) given[i] = ^data_i[16*i+:16];
  end

  for (genvar i = 0; i < int'(D); i++) begin : gen_word
    always_ff @(posedge clk_i) begin
      if (write_i && 32'(piece_i) == unsigned'(i) / WORDS) parity_q[bank_i][i] <= given[unsigned'(i)%WORDS];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {used_q, wrong_q, operand_q, z_bank_q} <= '0;
    end else if (advance_i) begin
      used_q    <= used_i;
      wrong_q   <= parity_q[w_bank_i][word_i] != ^raw_i;
      operand_q <= ^value_i;
      z_bank_q  <= z_bank_i;
    end
  end

  always_comb begin
    bad_o           = '0;
    bad_o[z_bank_q] = advance_i && used_q && (wrong_q || operand_q != ^w_i);
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    stands_still: assert ($past(rst_ni && !advance_i) -> $stable({used_q, wrong_q, operand_q, z_bank_q}))
      else $error("an operand changed while the array was stopped");
    told_when_used: assert (bad_o != '0 -> advance_i && used_q)
      else $error("a wrong operand is told that nobody uses");
  end
`endif

endmodule
