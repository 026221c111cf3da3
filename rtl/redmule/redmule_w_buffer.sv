// SPDX-License-Identifier: Apache-2.0
// W, double-buffered: for each compute element the row it works on and the next one. Each cycle in which the array
// advances, an element of its row goes to each compute element, for all rows of the array. It is common to them, so
// with fault tolerance parity guards it: of each word from its load to its fetch, then of the operand.

module redmule_w_buffer
  import redmule_pkg::*;
#(
  parameter int unsigned H  = 4,    // compute elements in a row
  parameter int unsigned D  = 16,   // columns of a tile, H(P+1)
  parameter int unsigned DW = 256,  // payload bits of the port
  parameter int unsigned FT = 0     // fault tolerance: 0 none, 1 of the data path, 2 full: one for each half
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                init_i,
  input  fmt_e [H-1:0]        fmt_i,      // of what each compute element fetches
  // load
  input  logic [H-1:0]        take_i,
  input  logic                take_bank_i,
  input  logic                r_valid_i,
  input  dest_t               r_dest_i,
  input  logic [DW-1:0]       r_data_i,
  output logic [H-1:0][1:0]   taken_o,
  output logic [H-1:0][1:0]   full_o,
  // use
  input  logic                advance_i,
  input  token_t [H-1:0]      fetch_i,    // what each compute element does next
  input  logic [H-1:0]        release_i,  // its row's last element is fetched
  output logic [H-1:0][15:0]  w_o,
  output logic [1:0]          bad_o       // a wrong operand is used for the tile with this bank of Z
);

  localparam int unsigned ROW = D * 16;
  localparam int unsigned IDX = $clog2(D);

  logic [H-1:0][1:0] bad;

  always_comb begin
    bad_o = '0;
    for (int unsigned h = 0; h < H; h++) bad_o |= bad[h];
  end

  for (genvar h = 0; h < int'(H); h++) begin : gen_ce
    logic               write;
    logic [D-1:0][15:0] mem_q [2];
    logic [IDX-1:0]     word;
    logic [15:0]        value;

    assign write = r_valid_i && r_dest_i.src == SRC_W && r_dest_i.row == 8'(h);
    assign word  = IDX'(fmt_shift(fmt_i[h]) ? fetch_i[h].col : fetch_i[h].col >> 1);

    redmule_banks i_banks (
      .clk_i,
      .rst_ni,
      .init_i,
      .take_i        (take_i[h]),
      .take_bank_i,
      .fill_i        (write && r_dest_i.last),
      .fill_bank_i   (r_dest_i.bank),
      .fill_piece_i  ('0),
      .release_i     (release_i[h]),
      .release_bank_i(fetch_i[h].w_bank),
      .taken_o       (taken_o[h]),
      .full_o        (full_o[h])
    );

    for (genvar p = 0; p * int'(DW) < int'(ROW); p++) begin : gen_piece
      localparam int unsigned FROM = unsigned'(p) * DW / 16;
      localparam int unsigned SIZE = (ROW - unsigned'(p) * DW < DW) ? (ROW - unsigned'(p) * DW) / 16 : DW / 16;
      always_ff @(posedge clk_i) begin
        if (write && r_dest_i.piece == 8'(p)) mem_q[r_dest_i.bank][FROM+:SIZE] <= r_data_i[SIZE*16-1:0];
      end
    end

    redmule_cast_in i_cast (
      .fmt_i  (fmt_i[h]),
      .odd_i  (fetch_i[h].col[0]),
      .raw_i  (mem_q[fetch_i[h].w_bank][word]),
      .value_o(value)
    );

    always_ff @(posedge clk_i) begin
      if (advance_i) w_o[h] <= value;
    end

    if (FT == 1) begin : gen_parity
      redmule_w_parity #(
        .D (D),
        .DW(DW)
      ) i_parity (
        .clk_i,
        .rst_ni,
        .write_i  (write),
        .bank_i   (r_dest_i.bank),
        .piece_i  (r_dest_i.piece),
        .data_i   (r_data_i),
        .advance_i,
        .used_i   (fetch_i[h].valid && fetch_i[h].live && 8'(h) < fetch_i[h].steps),
        .w_bank_i (fetch_i[h].w_bank),
        .word_i   (word),
        .raw_i    (mem_q[fetch_i[h].w_bank][word]),
        .value_i  (value),
        .z_bank_i (fetch_i[h].tile_bank),
        .w_i      (w_o[h]),
        .bad_o    (bad[h])
      );
    end else begin : gen_no_parity
      assign bad[h] = '0;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    row_in_range: assert (r_valid_i && r_dest_i.src == SRC_W -> r_dest_i.row < 8'(H))
      else $error("a row for a compute element that is not there");
  end
  for (genvar h = 0; h < int'(H); h++) begin : gen_asserted
    always @(posedge clk_i) if (rst_ni) begin
      releases_what_is_full: assert (release_i[h] -> full_o[h][fetch_i[h].w_bank])
        else $error("a row is released that is not full");
      overwrites_nothing: assert (
          r_valid_i && r_dest_i.src == SRC_W && r_dest_i.row == 8'(h) -> !full_o[h][r_dest_i.bank])
        else $error("a load overwrites what is still to be used");
      fills_what_is_taken: assert (
          r_valid_i && r_dest_i.src == SRC_W && r_dest_i.row == 8'(h) && r_dest_i.last -> taken_o[h][r_dest_i.bank])
        else $error("a load fills a row that nobody took");
      full_is_taken: assert ((full_o[h] & ~taken_o[h]) == '0)
        else $error("a row is full that nobody took");
    end
  end
`endif

endmodule
