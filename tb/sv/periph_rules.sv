// SPDX-License-Identifier: Apache-2.0
// Rules of the register port (contract A4.10, A4.11), checked at every clock edge.
//
// Two bind the device: one response in the cycle after each grant and in no other, with the id of
// the access. Two bind the bench itself, whose request must hold until granted: a bus functional
// model that breaks them would test a device outside its contract. What the read data must be is
// the business of the register model (tb/registers). A rule that fires is counted for good in the
// bench, where the environment finds it whatever the rest of the run says.
module periph_rules (
    input logic clk_i,
    input logic rst_ni,
    input chandle bench_i,
    input longint unsigned cycle_i,  // index of the edge, for reports
    input logic req_i,
    input logic gnt_i,
    input logic [31:0] add_i,
    input logic wen_i,           // 1 = read
    input logic [3:0] be_i,
    input logic [31:0] data_i,
    input logic [7:0] id_i,
    input logic r_valid_i,
    input logic [7:0] r_id_i
);

  import bench_pkg::bench_violation;
  import rules_pkg::*;

  logic waiting, granted;

  assign waiting = req_i & ~gnt_i;
  assign granted = req_i & gnt_i;

  // A reset between grant and response forgets the access, so no rule looks at an edge with rst_ni low.

  assert_periph_response : assert property (@(posedge clk_i) disable iff (!rst_ni) granted |=> r_valid_i)
    else bench_violation(bench_i, $sampled(cycle_i), RULE_PERIPH_RESPONSE);

  // Nor at the first edge behind a reset, which forgets what was to be answered.
  assert_periph_no_response : assert property (@(posedge clk_i) !granted |=> !rst_ni || !r_valid_i)
    else bench_violation(bench_i, $sampled(cycle_i), RULE_PERIPH_STRAY);

  // The id of a missing response says nothing: that is the rule above.
  assert_periph_id : assert property (@(posedge clk_i) disable iff (!rst_ni)
      granted |=> !r_valid_i || r_id_i == $past(id_i))
    else bench_violation(bench_i, $sampled(cycle_i), RULE_PERIPH_ID);

  // Data is compared for writes alone: on a read the lines carry nothing.
  assert_periph_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
      waiting |=> !req_i || ($stable(add_i) && $stable(wen_i) && $stable(be_i) && $stable(id_i)
                             && (wen_i || $stable(data_i))))
    else bench_violation(bench_i, $sampled(cycle_i), RULE_PERIPH_STABLE);

  assert_periph_stays : assert property (@(posedge clk_i) disable iff (!rst_ni) waiting |=> req_i)
    else bench_violation(bench_i, $sampled(cycle_i), RULE_PERIPH_RETRACTED);

endmodule
