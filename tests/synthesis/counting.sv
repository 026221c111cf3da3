// SPDX-License-Identifier: Apache-2.0
// A sum that is kept, without any finding: WIDTH flip-flops with a reset.

module counting #(
  parameter int unsigned WIDTH = 4
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [WIDTH-1:0] data_i,
  output logic [WIDTH-1:0] sum_o
);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) sum_o <= '0;
    else         sum_o <= sum_o + data_i;
  end

endmodule
