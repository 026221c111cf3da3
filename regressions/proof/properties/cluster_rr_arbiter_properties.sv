// SPDX-License-Identifier: Apache-2.0
// Fairness: while a request stays, each of the others is granted at most once before it.

module cluster_rr_arbiter_properties #(
  parameter int unsigned N = 4
) (
  input logic         clk_i,
  input logic         rst_ni,
  input logic [N-1:0] req_i,
  input logic [N-1:0] gnt_o
);

  for (genvar i = 0; i < int'(N); i++) begin : gen_request
    logic [N-1:0] before_q;  // who was granted while it waited

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)                    before_q <= '0;
      else if (!req_i[i] || gnt_o[i]) before_q <= '0;
      else                            before_q <= before_q | gnt_o;
    end

    always @(posedge clk_i) if (rst_ni) begin
      overtaken_once: assert (req_i[i] -> (before_q & gnt_o) == '0)
        else $error("another request is granted twice before this one");
    end
  end

endmodule

bind cluster_rr_arbiter cluster_rr_arbiter_properties #(.N(N)) i_properties (.*);
