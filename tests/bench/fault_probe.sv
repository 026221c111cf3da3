// SPDX-License-Identifier: Apache-2.0
// Where the time of a job of the serial device goes: its steps, and the rest. Padding stays 0 on one compute element.
// One fault at a time spoils what it says.
module fault_probe (
    input logic clk_i,
    input logic rst_ni,
    input logic clear_i,                 // jobs are forgotten
    input logic active_i,                // a job is queued or runs
    input logic step_i,                  // a useful step
    input logic event_i,                 // the last cycle of a job
    input fault_pkg::fault_e spoil_i,    // None but in the cycle of an event
    output logic [31:0] jobs_o,
    output logic [4:0][47:0] slots_o     // WORKING, PAD_M, PAD_N, PAD_K, OTHER
);

  import fault_pkg::*;

  logic [47:0] working_q, working_d, other_q, other_d;
  logic again_q;

  assign working_d = working_q + 48'(step_i);
  assign other_d = other_q + 48'((active_i || event_i) && !step_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_count
    if (!rst_ni) begin
      {working_q, other_q} <= '0;
    end else if (event_i || clear_i) begin
      {working_q, other_q} <= '0;
    end else begin
      {working_q, other_q} <= {working_d, other_d};
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_record
    if (!rst_ni) begin
      jobs_o <= '0;
      slots_o <= '0;
      again_q <= 1'b0;
    end else begin
      again_q <= spoil_i == CausesTwice;
      if (event_i) begin
        slots_o[0] <= working_d + 48'(spoil_i == CausesWorking);
        slots_o[1] <= '0;
        slots_o[2] <= '0;
        slots_o[3] <= 48'(spoil_i == CausesPadding);
        slots_o[4] <= other_d - 48'(spoil_i inside {CausesWorking, CausesPadding}) + 48'(spoil_i == CausesTotal);
      end
      if ((event_i && spoil_i != CausesSilent) || again_q) jobs_o <= jobs_o + 1;
    end
  end

endmodule
