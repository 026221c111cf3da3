// SPDX-License-Identifier: Apache-2.0
// The serial device behind a layer that injects one fault, for tests that prove that checkers fire.
//
// A fault has chances to act (a granted write, an event, ...); it acts on chance number `fault_at`, once, and
// never again until `fault_select` has been None for a cycle. Both are set by plusargs at the start (+fault=, +fault_at=)
// or from outside in between: one build, and one simulation, serves all faults. GrantNever and GrantSlow last.
// With +fault_recurs a reset makes the device forget its chances too: a defect that is always there.
module redmule_faulty #(
    parameter int unsigned DW = 256,   // payload bits of the TCDM port
    parameter int unsigned N_CORES = 8,
    localparam int unsigned PW = DW + 32
) (
    input logic clk_i,
    input logic rst_ni,
    input logic test_mode_i,
    output logic [N_CORES-1:0][1:0] evt_o,
    output logic busy_o,
    output logic tcdm_req_o,
    input logic tcdm_gnt_i,
    output logic [31:0] tcdm_add_o,
    output logic tcdm_wen_o,
    output logic [PW/8-1:0] tcdm_be_o,
    output logic [PW-1:0] tcdm_data_o,
    input logic [PW-1:0] tcdm_r_data_i,
    input logic tcdm_r_valid_i,
    input logic periph_req_i,
    output logic periph_gnt_o,
    input logic [31:0] periph_add_i,
    input logic periph_wen_i,
    input logic [3:0] periph_be_i,
    input logic [31:0] periph_data_i,
    input logic [7:0] periph_id_i,
    output logic [31:0] periph_r_data_o,
    output logic periph_r_valid_o,
    output logic [7:0] periph_r_id_o
);

  import fault_pkg::*;

  localparam logic [31:0] Far = 32'h4000_0000;  // from any operand to where no window is
  localparam logic [4:0] IdleCycles = 5'd24;    // more than a queued job may wait
  // Word offsets of registers, address bits [7:2]
  localparam logic [5:0] Trigger = 6'h00;
  localparam logic [5:0] Acquire = 6'h01;
  localparam logic [5:0] SoftClear = 6'h05;
  localparam logic [5:0] XAddr = 6'h10;

  // ---- Which fault, and when ----

  int unsigned fault_select;
  int unsigned fault_at;
  logic fault_recurs;
  initial begin
    fault_recurs = $test$plusargs("fault_recurs") != 0;
    fault_select = 0;
    fault_at = 0;
    void'($value$plusargs("fault=%d", fault_select));
    void'($value$plusargs("fault_at=%d", fault_at));
  end

  fault_e fault;
  assign fault = fault_e'(fault_select[6:0]);

  // The device's own side of the ports.
  logic [N_CORES-1:0][1:0] dev_evt;
  logic dev_busy, busy_q, dev_req, dev_gnt, dev_wen, dev_event;
  logic [31:0] dev_add, dev_r_data;
  logic [PW/8-1:0] dev_be;
  logic [PW-1:0] dev_data, dev_tcdm_r_data;
  logic dev_periph_req, dev_periph_wen, dev_r_valid;
  logic [7:0] dev_r_id;

  logic chance;         // the fault could act
  logic over;           // ... and this chance ends in this cycle
  logic act;            // it acts
  logic [4:0] acted_q;  // it acted one, two, ... cycles ago
  int unsigned chances_q;

  logic waited_q;       // the request was there in the cycle before, without a grant
  logic write_request, read_request, access, acquire_q;
  logic programmed_q;   // X_ADDR was written, and no trigger since
  logic late_write_q, held_event;
  logic [31:0] x_addr_q;

  assign dev_event = |dev_evt;
  assign read_request = dev_req && dev_wen;
  assign write_request = dev_req && !dev_wen;
  assign access = periph_req_i && periph_gnt_o;

  always_comb begin : chances
    chance = 1'b0;
    over = 1'b1;
    unique case (fault)
      WriteFlip, WriteAddress, WriteSpill: begin
        chance = write_request;
        over = tcdm_gnt_i;
      end
      WriteDropped, EventBeforeWrite, EventWithWrite: chance = write_request;  // without stalls: one cycle a write
      Silent:                     chance = read_request;  // without stalls: one cycle a read
      ReadLane, Misaligned, ReadEnables, ReadEarly, Deaf: begin
        chance = read_request;
        over = tcdm_gnt_i;
      end
      ReadAfterStall:             chance = read_request && waited_q && tcdm_gnt_i;
      Rq3Address, Rq3Direction:   chance = read_request && waited_q && !tcdm_gnt_i;
      Rq3Enables, Rq3Data:        chance = write_request && waited_q && !tcdm_gnt_i;
      Rq4Retracted:               chance = waited_q;
      ReadFar, WriteFar, Rq4Spurious: chance = dev_busy && !dev_req;
      ReqInReset:                 chance = !rst_ni;
      ReadBeforeTrigger:          chance = programmed_q && !dev_req && !dev_busy;
      ReadBeforeQueued:           chance = programmed_q && !dev_req && dev_busy;
      MemoryMute:                 chance = read_request && tcdm_gnt_i;
      MemoryExtra:                chance = dev_busy && !dev_req;
      EventCore, EventMissing, EventLong, EventTwice, EventBoth, EventReserved, EventLate, EventsMerged, BusyStuck,
      CausesTotal, CausesWorking, CausesPadding, CausesSilent, CausesTwice,
      ReadAfterEvent, QueuedIdle: chance = dev_event;
      BusyLate, BusyAllowed:      chance = dev_busy && !busy_q;
      BusyLow:                    chance = dev_busy;
      BusyIdle:                   chance = !dev_busy && acquire_q;
      ResponseLate, ResponseMissing, ResponseId: chance = dev_r_valid;
      ResponseSpurious:           chance = dev_busy && !dev_r_valid && !periph_req_i;
      TriggerIgnored:             chance = access && !periph_wen_i && periph_add_i[7:2] == Trigger;
      ClearEvent, ClearRequest, ClearAllowed:
                                  chance = access && !periph_wen_i && periph_add_i[7:2] == SoftClear;
      AcquireRefused, AcquireId:  chance = acquire_q;
      default: ;
    endcase
  end

  assign act = chance && chances_q == fault_at;

  always_ff @(posedge clk_i) begin : p_chances
    acted_q <= {acted_q[3:0], act && over};
    if (fault == None || (fault_recurs && !rst_ni)) chances_q <= '0;
    else if (chance && over) chances_q <= chances_q + 1;
  end

  // ---- Wide port ----

  // An access of the fault's own, for which the device sees no grant.
  logic inject, inject_wen;
  logic [31:0] inject_add;
  logic [PW/8-1:0] inject_be;
  logic [PW-1:0] inject_data;
  logic hide;  // a request that the memory does not see
  logic stuck;  // a hang that has begun
  logic stuck_q;
  logic [4:0] idle_q;  // cycles for which the device waits, and no request shows

  logic [31:0] late_add_q;
  logic [PW/8-1:0] late_be_q;
  logic [PW-1:0] late_data_q;

  always_comb begin : injected
    inject = 1'b0;
    inject_wen = 1'b1;
    inject_add = x_addr_q;
    inject_be = '1;
    inject_data = '0;
    unique case (fault)
      ReadFar: begin
        inject = act;
        inject_add = x_addr_q ^ Far;
      end
      WriteFar: begin
        inject = act;
        inject_wen = 1'b0;
        inject_add = x_addr_q ^ Far;
      end
      ReqInReset, ReadBeforeTrigger, ReadBeforeQueued, Rq4Spurious: inject = act;
      ReadAfterEvent: inject = acted_q[1];
      ClearRequest: inject = acted_q[4];
      ClearAllowed: inject = acted_q[3];
      EventBeforeWrite, EventWithWrite: begin
        inject = late_write_q && (fault == EventWithWrite ? dev_event : held_event);
        inject_wen = 1'b0;
        inject_add = late_add_q;
        inject_be = late_be_q;
        inject_data = late_data_q;
      end
      default: ;
    endcase
  end

  assign stuck = stuck_q || (act && fault inside {Silent, Deaf});
  assign hide = (act && fault inside {WriteDropped, EventBeforeWrite, EventWithWrite, Rq4Retracted})
      || (stuck && fault == Silent);
  assign tcdm_req_o = inject || (dev_req && !hide && idle_q == '0);
  assign dev_gnt = !stuck && ((hide && fault != Rq4Retracted) || (tcdm_gnt_i && !inject && !hide && idle_q == '0));

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_stuck
    if (!rst_ni) stuck_q <= 1'b0;
    else if (stuck) stuck_q <= 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_idle
    if (!rst_ni) idle_q <= '0;
    else if (act && fault == QueuedIdle) idle_q <= IdleCycles;
    else if (idle_q != '0) idle_q <= idle_q - 1;
  end

  always_comb begin : wide_address
    tcdm_add_o = dev_add;
    tcdm_wen_o = dev_wen;
    if (act) begin
      unique case (fault)
        WriteAddress, Rq3Address: tcdm_add_o = dev_add + 4;
        Misaligned:               tcdm_add_o = dev_add - 1;
        ReadEarly:                tcdm_add_o = dev_add - 4;
        Rq3Direction:             tcdm_wen_o = !dev_wen;
        default: ;
      endcase
    end
    if (inject) begin
      tcdm_add_o = inject_add & 32'hFFFF_FFFC;
      tcdm_wen_o = inject_wen;
    end
  end

  always_comb begin : wide_data
    tcdm_be_o = dev_be;
    tcdm_data_o = dev_data;
    if (act) begin
      unique case (fault)
        WriteFlip: begin
          for (int unsigned i = 0; i < PW / 8; i++) begin
            if (dev_be[i] && (i == 0 || !dev_be[(i + PW / 8 - 1) % (PW / 8)])) tcdm_data_o[8*i] = !dev_data[8*i];
          end
        end
        WriteSpill, Rq3Enables: tcdm_be_o[PW/8-1] = !dev_be[PW/8-1];
        Rq3Data:                tcdm_data_o = ~dev_data;
        ReadEnables:            tcdm_be_o[0] = 1'b0;
        default: ;
      endcase
    end
    if (inject) begin
      tcdm_be_o = inject_be;
      tcdm_data_o = inject_data;
    end
  end

  always_comb begin : wide_response
    dev_tcdm_r_data = tcdm_r_data_i;
    if (acted_q[0]) begin
      unique case (fault)
        ReadLane, ReadAfterStall: dev_tcdm_r_data[31:0] = ~tcdm_r_data_i[31:0];
        Misaligned:               dev_tcdm_r_data = tcdm_r_data_i >> 8;
        ReadEarly:                dev_tcdm_r_data = tcdm_r_data_i >> 32;
        default: ;
      endcase
    end
  end

  // The rule on responses binds the bench's own memory: only breaking the bench makes it fire.
  always @(negedge clk_i) begin : p_memory
    if (acted_q[0] && fault == MemoryMute) force tb_top.tcdm_r_valid = 1'b0;
    else if (acted_q[0] && fault == MemoryExtra) force tb_top.tcdm_r_valid = 1'b1;
    else release tb_top.tcdm_r_valid;
  end

  // ---- Events and busy_o ----

  fault_events #(
      .N_CORES(N_CORES)
  ) i_events (
      .clk_i,
      .rst_ni,
      .fault_i(fault),
      .act_i(act),
      .acted_i(acted_q[0]),
      .acted_third_i(acted_q[2]),
      .evt_i(dev_evt),
      .busy_i(dev_busy),
      .evt_o,
      .busy_o,
      .held_event_o(held_event)
  );

  // ---- Register port ----

  logic [1:0] slow_q;
  logic device_grant;

  always_comb begin : register_request
    unique case (fault)
      GrantNever: periph_gnt_o = 1'b0;
      GrantSlow:  periph_gnt_o = device_grant && slow_q == '1;
      default:    periph_gnt_o = device_grant;
    endcase
  end

  assign dev_periph_req = access;
  // An ignored trigger is one that the device takes for a read.
  assign dev_periph_wen = periph_wen_i || (act && fault == TriggerIgnored);

  always_comb begin : register_response
    periph_r_valid_o = dev_r_valid;
    periph_r_data_o = dev_r_data;
    periph_r_id_o = dev_r_id;
    if (act) begin
      unique case (fault)
        ResponseLate, ResponseMissing: periph_r_valid_o = 1'b0;
        ResponseSpurious:              periph_r_valid_o = 1'b1;
        ResponseId:                    periph_r_id_o = {dev_r_id[6:0], dev_r_id[7]};
        AcquireRefused:                periph_r_data_o = '1;
        AcquireId:                     periph_r_data_o[0] = !dev_r_data[0];
        default: ;
      endcase
    end
    if (acted_q[0] && fault == ResponseLate) periph_r_valid_o = 1'b1;
  end

  // ---- What faults remember ----

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_ports
    if (!rst_ni) begin
      waited_q <= 1'b0;
      busy_q <= 1'b0;
      programmed_q <= 1'b0;
      acquire_q <= 1'b0;
      slow_q <= '0;
    end else begin
      waited_q <= tcdm_req_o && !tcdm_gnt_i;
      busy_q <= dev_busy;
      if (access && !periph_wen_i) begin
        if (periph_add_i[7:2] == XAddr) programmed_q <= 1'b1;
        else if (periph_add_i[7:2] == Trigger) programmed_q <= 1'b0;
      end
      acquire_q <= access && periph_wen_i && periph_add_i[7:2] == Acquire;
      slow_q <= periph_req_i ? slow_q + 1 : '0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_late
    if (!rst_ni) late_write_q <= 1'b0;
    else if (act && fault inside {EventBeforeWrite, EventWithWrite}) late_write_q <= 1'b1;
    else if (inject) late_write_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin : p_late_write
    if (act && write_request) begin
      late_add_q <= dev_add;
      late_be_q <= dev_be;
      late_data_q <= dev_data;
    end
  end

  always_ff @(posedge clk_i) begin : p_x_addr
    if (access && !periph_wen_i && periph_add_i[7:2] == XAddr) x_addr_q <= periph_data_i;
  end

  // ---- Probe ----

  logic event_seen;

  always_comb begin : seen
    event_seen = 1'b0;
    for (int unsigned c = 0; c < N_CORES; c++) event_seen |= evt_o[c][0];
  end

  fault_probe i_probe (
      .clk_i,
      .rst_ni,
      .clear_i(i_device.clear),
      .active_i(i_device.job_valid),
      .step_i(i_device.i_engine.step_q),
      .event_i(event_seen),
      .spoil_i(act ? fault : None),
      .jobs_o(),
      .slots_o()
  );

  redmule_serial #(
      .DW(DW),
      .N_CORES(N_CORES)
  ) i_device (
      .clk_i,
      .rst_ni,
      .test_mode_i,
      .evt_o(dev_evt),
      .busy_o(dev_busy),
      .tcdm_req_o(dev_req),
      .tcdm_gnt_i(dev_gnt),
      .tcdm_add_o(dev_add),
      .tcdm_wen_o(dev_wen),
      .tcdm_be_o(dev_be),
      .tcdm_data_o(dev_data),
      .tcdm_r_data_i(dev_tcdm_r_data),
      .tcdm_r_valid_i,
      .periph_req_i(dev_periph_req),
      .periph_gnt_o(device_grant),
      .periph_add_i,
      .periph_wen_i(dev_periph_wen),
      .periph_be_i,
      .periph_data_i,
      .periph_id_i,
      .periph_r_data_o(dev_r_data),
      .periph_r_valid_o(dev_r_valid),
      .periph_r_id_o(dev_r_id)
  );

endmodule
