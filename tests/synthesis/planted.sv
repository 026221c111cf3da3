// SPDX-License-Identifier: Apache-2.0
// Two units with one of each structure that `make synth` must find, and with figures that can be counted by hand.

module planted #(
  parameter int unsigned WIDTH = 4
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             a_i,
  input  logic             b_i,
  input  logic [WIDTH-1:0] data_i,
  output logic             held_o,
  output logic             kept_o,
  output logic             round_o,
  output logic             open_o,
  output logic             fight_o,
  output logic [WIDTH-1:0] word_o,
  output logic [WIDTH-1:0] sum_o
);

  logic             loop_a, loop_b, undriven, fight, unread_q;
  logic [WIDTH-1:0] mem_q [8];

  // a latch that is meant, and one that is not
  always_latch if (a_i) held_o = b_i;
  always_comb if (a_i) kept_o = b_i;

  assign loop_a  = loop_b && a_i;
  assign loop_b  = loop_a || b_i;
  assign round_o = loop_b;

  assign open_o = undriven && a_i;

  assign fight   = a_i;
  assign fight   = b_i;
  assign fight_o = fight;

  always_ff @(posedge clk_i) begin
    if (a_i) mem_q[data_i[2:0]] <= data_i;
  end
  assign word_o = mem_q[data_i[2:0]];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) unread_q <= 1'b0;
    else         unread_q <= a_i;
  end

  counting #(
    .WIDTH(WIDTH)
  ) i_counting (
    .clk_i,
    .rst_ni,
    .data_i,
    .sum_o
  );

endmodule
