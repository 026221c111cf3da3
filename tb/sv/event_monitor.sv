// SPDX-License-Identifier: Apache-2.0
// Records each cycle in which an event line is high.
module event_monitor #(
    parameter int unsigned N_CORES = 8
) (
    input logic clk_i,
    input logic rst_ni,
    input chandle bench_i,
    input longint unsigned cycle_i,
    input logic [N_CORES-1:0][1:0] evt_i
);

  import bench_pkg::bench_event;

  always_ff @(posedge clk_i) begin : p_events
    if (rst_ni && (evt_i != '0)) begin
      for (int core = 0; core < int'(N_CORES); core++) begin
        for (int line = 0; line < 2; line++) begin
          if (evt_i[core][line]) bench_event(bench_i, cycle_i, core, line);
        end
      end
    end
  end

endmodule
