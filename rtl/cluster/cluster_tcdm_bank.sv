// SPDX-License-Identifier: Apache-2.0
// One bank of the TCDM: 32 bits, one access a cycle, read data in the next. Reads the old word also while it writes,
// which is what a test-and-set needs.

module cluster_tcdm_bank #(
  parameter int unsigned ROWS = 2048  // words, a power of two
) (
  input  logic                    clk_i,
  input  logic                    req_i,
  input  logic [3:0]              we_i,   // bytes to write
  input  logic [$clog2(ROWS)-1:0] row_i,
  input  logic [31:0]             wdata_i,
  output logic [31:0]             rdata_o
);

  logic [31:0] mem[ROWS];
  logic [31:0] rdata_q;

  always_ff @(posedge clk_i) begin
    if (req_i) begin
      rdata_q <= mem[row_i];
      for (int unsigned b = 0; b < 4; b++) begin
        if (we_i[b]) mem[row_i][8*b+:8] <= wdata_i[8*b+:8];
      end
    end
  end

  assign rdata_o = rdata_q;

endmodule
