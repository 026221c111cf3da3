// SPDX-License-Identifier: Apache-2.0
// What the banks see of the branch: nothing is written where nobody has an access.

module cluster_log_branch_properties #(
  parameter int unsigned BANKS = 16
) (
  input logic                  clk_i,
  input logic                  rst_ni,
  input logic [BANKS-1:0]      want_o,
  input logic [BANKS-1:0][3:0] we_o
);

  for (genvar b = 0; b < BANKS; b++) begin : gen_banks
    always @(posedge clk_i) if (rst_ni) begin
      writes_on_request: assert (we_o[b] != '0 -> want_o[b])
        else $error("a bank is told to write that nobody wants");
    end
  end

endmodule

bind cluster_log_branch cluster_log_branch_properties #(.BANKS(BANKS)) i_properties (.*);
