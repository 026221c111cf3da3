// SPDX-License-Identifier: Apache-2.0
// Notes which internal events a device told while busy_o was high (docs/descriptor.md, "cover"): each at most once in
// such a time, so that an event of every cycle costs no call in every cycle; and when they changed.
module cover_monitor
  import bench_pkg::CoverEvents;
(
    input logic clk_i,
    input logic rst_ni,
    input chandle bench_i,
    input longint unsigned cycle_i,
    input logic busy_i,
    input logic [CoverEvents-1:0] events_i
);

  import bench_pkg::bench_cover, bench_pkg::bench_states;

  logic [CoverEvents-1:0] seen_q, fresh, last_q;
  assign fresh = events_i & ~seen_q;

  always_ff @(posedge clk_i) begin : p_cover
    seen_q <= rst_ni && busy_i ? seen_q | events_i : '0;
    if (rst_ni && busy_i && fresh != '0) bench_cover(bench_i, fresh);
    // For what a cut met, which lies in the past when that is asked.
    last_q <= events_i;
    if (rst_ni && events_i != last_q) bench_states(bench_i, cycle_i, events_i);
  end

endmodule
