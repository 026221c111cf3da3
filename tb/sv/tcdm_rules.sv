// SPDX-License-Identifier: Apache-2.0
// Rules of the wide port (contract A4 and A6), checked at every clock edge.
//
// Named as in the HCI protocol they come from. A rule that fires is counted for good in the bench,
// where the environment finds it whatever the rest of the run says.
module tcdm_rules #(
    parameter int unsigned DW = 256,
    parameter int unsigned N_CORES = 8
) (
    input logic clk_i,
    input logic rst_ni,
    input chandle bench_i,
    input longint unsigned cycle_i,  // index of the edge, for reports
    input logic req_i,
    input logic gnt_i,
    input logic [31:0] add_i,
    input logic wen_i,
    input logic [(DW+32)/8-1:0] be_i,
    input logic [DW+32-1:0] data_i,
    input logic r_valid_i,
    input logic [N_CORES-1:0][1:0] evt_i
);

  import bench_pkg::bench_violation;
  import bench_pkg::bench_read_allowed;
  import rules_pkg::*;

  import "DPI-C" function bit bench_write_allowed(
      input chandle bench, input int unsigned add, input bit [(DW+32)/8-1:0] be);

  logic waiting, read_granted, write_granted;
  logic [N_CORES-1:0] evt_reserved;

  assign waiting = req_i & ~gnt_i;
  assign read_granted = req_i & gnt_i & wen_i;
  assign write_granted = req_i & gnt_i & ~wen_i;

  always_comb begin
    for (int unsigned core = 0; core < N_CORES; core++) evt_reserved[core] = evt_i[core][1];
  end

  // Data is compared for writes alone: on a read the lines carry nothing.
  assert_rq3_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
      waiting |=> !req_i || ($stable(add_i) && $stable(wen_i) && $stable(be_i)
                             && (wen_i || $stable(data_i))))
    else bench_violation(bench_i, $sampled(cycle_i), RULE_RQ3_STABLE);

  assert_rq4_stays : assert property (@(posedge clk_i) disable iff (!rst_ni) waiting |=> req_i)
    else bench_violation(bench_i, $sampled(cycle_i), RULE_RQ4_RETRACTED);

  assert_alignment : assert property (@(posedge clk_i) disable iff (!rst_ni) req_i |-> add_i[1:0] == 2'b00)
    else bench_violation(bench_i, $sampled(cycle_i), RULE_ALIGNMENT);

  assert_read_enables : assert property (@(posedge clk_i) disable iff (!rst_ni) req_i && wen_i |-> (&be_i))
    else bench_violation(bench_i, $sampled(cycle_i), RULE_READ_ENABLES);

  assert_over_read : assert property (@(posedge clk_i) disable iff (!rst_ni)
      read_granted |-> bench_read_allowed(bench_i, add_i))
    else bench_violation(bench_i, $sampled(cycle_i), RULE_OVER_READ);

  assert_stray_write : assert property (@(posedge clk_i) disable iff (!rst_ni)
      write_granted |-> bench_write_allowed(bench_i, add_i, be_i))
    else bench_violation(bench_i, $sampled(cycle_i), RULE_STRAY_WRITE);

  assert_response : assert property (@(posedge clk_i) disable iff (!rst_ni) read_granted |=> r_valid_i)
    else bench_violation(bench_i, $sampled(cycle_i), RULE_RESPONSE_MISSING);

  assert_no_response : assert property (@(posedge clk_i) disable iff (!rst_ni) !(req_i && gnt_i) |=> !r_valid_i)
    else bench_violation(bench_i, $sampled(cycle_i), RULE_RESPONSE_STRAY);

  assert_req_in_reset : assert property (@(posedge clk_i) !rst_ni |-> !req_i)
    else bench_violation(bench_i, $sampled(cycle_i), RULE_REQ_IN_RESET);

  assert_event_line : assert property (@(posedge clk_i) disable iff (!rst_ni) evt_reserved == '0)
    else bench_violation(bench_i, $sampled(cycle_i), RULE_EVENT_LINE);

endmodule
