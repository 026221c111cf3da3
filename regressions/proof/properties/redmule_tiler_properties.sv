// SPDX-License-Identifier: Apache-2.0
// A fact of arithmetic that takes the place of the multiplier, which proofs leave open: the product of two sizes that are
// not zero is none. It is proven over all sizes in tests/proof.

module redmule_tiler_properties
  import redmule_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input job_t        job_i,
  input logic [32:0] copy_bytes
);

  always @(posedge clk_i) if (rst_ni) begin
    products_of_sizes: assume (job_i.m != '0 && job_i.k != '0 -> copy_bytes != '0);
  end

endmodule

bind redmule_tiler redmule_tiler_properties i_properties (.*);
