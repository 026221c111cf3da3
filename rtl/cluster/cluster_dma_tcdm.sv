// SPDX-License-Identifier: Apache-2.0
// DMA, its two ports on the logarithmic branch: the halves of an access of 64 bits, each granted on its own.
// The access is done when both are; a read is answered in the next cycle. Writes outside the TCDM are dropped.

module cluster_dma_tcdm
  import cluster_pkg::*;
#(
  parameter int unsigned TCDM_BYTES = 131072
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  // the access
  input  logic             req_i,
  output logic             gnt_o,
  input  logic             we_i,
  input  logic [31:0]      add_i,    // multiple of 8
  input  logic [7:0]       be_i,     // bytes that are written, or needed of a read
  input  logic [63:0]      wdata_i,
  output logic             rvalid_o,
  output logic [63:0]      rdata_o,
  // ports
  output logic [1:0]       tcdm_req_o,
  input  logic [1:0]       tcdm_gnt_i,
  output tcdm_req_t [1:0]  tcdm_access_o,
  input  logic [1:0]       tcdm_rvalid_i,
  input  logic [1:0][31:0] tcdm_rdata_i
);

  localparam int unsigned SIZE = $clog2(TCDM_BYTES);

  logic             in_range;
  logic [1:0]       need, done_q, done_d;
  logic [1:0][31:0] early_q;  // what the half granted first has answered
  logic             read_q;

  always_comb begin
    in_range = add_i[31:SIZE] == TCDM_BASE[31:SIZE];
    for (int unsigned h = 0; h < 2; h++) begin
      need[h]          = be_i[4*h+:4] != '0;
      tcdm_req_o[h]    = req_i && need[h] && !done_q[h];
      tcdm_access_o[h] = '{
        word:  18'({add_i[SIZE-1:3], 1'(h)}),
        we:    we_i,
        tas:   1'b0,
        be:    in_range ? be_i[4*h+:4] : '0,
        wdata: wdata_i[32*h+:32]
      };
    end
  end

  always_comb begin
    done_d = done_q | (tcdm_req_o & tcdm_gnt_i);
    gnt_o  = req_i && (need & ~done_d) == '0;
    if (gnt_o) done_d = '0;
  end

  always_comb begin
    rvalid_o = read_q;
    for (int unsigned h = 0; h < 2; h++) rdata_o[32*h+:32] = tcdm_rvalid_i[h] ? tcdm_rdata_i[h] : early_q[h];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q  <= '0;
      early_q <= '0;
      read_q  <= 1'b0;
    end else begin
      done_q <= done_d;
      read_q <= gnt_o && !we_i;
      for (int unsigned h = 0; h < 2; h++) if (tcdm_rvalid_i[h]) early_q[h] <= tcdm_rdata_i[h];
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    halves_in_need: assert ((tcdm_req_o & ~need) == '0 && (tcdm_req_o & done_q) == '0)
      else $error("a half is accessed that is not needed, or twice");
    done_halves_are_of_a_request: assert (done_q != '0 -> req_i && (done_q & ~need) == '0)
      else $error("a half is done of an access that is not there");
    granted_when_all_are_done: assert (gnt_o -> (need & ~(done_q | (tcdm_req_o & tcdm_gnt_i))) == '0)
      else $error("an access is done before both of its halves are");
    held_until_granted: assert ($past(rst_ni && req_i && !gnt_o)
        -> req_i && $stable({we_i, add_i, be_i})
          && (we_i -> $stable(wdata_i & {byte_mask(be_i[7:4]), byte_mask(be_i[3:0])})))
      else $error("an access changed before its grant");
  end
`endif

endmodule
