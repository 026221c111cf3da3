// SPDX-License-Identifier: Apache-2.0
// X, double-buffered: a bank holds one piece (the port's payload) of each row of a tile. Once in P+1 cycles the array
// takes a column, the X operands of one step in all rows, into the registers of the compute element that does it.
// With fault tolerance, what comes for a row of the lower half goes to its twin in the upper half too, whatever the
// mode: rows come in their order, so where a tile has the upper row, its own data follow.
// Rows for which nothing came have no work: neither does their memory select a word, nor need the array move them.

module redmule_x_buffer
  import redmule_pkg::*;
#(
  parameter int unsigned H  = 4,    // compute elements in a row
  parameter int unsigned L  = 12,   // rows
  parameter int unsigned FT = 0,    // fault tolerance: 0 none, 1 of the data path, 2 full: half of the rows are here
  parameter int unsigned DW = 256   // payload bits of the port
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      init_i,
  input  fmt_e                      fmt_i,        // of what is fetched
  // load
  input  logic                      take_i,
  input  logic                      take_bank_i,
  input  logic                      r_valid_i,
  input  dest_t                     r_dest_i,
  input  logic [DW-1:0]             r_data_i,
  output logic [1:0]                taken_o,
  output logic [1:0]                full_o,
  // use
  input  logic [H-1:0]              fetch_i,    // one compute element takes a column
  input  logic                      fetch_bank_i,
  input  logic [7:0]                fetch_idx_i,
  input  logic                      release_i,  // the bank's last column is fetched
  output logic [H-1:0][L-1:0][15:0] x_o,
  output logic [L-1:0]              busy_o      // rows that have operands, or sums of the chunk before
);

  localparam int unsigned WORDS = DW / 16;
  localparam int unsigned IDX   = WORDS > 1 ? $clog2(WORDS) : 1;

  logic                     write;
  logic [WORDS-1:0][15:0]   mem_q [2][L];
  logic [IDX-1:0]           word;
  logic [L-1:0][15:0]       raw, column;
  logic [L-1:0]             given, works_q, worked_q;
  logic [1:0][L-1:0]        given_q;  // rows that came since the bank was released

  assign write = r_valid_i && r_dest_i.src == SRC_X;
  assign word  = IDX'(fmt_shift(fmt_i) ? fetch_idx_i : fetch_idx_i >> 1);

  redmule_banks i_banks (
    .clk_i,
    .rst_ni,
    .init_i,
    .take_i,
    .take_bank_i,
    .fill_i        (write && r_dest_i.last),
    .fill_bank_i   (r_dest_i.bank),
    .fill_piece_i  ('0),
    .release_i,
    .release_bank_i(fetch_bank_i),
    .taken_o,
    .full_o
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      given_q <= '0;
    end else if (init_i) begin
      given_q <= '0;
    end else begin
      if (release_i) given_q[fetch_bank_i] <= '0;
      if (write) given_q[r_dest_i.bank] <= given_q[r_dest_i.bank] | given;
    end
  end

  // The first compute element takes a column at most once in H(P+1) advances, in which the sums of the chunk before
  // go through the cascade and leave.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)         {works_q, worked_q} <= '0;
    else if (fetch_i[0]) {works_q, worked_q} <= {given_q[fetch_bank_i], works_q};
  end

  assign busy_o = works_q | worked_q;

  for (genvar l = 0; l < int'(L); l++) begin : gen_row
    localparam int unsigned TWIN = FT == 1 && unsigned'(l) >= L / 2 ? unsigned'(l) - L / 2 : unsigned'(l);
    logic idle;

    assign given[l] = r_dest_i.row == 8'(l) || r_dest_i.row == 8'(TWIN);
    assign idle     = !given_q[0][l] && !given_q[1][l];

    always_ff @(posedge clk_i) begin
      if (write && (r_dest_i.row == 8'(l) || r_dest_i.row == 8'(TWIN))) mem_q[r_dest_i.bank][l] <= r_data_i;
    end

    assign raw[l] = idle ? '0 : mem_q[fetch_bank_i && !idle][l][idle ? '0 : word];

    redmule_cast_in i_cast (
      .fmt_i,
      .odd_i  (fetch_idx_i[0]),
      .raw_i  (raw[l]),
      .value_o(column[l])
    );
  end

  for (genvar h = 0; h < int'(H); h++) begin : gen_ce
    always_ff @(posedge clk_i) begin
      if (fetch_i[h]) x_o[h] <= column;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_column: assert ($onehot0(fetch_i))
      else $error("two compute elements take a column");
    fetches_what_is_full: assert (fetch_i != '0 -> full_o[fetch_bank_i] && 32'(word) < WORDS)
      else $error("a column is fetched that is not there");
    releases_what_is_full: assert (release_i -> full_o[fetch_bank_i])
      else $error("a bank is released that is not full");
    overwrites_nothing: assert (write -> !full_o[r_dest_i.bank] && 32'(r_dest_i.row) < (FT == 2 ? 2 * L : L))
      else $error("a load overwrites what is still to be used");
    fills_what_is_taken: assert (write && r_dest_i.last -> taken_o[r_dest_i.bank])
      else $error("a load fills a bank that nobody took");
    works_on_what_is_fetched: assert ($past(rst_ni && fetch_i[0] && full_o[fetch_bank_i])
        -> $past(given_q[fetch_bank_i]) != '0 && ($past(given_q[fetch_bank_i]) & ~busy_o) == '0)
      else $error("a row stands still that has operands");
    full_is_taken: assert ((full_o & ~taken_o) == '0)
      else $error("a bank is full that nobody took");
  end
`endif

endmodule
