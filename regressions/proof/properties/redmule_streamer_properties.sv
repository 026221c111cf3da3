// SPDX-License-Identifier: Apache-2.0
// Where all columns of a tile fit into the port, a row of W is one beat.

module redmule_streamer_properties
  import redmule_pkg::*;
#(
  parameter int unsigned H  = 4,
  parameter int unsigned P  = 3,
  parameter int unsigned DW = 256
) (
  input logic       clk_i,
  input logic       rst_ni,
  input logic [3:0] walk_valid,
  input logic       w_row_end
);

  if (H * (P + 1) * 2 <= DW / 8) begin : gen_narrow
    always @(posedge clk_i) if (rst_ni) begin
      one_beat: assert (walk_valid[SRC_W] -> w_row_end)
        else $error("a row of W of more than one beat");
    end
  end

endmodule

bind redmule_streamer redmule_streamer_properties #(.H(H), .P(P), .DW(DW)) i_properties (.*);
