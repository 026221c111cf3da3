// SPDX-License-Identifier: Apache-2.0
// Round robin: of N requests grants the first one behind the last that was granted.
// A request that stays waits for at most N - 1 grants to others.

module cluster_rr_arbiter #(
  parameter int unsigned N = 2  // requesters, at least 1
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         enable_i,  // there is something to grant
  input  logic [N-1:0] req_i,
  output logic [N-1:0] gnt_o      // one-hot, or 0
);

  // Those behind the last one granted come first.
  logic [N-1:0] behind_q, behind_d, ahead, pick;

  always_comb begin
    ahead    = req_i & behind_q;
    pick     = (ahead != '0) ? ahead : req_i;
    gnt_o    = enable_i ? pick & (~pick + N'(1)) : '0;
    // all bits above the one granted
    behind_d = (gnt_o != '0) ? ~((gnt_o - N'(1)) | gnt_o) : behind_q;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) behind_q <= '0;
    else behind_q <= behind_d;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_grant: assert ($onehot0(gnt_o))
      else $error("two requests are granted");
    grants_a_request: assert ((gnt_o & ~req_i) == '0 && (gnt_o != '0) == (enable_i && req_i != '0))
      else $error("a grant to nobody, or none although there is a request");
    behind_is_a_range: assert ((~behind_q & (~behind_q + N'(1))) == '0)
      else $error("those behind the last one granted are no range");
  end
`endif

endmodule
