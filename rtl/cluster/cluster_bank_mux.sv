// SPDX-License-Identifier: Apache-2.0
// Accesses that reach the banks: a wide access that has won takes all of its banks, the logarithmic branch the others.

module cluster_bank_mux #(
  parameter int unsigned BANKS = 16,
  parameter int unsigned RW    = 11   // bits of a row's index
) (
  // wide branch
  input  logic                     wide_req_i,
  input  logic                     wide_wins_i,   // of a conflict
  output logic                     wide_gnt_o,
  output logic                     conflict_o,
  input  logic [BANKS-1:0]         wide_use_i,
  input  logic [BANKS-1:0][3:0]    wide_we_i,
  input  logic [BANKS-1:0][RW-1:0] wide_row_i,
  input  logic [BANKS-1:0][31:0]   wide_wdata_i,
  // logarithmic branch
  input  logic [BANKS-1:0]         log_want_i,
  output logic [BANKS-1:0]         log_free_o,
  input  logic [BANKS-1:0][3:0]    log_we_i,
  input  logic [BANKS-1:0][RW-1:0] log_row_i,
  input  logic [BANKS-1:0][31:0]   log_wdata_i,
  // banks
  output logic [BANKS-1:0]         req_o,
  output logic [BANKS-1:0][3:0]    we_o,
  output logic [BANKS-1:0][RW-1:0] row_o,
  output logic [BANKS-1:0][31:0]   wdata_o
);

  logic [BANKS-1:0] wide;  // banks that the wide access has

  assign conflict_o = wide_req_i && (wide_use_i & log_want_i) != '0;

  always_comb begin
    wide_gnt_o = wide_req_i && (!conflict_o || wide_wins_i);
    wide       = wide_gnt_o ? wide_use_i : '0;
    log_free_o = ~wide;
    req_o      = wide | log_want_i;
  end

  always_comb begin
    for (int unsigned b = 0; b < BANKS; b++) begin
      we_o[b]    = wide[b] ? wide_we_i[b] : log_we_i[b];
      row_o[b]   = wide[b] ? wide_row_i[b] : log_row_i[b];
      wdata_o[b] = wide[b] ? wide_wdata_i[b] : log_wdata_i[b];
    end
  end

endmodule
