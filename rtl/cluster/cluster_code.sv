// SPDX-License-Identifier: Apache-2.0
// Instruction memory, ideal and shared: every core fetches a word a cycle. What is not there reads as 0, an illegal
// instruction, so that a core that runs off traps at once.

module cluster_code
  import cluster_pkg::*;
#(
  parameter int unsigned N_CORES = 8,
  parameter int unsigned BYTES   = 65536  // a power of two
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic [N_CORES-1:0]       req_i,
  output logic [N_CORES-1:0]       gnt_o,
  input  logic [N_CORES-1:0][31:0] add_i,
  output logic [N_CORES-1:0]       rvalid_o,
  output logic [N_CORES-1:0][31:0] rdata_o
);

  localparam int unsigned SIZE = $clog2(BYTES);

  logic [31:0] mem[BYTES / 4];

  assign gnt_o = '1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) rvalid_o <= '0;
    else rvalid_o <= req_i;
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned c = 0; c < N_CORES; c++) begin
      if (req_i[c]) begin
        rdata_o[c] <= (add_i[c][31:SIZE] == CODE_BASE[31:SIZE]) ? mem[add_i[c][SIZE-1:2]] : '0;
      end
    end
  end

endmodule
