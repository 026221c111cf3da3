// SPDX-License-Identifier: Apache-2.0
// All tokens on their way, from which follows what the scheduler asserts of the one that leaves.

module redmule_scheduler_properties
  import redmule_pkg::*;
#(
  parameter int unsigned H = 4,
  parameter int unsigned D = 16
) (
  input logic         clk_i,
  input logic         rst_ni,
  input token_t [D:0] pipe_q
);

  logic legal;

  always_comb begin
    legal = 1'b1;
    for (int unsigned i = 0; i <= D; i++) begin
      if (pipe_q[i].valid && !(pipe_q[i].col < 8'(D) && pipe_q[i].steps != '0 && pipe_q[i].steps <= 8'(H)
          && (!pipe_q[i].last_col || pipe_q[i].live))) legal = 1'b0;
    end
  end

  always @(posedge clk_i) if (rst_ni) begin
    tokens_are_legal: assert (legal)
      else $error("a token changed on its way");
  end

endmodule

bind redmule_scheduler redmule_scheduler_properties #(.H(H), .D(D)) i_properties (.*);
