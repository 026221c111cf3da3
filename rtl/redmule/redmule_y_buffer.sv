// SPDX-License-Identifier: Apache-2.0
// Y, double-buffered by tiles: loaded in rows, used in columns by the first chunk of a tile. A row may be wider than
// the port; a bank's columns can be used as soon as their piece of all rows is there. With fault tolerance, a row of
// the upper half gets what comes for its twin too, as in the buffer of X.

module redmule_y_buffer
  import redmule_pkg::*;
#(
  parameter int unsigned L  = 12,   // rows
  parameter int unsigned FT = 0,    // fault tolerance: 0 none, 1 of the data path, 2 full: half of the rows are here
  parameter int unsigned D  = 16,   // columns of a tile, H(P+1)
  parameter int unsigned DW = 256,  // payload bits of the port
  localparam int unsigned PIECES = (D * 16 + DW - 1) / DW
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   init_i,
  input  fmt_e                   fmt_i,        // of what is fetched
  // load
  input  logic                   take_i,
  input  logic                   take_bank_i,
  input  logic                   r_valid_i,
  input  dest_t                  r_dest_i,
  input  logic [DW-1:0]          r_data_i,
  output logic [1:0]             taken_o,
  output logic [1:0][PIECES-1:0] full_o,
  // use
  input  logic                   fetch_i,    // a column
  input  logic                   fetch_bank_i,
  input  logic [7:0]             fetch_col_i,
  input  logic                   release_i,  // the last column is fetched
  output logic [L-1:0][15:0]     y_o
);

  localparam int unsigned ROW = D * 16;
  localparam int unsigned IDX = $clog2(D);

  logic               write;
  logic [D-1:0][15:0] mem_q [2][L];
  logic [IDX-1:0]     word;
  logic [L-1:0][15:0] column;

  assign write = r_valid_i && r_dest_i.src == SRC_Y;
  assign word  = !fetch_i ? '0 : IDX'(fmt_shift(fmt_i) ? fetch_col_i : fetch_col_i >> 1);  // else it stands still

  redmule_banks #(
    .PIECES(PIECES)
  ) i_banks (
    .clk_i,
    .rst_ni,
    .init_i,
    .take_i,
    .take_bank_i,
    .fill_i        (write && r_dest_i.last),
    .fill_bank_i   (r_dest_i.bank),
    .fill_piece_i  (r_dest_i.piece),
    .release_i,
    .release_bank_i(fetch_bank_i),
    .taken_o,
    .full_o
  );

  for (genvar l = 0; l < int'(L); l++) begin : gen_row
    localparam int unsigned TWIN = FT == 1 && unsigned'(l) >= L / 2 ? unsigned'(l) - L / 2 : unsigned'(l);

    for (genvar p = 0; p < int'(PIECES); p++) begin : gen_piece
      localparam int unsigned FROM = unsigned'(p) * DW / 16;
      localparam int unsigned SIZE = (ROW - unsigned'(p) * DW < DW) ? (ROW - unsigned'(p) * DW) / 16 : DW / 16;
      always_ff @(posedge clk_i) begin
        if (write && (r_dest_i.row == 8'(l) || r_dest_i.row == 8'(TWIN)) && r_dest_i.piece == 8'(p)) begin
          mem_q[r_dest_i.bank][l][FROM+:SIZE] <= r_data_i[SIZE*16-1:0];
        end
      end
    end

    redmule_cast_in i_cast (
      .fmt_i,
      .odd_i  (fetch_col_i[0]),
      .raw_i  (mem_q[fetch_bank_i][l][word]),
      .value_o(column[l])
    );
  end

  always_ff @(posedge clk_i) begin
    if (fetch_i) y_o <= column;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    releases_what_is_taken: assert (release_i -> fetch_i && taken_o[fetch_bank_i] && full_o[fetch_bank_i][0])
      else $error("a bank is released that is not full");
    overwrites_nothing: assert (write -> 32'(r_dest_i.piece) < PIECES && 32'(r_dest_i.row) < (FT == 2 ? 2 * L : L)
        && !1'(full_o[r_dest_i.bank] >> r_dest_i.piece))
      else $error("a load overwrites what is still to be used");
  end
`endif

endmodule
