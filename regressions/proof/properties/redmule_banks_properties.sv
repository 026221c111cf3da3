// SPDX-License-Identifier: Apache-2.0
// The life of a bank: taken and filled by what asks for it, kept until its release, free after it.

module redmule_banks_properties #(
  parameter int unsigned PIECES = 1
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic                   init_i,
  input logic                   take_i,
  input logic                   take_bank_i,
  input logic                   fill_i,
  input logic                   fill_bank_i,
  input logic [7:0]             fill_piece_i,
  input logic                   release_i,
  input logic                   release_bank_i,
  input logic [1:0]             taken_o,
  input logic [1:0][PIECES-1:0] full_o
);

  for (genvar b = 0; b < 2; b++) begin : gen_bank
    logic takes, frees;
    assign takes = take_i && take_bank_i == 1'(b);
    assign frees = init_i || (release_i && release_bank_i == 1'(b));

    always @(posedge clk_i) if (rst_ni) begin
      taken_as_asked: assert ($past(rst_ni) -> taken_o[b] == ($past(taken_o[b] || takes) && !$past(frees)))
        else $error("a bank is taken or free otherwise than asked");
    end
    for (genvar p = 0; p < int'(PIECES); p++) begin : gen_piece
      logic fills;
      assign fills = fill_i && fill_bank_i == 1'(b) && fill_piece_i == 8'(p);

      always @(posedge clk_i) if (rst_ni) begin
        full_as_asked: assert ($past(rst_ni) -> full_o[b][p] == ($past(full_o[b][p] || fills) && !$past(frees)))
          else $error("a piece is full or empty otherwise than asked");
      end
    end
  end

endmodule

bind redmule_banks redmule_banks_properties #(.PIECES(PIECES)) i_properties (.*);
