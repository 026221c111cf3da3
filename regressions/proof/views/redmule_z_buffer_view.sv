// SPDX-License-Identifier: Apache-2.0
// What the neighbours see of the buffer of Z: of a row the bytes that its tile or copy has filled. A store enables the
// live bytes of a row alone.

module redmule_z_buffer_view
  import redmule_pkg::*;
#(
  parameter int unsigned L  = 12,
  parameter int unsigned D  = 16,
  parameter int unsigned DW = 256,
  localparam int unsigned PIECES = (D * 16 + DW - 1) / DW,
  localparam int unsigned BYTES  = PIECES * DW / 8
) (
  input logic          clk_i,
  input logic          rst_ni,
  input fmt_e          fmt_i,
  input logic          advance_i,
  input token_t        out_i,
  input logic          r_valid_i,
  input dest_t         r_dest_i,
  input logic          copy_i,
  input logic          bank_i,
  input logic [7:0]    row_i,
  input logic [7:0]    piece_i,
  input logic [DW-1:0] data_o
);

  (* keep *) logic [DW-1:0] seen_data;

  logic [1:0][L-1:0][BYTES-1:0] filled_q;
  logic [DW/8-1:0]              filled;
  logic                         column, copy_row;

  assign column   = advance_i && out_i.valid && out_i.final_sum;
  assign copy_row = r_valid_i && r_dest_i.src == SRC_Z;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      filled_q <= '0;
    end else begin
      if (column && out_i.col == '0) filled_q[out_i.tile_bank] <= '0;
      for (int unsigned l = 0; l < L; l++) begin
        for (int unsigned b = 0; b < BYTES; b++) begin
          if (copy_row && r_dest_i.row == 8'(l) && b < DW / 8) filled_q[r_dest_i.bank][l][b] <= 1'b1;
          if (!copy_row && column && 32'(out_i.col) == (fmt_shift(fmt_i) ? b / 2 : b)) begin
            filled_q[out_i.tile_bank][l][b] <= out_i.live;
          end
        end
      end
    end
  end

  always_comb begin
    filled = '0;
    for (int unsigned l = 0; l < L; l++) begin
      for (int unsigned p = 0; p < PIECES; p++) begin
        if (row_i == 8'(l) && piece_i == 8'(p)) filled = filled_q[bank_i][l][p*DW/8+:DW/8];
      end
    end
    for (int unsigned b = 0; b < DW / 8; b++) begin
      seen_data[8*b+:8] = (copy_i ? filled == '1 : filled[b]) ? data_o[8*b+:8] : 8'd0;
    end
  end

endmodule

bind redmule_z_buffer redmule_z_buffer_view #(.L(L), .D(D), .DW(DW)) i_view (.*);
