// SPDX-License-Identifier: Apache-2.0
// The TCDM and its interconnect: word-interleaved banks, a logarithmic branch for words and a wide branch for the
// accelerator. Every access is answered in the cycle after its grant.

module cluster_tcdm
  import cluster_pkg::*;
#(
  parameter int unsigned N_LOG = 10,      // requesters of the logarithmic branch
  parameter int unsigned BANKS = 16,      // a power of two, at least DW/32 + 1
  parameter int unsigned BYTES = 131072,  // size, a power of two, at most 1 MiB
  parameter int unsigned DW    = 256      // payload bits of the wide port, which has 32 more
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  // arbitration of conflicts between the branches
  input  logic                        wide_first_i,
  input  logic [7:0]                  numerator_i,
  input  logic [7:0]                  denominator_i,
  // logarithmic branch
  input  logic      [N_LOG-1:0]       log_req_i,
  output logic      [N_LOG-1:0]       log_gnt_o,
  input  tcdm_req_t [N_LOG-1:0]       log_access_i,
  output logic      [N_LOG-1:0]       log_rvalid_o,
  output logic      [N_LOG-1:0][31:0] log_rdata_o,
  // wide branch, as the accelerator's port
  input  logic                        wide_req_i,
  output logic                        wide_gnt_o,
  input  logic [31:0]                 wide_add_i,
  input  logic                        wide_we_i,
  input  logic [DW/8+3:0]             wide_be_i,
  input  logic [DW+31:0]              wide_wdata_i,
  output logic [DW+31:0]              wide_rdata_o,
  output logic                        wide_rvalid_o
);

  if (BANKS < 2 || 2 ** $clog2(BANKS) != BANKS || BANKS < DW / 32 + 1) begin : gen_bad_banks
    $fatal(1, "cluster_tcdm: BANKS must be a power of two and at least DW/32 + 1");
  end
  if (BYTES > TCDM_MAX || 2 ** $clog2(BYTES) != BYTES || BYTES < BANKS * 8) begin : gen_bad_size
    $fatal(1, "cluster_tcdm: BYTES must be a power of two, at most 1 MiB, with two words or more in a bank");
  end

  localparam int unsigned ROWS = BYTES / 4 / BANKS;
  localparam int unsigned RW   = $clog2(ROWS);

  logic                     conflict, wide_wins;
  logic [BANKS-1:0]         wide_use, log_want, log_free, req;
  logic [BANKS-1:0][3:0]    wide_we, log_we, we;
  logic [BANKS-1:0][RW-1:0] wide_row, log_row, row;
  logic [BANKS-1:0][31:0]   wide_wdata, log_wdata, wdata, rdata;

  cluster_conflict_arbiter i_conflict_arbiter (
    .clk_i,
    .rst_ni,
    .wide_first_i,
    .numerator_i,
    .denominator_i,
    .conflict_i   (conflict),
    .wide_wins_o  (wide_wins)
  );

  cluster_wide_branch #(
    .DW   (DW),
    .BANKS(BANKS),
    .ROWS (ROWS)
  ) i_wide_branch (
    .clk_i,
    .rst_ni,
    .req_i   (wide_req_i),
    .gnt_i   (wide_gnt_o),
    .add_i   (wide_add_i),
    .we_i    (wide_we_i),
    .be_i    (wide_be_i),
    .wdata_i (wide_wdata_i),
    .rdata_o (wide_rdata_o),
    .rvalid_o(wide_rvalid_o),
    .use_o   (wide_use),
    .we_o    (wide_we),
    .row_o   (wide_row),
    .wdata_o (wide_wdata),
    .rdata_i (rdata)
  );

  cluster_log_branch #(
    .N    (N_LOG),
    .BANKS(BANKS),
    .ROWS (ROWS)
  ) i_log_branch (
    .clk_i,
    .rst_ni,
    .req_i   (log_req_i),
    .gnt_o   (log_gnt_o),
    .access_i(log_access_i),
    .rvalid_o(log_rvalid_o),
    .rdata_o (log_rdata_o),
    .want_o  (log_want),
    .free_i  (log_free),
    .we_o    (log_we),
    .row_o   (log_row),
    .wdata_o (log_wdata),
    .rdata_i (rdata)
  );

  cluster_bank_mux #(
    .BANKS(BANKS),
    .RW   (RW)
  ) i_bank_mux (
    .wide_req_i,
    .wide_wins_i (wide_wins),
    .wide_gnt_o,
    .conflict_o  (conflict),
    .wide_use_i  (wide_use),
    .wide_we_i   (wide_we),
    .wide_row_i  (wide_row),
    .wide_wdata_i(wide_wdata),
    .log_want_i  (log_want),
    .log_free_o  (log_free),
    .log_we_i    (log_we),
    .log_row_i   (log_row),
    .log_wdata_i (log_wdata),
    .req_o       (req),
    .we_o        (we),
    .row_o       (row),
    .wdata_o     (wdata)
  );

  for (genvar b = 0; b < BANKS; b++) begin : gen_banks
    cluster_tcdm_bank #(
      .ROWS(ROWS)
    ) i_bank (
      .clk_i,
      .req_i  (req[b]),
      .we_i   (we[b]),
      .row_i  (row[b]),
      .wdata_i(wdata[b]),
      .rdata_o(rdata[b])
    );
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    // Guarantees of the choice of the banks' accesses stand here: it has no clock.
    all_banks_or_none: assert (wide_gnt_o -> wide_req_i && (log_free & wide_use) == '0)
      else $error("a wide access is granted without one of its banks (contract C2.4)");
    loser_waits: assert (conflict && !wide_wins -> !wide_gnt_o)
      else $error("a wide access that lost has banks (contract C2.5)");
    nobody_yields_for_nothing: assert (wide_req_i && !conflict -> wide_gnt_o)
      else $error("a wide access waits without a conflict");
    answered_in_the_next_cycle: assert ($past(rst_ni) -> wide_rvalid_o == $past(wide_req_i && wide_gnt_o))
      else $error("a wide access is not answered one cycle after its grant (contract C2.2)");
    wide_held_until_granted: assert ($past(rst_ni && wide_req_i && !wide_gnt_o)
        -> wide_req_i && $stable({wide_add_i, wide_we_i}))
      else $error("a wide request changed before its grant (contract C2.2)");
  end
`endif

endmodule
