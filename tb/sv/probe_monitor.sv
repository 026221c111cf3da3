// SPDX-License-Identifier: Apache-2.0
// Records what the device's probe counted, once a job (docs/descriptor.md, "probe").
module probe_monitor
  import bench_pkg::Causes, bench_pkg::SlotBits;
(
    input logic clk_i,
    input logic rst_ni,
    input chandle bench_i,
    input longint unsigned cycle_i,
    input logic [31:0] jobs_i,                      // changes when a job has been counted
    input logic [Causes-1:0][SlotBits-1:0] slots_i  // its slots by cause, then
);

  import bench_pkg::bench_probe;

  logic [31:0] jobs_q;

  always_ff @(posedge clk_i) begin : p_probe
    jobs_q <= jobs_i;
    if (rst_ni && jobs_i != jobs_q) bench_probe(bench_i, cycle_i, slots_i);
  end

endmodule
