// SPDX-License-Identifier: Apache-2.0
// A counter with statements that hold, that do not, and that hold only as long as its neighbour behaves.

module counting (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       step_i,
  input  logic       twice_i,
  output logic [7:0] count_o,
  output logic       next_o
);

  logic [7:0] count_q;
  logic       never_q;

  assign count_o = count_q;
  assign next_o  = step_i && count_q == 8'd200;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)     count_q <= '0;
    else if (step_i) count_q <= (count_q == 8'd200) ? '0 : count_q + (twice_i ? 8'd2 : 8'd1);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) never_q <= 1'b0;
    else         never_q <= never_q;
  end

  always @(posedge clk_i) if (rst_ni) begin
    one_at_a_time: assert (!twice_i);
    no_step: assert (!step_i || !twice_i || count_q == '0);
    in_range: assert (count_q <= 8'd200);
    below_ten: assert (count_q < 8'd10);
    // each cycle follows from the one before, but the first is wrong
    always_set: assert (never_q);
    held: assert ($past(rst_ni && !step_i) -> $stable(count_q));
  end

endmodule
