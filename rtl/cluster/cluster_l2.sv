// SPDX-License-Identifier: Apache-2.0
// L2, as the cluster sees it: a plain memory of 64 bits, an access a cycle, reads answered after a fixed latency.
// Outside of it writes do nothing and reads give 0.

module cluster_l2
  import cluster_pkg::*;
#(
  parameter int unsigned BYTES   = 2097152,  // a power of two
  parameter int unsigned LATENCY = 20        // cycles from a grant to the answer, at least 1
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        req_i,
  output logic        gnt_o,
  input  logic        we_i,
  input  logic [31:0] add_i,
  input  logic [7:0]  be_i,
  input  logic [63:0] wdata_i,
  output logic        rvalid_o,
  output logic [63:0] rdata_o
);

  localparam int unsigned SIZE = $clog2(BYTES);

  logic [63:0] mem[BYTES / 8];

  logic [LATENCY-1:0] valid_q;
  logic [63:0]        data_q[LATENCY];
  logic [63:0]        bits;
  logic               in_range;

  assign gnt_o    = 1'b1;
  assign in_range   = add_i[31:SIZE] == L2_BASE[31:SIZE];
  assign rvalid_o = valid_q[LATENCY-1];
  assign rdata_o  = data_q[LATENCY-1];

  for (genvar b = 0; b < 8; b++) begin : gen_mask
    assign bits[8*b+:8] = {8{be_i[b]}};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= LATENCY'({valid_q, req_i && !we_i});
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 1; i < LATENCY; i++) data_q[i] <= data_q[i-1];
    data_q[0] <= in_range ? mem[add_i[SIZE-1:3]] : '0;
    if (req_i && we_i && in_range) begin
      mem[add_i[SIZE-1:3]] <= (mem[add_i[SIZE-1:3]] & ~bits) | (wdata_i & bits);
    end
  end

endmodule
