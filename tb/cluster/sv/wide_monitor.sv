// SPDX-License-Identifier: Apache-2.0
// Passive monitor of the accelerator's wide port, beside a memory that is part of the design: every cycle with a
// request goes into the log of the bench object (tb/dpi/bench.h), as tcdm_memory logs those that it serves.
module wide_monitor #(
  parameter int unsigned DW = 256  // payload bits; the port is DW+32 wide
) (
  input logic                 clk_i,
  input logic                 rst_ni,
  input chandle               bench_i,
  input longint unsigned      cycle_i,
  input logic                 busy_i,
  input logic                 req_i,
  input logic                 gnt_i,
  input logic [31:0]          add_i,
  input logic                 wen_i,
  input logic [(DW+32)/8-1:0] be_i,
  input logic [DW+32-1:0]     data_i,
  input logic                 r_valid_i
);

  import bench_pkg::bench_tick;

  localparam int unsigned Width = DW + 32;

  import "DPI-C" function void bench_beat(
      input chandle bench, input longint unsigned cycle, input bit gnt, input bit wen, input int unsigned add,
      input bit [Width/8-1:0] be, input bit [Width-1:0] data, output bit [Width-1:0] r_data,
      output bit r_valid);

  // Answers of the bench object as a memory, and its wake-ups: the design and cluster_tb do both.
  bit next_grant, grant_without_req, aimed, woken, response;
  bit [Width-1:0] response_data;

  always_ff @(posedge clk_i) begin : p_cycle
    woken = bench_tick(bench_i, cycle_i, rst_ni, req_i, gnt_i, add_i, wen_i, r_valid_i, busy_i, next_grant,
                       grant_without_req, aimed);
    if (req_i) bench_beat(bench_i, cycle_i, gnt_i, wen_i, add_i, be_i, data_i, response_data, response);
  end

endmodule
