// SPDX-License-Identifier: Apache-2.0
// Two registers that are always each other's complement, and what follows from both.

module opposite #(
  parameter int unsigned WIDTH = 4
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [WIDTH-1:0] data_i,
  output logic [WIDTH-1:0] inverse_o,
  output logic [WIDTH-1:0] second_o,
  output logic [WIDTH-1:0] again_o
);

  logic [WIDTH-1:0] first_q, second_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      first_q  <= '0;
      second_q <= '1;
    end else begin
      first_q  <= data_i;
      second_q <= ~data_i;
    end
  end

  assign inverse_o = ~first_q;
  assign second_o  = second_q;
  assign again_o   = second_q;

endmodule
