// SPDX-License-Identifier: Apache-2.0
// Events and busy_o of a device as the faults that concern them change them.

module fault_events
  import fault_pkg::*;
#(
    parameter int unsigned N_CORES = 8
) (
    input logic clk_i,
    input logic rst_ni,
    input fault_e fault_i,
    input logic act_i,                          // the fault acts
    input logic acted_i,                        // it acted one cycle ago
    input logic acted_third_i,                  // ... three cycles ago
    input logic [N_CORES-1:0][1:0] evt_i,       // of the device
    input logic busy_i,
    output logic [N_CORES-1:0][1:0] evt_o,
    output logic busy_o,
    output logic held_event_o                   // an event that was held back, or that was in the cycle before
);

  logic [N_CORES-1:0][1:0] evt_q, rotated;
  logic held_event_q, event_now;

  assign rotated = {evt_i[N_CORES-2:0], evt_i[N_CORES-1]};
  assign event_now = |evt_i;
  assign held_event_o = held_event_q;

  always_comb begin : events
    evt_o = evt_i;
    if (act_i) begin
      unique case (fault_i)
        EventCore:                             evt_o = rotated;
        EventMissing, EventLate, EventsMerged: evt_o = '0;
        EventBoth:                             evt_o = evt_i | rotated;
        EventReserved: for (int unsigned c = 0; c < N_CORES; c++) evt_o[c][1] = evt_i[c][0];
        default: ;
      endcase
    end
    if ((acted_i && fault_i inside {EventLong, EventLate}) || (acted_third_i && fault_i == EventTwice)) evt_o = evt_q;
    if (acted_third_i && fault_i == ClearEvent) evt_o[0][0] = 1'b1;
    if (held_event_q && event_now && fault_i == EventsMerged) evt_o = evt_i | evt_q;
  end

  always_comb begin : busy
    busy_o = busy_i;
    unique case (fault_i)
      BusyLate:             if (act_i || acted_i) busy_o = 1'b0;
      BusyLow, BusyAllowed: if (act_i) busy_o = 1'b0;
      BusyIdle:             if (act_i) busy_o = 1'b1;
      BusyStuck, EventLate: if (acted_i) busy_o = 1'b1;
      default: ;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_held
    if (!rst_ni) begin
      held_event_q <= 1'b0;
      evt_q <= '0;
    end else begin
      if (act_i && fault_i == EventsMerged) held_event_q <= 1'b1;
      else if (fault_i == EventsMerged) held_event_q <= held_event_q && !event_now;
      else held_event_q <= event_now;
      if (event_now) evt_q <= evt_i;
    end
  end

endmodule
