// SPDX-License-Identifier: Apache-2.0
// Z, double-buffered by tiles: written in columns as the sums leave the cascade, stored in rows. A row may be wider
// than the port; a piece of all rows can be stored as soon as its last column is there.
// In a copy (N = 0) the rows of Y arrive here, and are cast when they leave.
// With fault tolerance, the row that a store takes comes with its twin, L/2 rows above.

module redmule_z_buffer
  import redmule_pkg::*;
#(
  parameter int unsigned L  = 12,   // rows
  parameter int unsigned D  = 16,   // columns of a tile, H(P+1)
  parameter int unsigned DW = 256,  // payload bits of the port
  parameter int unsigned FT = 0,    // fault tolerance: 0 none, 1 of the data path, 2 full: half of the rows are here
  localparam int unsigned PIECES = (D * 16 + DW - 1) / DW
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   init_i,
  // from the array
  input  fmt_e                   fmt_i,
  input  logic                   advance_i,
  input  token_t                 out_i,  // of the sums in z_i
  input  logic [L-1:0][15:0]     z_i,
  // from memory
  input  logic                   copy_take_i,
  input  logic                   copy_bank_i,
  input  logic                   r_valid_i,
  input  dest_t                  r_dest_i,
  input  logic [DW-1:0]          r_data_i,
  // to memory
  input  fmt_e                   copy_fmt_i,
  input  logic                   copy_i,
  input  logic                   release_i,
  input  logic                   bank_i,
  input  logic [7:0]             row_i,
  input  logic [7:0]             piece_i,
  output logic [DW-1:0]          data_o,
  output logic [DW-1:0]          row_o,   // data_o before it is cast
  output logic [DW-1:0]          twin_o,  // the same piece of the twin of a row of the lower half
  output logic [1:0]             taken_o,
  output logic [1:0][PIECES-1:0] full_o
);

  // a row of a copy is as wide as the port, a row of a tile may be narrower or wider
  localparam int unsigned WORDS = DW / 16;
  localparam int unsigned IDX   = $clog2(PIECES * WORDS);

  logic ends, column, copy_row, wide, piece_end;
  logic [PIECES*WORDS-1:0][15:0] mem_q [2][L];
  logic [PIECES-1:0][DW-1:0]     row, twin;
  logic [DW-1:0]                 stored, copied;
  logic [IDX-1:0]                word;

  assign ends     = out_i.valid && out_i.final_sum;  // other sums are not cast
  assign column   = advance_i && out_i.valid && out_i.final_sum;
  assign copy_row = r_valid_i && r_dest_i.src == SRC_Z;
  assign wide     = fmt_shift(fmt_i);
  assign word     = IDX'(wide ? out_i.col : out_i.col >> 1);

  // the last column of a piece, or of the tile
  assign piece_end = out_i.last_col || (out_i.live && (wide || out_i.col[0]) && word[$clog2(WORDS)-1:0] == '1);

  redmule_banks #(
    .PIECES(PIECES)
  ) i_banks (
    .clk_i,
    .rst_ni,
    .init_i,
    .take_i        (copy_take_i || (column && out_i.col == '0)),
    .take_bank_i   (copy_take_i ? copy_bank_i : out_i.tile_bank),
    .fill_i        ((copy_row && r_dest_i.last) || (column && piece_end)),
    .fill_bank_i   (copy_row ? r_dest_i.bank : out_i.tile_bank),
    .fill_piece_i  (copy_row ? r_dest_i.piece : 8'(word >> $clog2(WORDS))),
    .release_i,
    .release_bank_i(bank_i),
    .taken_o,
    .full_o
  );

  for (genvar l = 0; l < int'(L); l++) begin : gen_row
    localparam int unsigned TWIN = FT == 1 && unsigned'(l) >= L / 2 ? unsigned'(l) - L / 2 : unsigned'(l);
    logic [15:0] value;

    redmule_cast_out i_cast (
      .fmt_i,
      .value_i(ends ? z_i[l] : '0),
      .raw_o  (value)
    );

    always_ff @(posedge clk_i) begin
      if (copy_row) begin
        if (r_dest_i.row == 8'(l) || r_dest_i.row == 8'(TWIN)) mem_q[r_dest_i.bank][l][WORDS-1:0] <= r_data_i;
      end else if (column && out_i.live) begin
        if (wide) mem_q[out_i.tile_bank][l][word] <= value;
        else if (out_i.col[0]) mem_q[out_i.tile_bank][l][word][15:8] <= value[7:0];
        else mem_q[out_i.tile_bank][l][word][7:0] <= value[7:0];
      end
    end
  end

  if (FT == 1) begin : gen_twins
    localparam int unsigned HALF = L / 2;
    logic                      upper;
    logic [7:0]                place;  // in its half
    logic [PIECES-1:0][DW-1:0] low;

    assign upper = row_i >= 8'(HALF);
    assign place = upper ? row_i - 8'(HALF) : row_i;
    assign row   = upper ? twin : low;

    always_comb begin
      low  = '0;
      twin = '0;
      for (int unsigned l = 0; l < HALF; l++) begin
        if (place == 8'(l)) begin
          low  = mem_q[bank_i][l];
          twin = mem_q[bank_i][l+HALF];
        end
      end
    end
  end else begin : gen_single
    assign twin = '0;

    always_comb begin
      row = '0;
      for (int unsigned l = 0; l < L; l++) begin
        if (row_i == 8'(l)) row = mem_q[bank_i][l];
      end
    end
  end

  always_comb begin
    stored = '0;
    twin_o = '0;
    for (int unsigned p = 0; p < PIECES; p++) begin
      if (piece_i == 8'(p)) begin
        stored = row[p];
        twin_o = twin[p];
      end
    end
  end

  redmule_copy_cast #(
    .DW(DW)
  ) i_copy_cast (
    .fmt_i (copy_fmt_i),
    .data_i(stored),
    .data_o(copied)
  );

  assign row_o  = stored;
  assign data_o = copy_i ? copied : stored;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_source: assert (!(copy_take_i && column) && !(copy_row && column))
      else $error("a bank is filled by the array and by a copy");
    first_column_finds_room: assert (column && out_i.col == '0 -> !taken_o[out_i.tile_bank])
      else $error("sums leave into a bank that is still to be stored");
    column_has_a_bank: assert (column && out_i.live && out_i.col != '0 -> taken_o[out_i.tile_bank])
      else $error("sums leave into a bank that was not taken");
    overwrites_nothing: assert (copy_row -> full_o[r_dest_i.bank] == '0 && 32'(r_dest_i.row) < (FT == 2 ? 2 * L : L))
      else $error("a copy overwrites what is still to be stored");
    ends_are_live: assert (column && out_i.last_col -> out_i.live)
      else $error("a tile ends outside of the matrix");
    ends_with_the_ring: assert (column
        -> out_i.col < 8'(D) && (out_i.live && out_i.col == 8'(D - 1) -> out_i.last_col))
      else $error("a tile goes on behind the last column of the ring");
    copy_fills_what_is_taken: assert (copy_row && r_dest_i.last -> taken_o[r_dest_i.bank])
      else $error("a copy fills a bank that nobody took");
    full_is_taken: assert ((full_o[0] != '0 -> taken_o[0]) && (full_o[1] != '0 -> taken_o[1]))
      else $error("a bank is full that nobody took");
    stores_what_is_there: assert (release_i -> row_i < 8'(L) && 32'(piece_i) < PIECES)
      else $error("a row or piece that is not there");
  end
`endif

endmodule
