// SPDX-License-Identifier: Apache-2.0
// Logarithmic branch: every requester reaches every bank; each bank serves its requesters round robin.

module cluster_log_branch
  import cluster_pkg::*;
#(
  parameter int unsigned N     = 10,    // requesters
  parameter int unsigned BANKS = 16,    // a power of two
  parameter int unsigned ROWS  = 2048,  // words in a bank, a power of two
  localparam int unsigned BW   = $clog2(BANKS),
  localparam int unsigned RW   = $clog2(ROWS)
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  // requesters
  input  logic      [N-1:0]        req_i,
  output logic      [N-1:0]        gnt_o,
  input  tcdm_req_t [N-1:0]        access_i,
  output logic      [N-1:0]        rvalid_o,
  output logic      [N-1:0][31:0]  rdata_o,
  // banks
  output logic [BANKS-1:0]         want_o,   // somebody wants the bank
  input  logic [BANKS-1:0]         free_i,   // the bank is not the wide branch's
  output logic [BANKS-1:0][3:0]    we_o,
  output logic [BANKS-1:0][RW-1:0] row_o,
  output logic [BANKS-1:0][31:0]   wdata_o,
  input  logic [BANKS-1:0][31:0]   rdata_i
);

  logic [BANKS-1:0][N-1:0] req, gnt;
  logic [N-1:0][BW-1:0]    bank, bank_q;

  always_comb begin
    req = '0;
    for (int unsigned i = 0; i < N; i++) begin
      bank[i]         = access_i[i].word[BW-1:0];
      req[bank[i]][i] = req_i[i];
    end
  end

  for (genvar b = 0; b < BANKS; b++) begin : gen_banks
    assign want_o[b] = req[b] != '0;

    cluster_rr_arbiter #(
      .N(N)
    ) i_arbiter (
      .clk_i,
      .rst_ni,
      .enable_i(free_i[b]),
      .req_i   (req[b]),
      .gnt_o   (gnt[b])
    );

    always_comb begin
      automatic tcdm_req_t chosen = '0;
      for (int unsigned i = 0; i < N; i++) chosen |= gnt[b][i] ? access_i[i] : '0;
      we_o[b]    = chosen.we || chosen.tas ? chosen.be : '0;
      wdata_o[b] = chosen.tas ? '1 : chosen.wdata;
      row_o[b]   = chosen.word[BW+:RW];
    end
  end

  always_comb begin
    for (int unsigned i = 0; i < N; i++) gnt_o[i] = gnt[bank[i]][i];
  end

  always_comb begin
    for (int unsigned i = 0; i < N; i++) rdata_o[i] = rdata_i[bank_q[i]];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rvalid_o <= '0;
      bank_q   <= '0;
    end else begin
      rvalid_o <= gnt_o;
      bank_q   <= bank;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    answered_in_the_next_cycle: assert ($past(rst_ni) -> rvalid_o == $past(gnt_o))
      else $error("an access is not answered one cycle after its grant (contract C2.2)");
  end
  for (genvar i = 0; i < N; i++) begin : gen_requester
    always @(posedge clk_i) if (rst_ni) begin
      granted_a_free_bank: assert (gnt_o[i] -> req_i[i] && free_i[bank[i]])
        else $error("a grant without a request, or of a bank of the wide branch");
      held_until_granted: assert ($past(rst_ni && req_i[i] && !gnt_o[i])
          -> req_i[i] && $stable({access_i[i].word, access_i[i].we, access_i[i].tas, access_i[i].be})
            && (access_i[i].we -> $stable(access_i[i].wdata & byte_mask(access_i[i].be))))
        else $error("a request changed before its grant (contract C2.2)");
    end
  end
`endif

endmodule
