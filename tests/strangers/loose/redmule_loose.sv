// SPDX-License-Identifier: Apache-2.0
// The serial device with deviations in nearly all that traits can say.
//
// It takes a trigger after some cycles, in which it is busy already, shows that the job runs some cycles late, and its
// event comes some cycles after the end. It reads ahead before it works, knows aligned operands and short rows alone, and
// its port and its minima are its own (loose_port.sv, serial_minmax.sv).
//
// +mutant= adds a deliberate defect when the simulation begins: 1 flips a bit of some elements of Z; the others go beyond
// what the device does by design: 2 wakes for longer, 3 has its event later, 4 shows the job later, 5 reads farther ahead.
module redmule_loose
  import serial_pkg::*;
#(
    parameter int unsigned DW = 256,
    parameter int unsigned N_CORES = 8,
    localparam int unsigned PW = DW + 32
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    input  logic                    test_mode_i,
    output logic [N_CORES-1:0][1:0] evt_o,
    output logic                    busy_o,
    output logic                    tcdm_req_o,
    input  logic                    tcdm_gnt_i,
    output logic [31:0]             tcdm_add_o,
    output logic                    tcdm_wen_o,
    output logic [PW/8-1:0]         tcdm_be_o,
    output logic [PW-1:0]           tcdm_data_o,
    input  logic [PW-1:0]           tcdm_r_data_i,
    input  logic                    tcdm_r_valid_i,
    input  logic                    periph_req_i,
    output logic                    periph_gnt_o,
    input  logic [31:0]             periph_add_i,
    input  logic                    periph_wen_i,
    input  logic [3:0]              periph_be_i,
    input  logic [31:0]             periph_data_i,
    input  logic [7:0]              periph_id_i,
    output logic [31:0]             periph_r_data_o,
    output logic                    periph_r_valid_o,
    output logic [7:0]              periph_r_id_o
);

  localparam int unsigned WAKE = 3;  // cycles that a trigger waits for its grant
  localparam int unsigned SHOW = 5;  // cycles before busy_o tells that a job runs
  localparam int unsigned LATE = 3;  // cycles from the end of a job to its event
  localparam int unsigned AHEAD = 2;  // reads ahead

  int unsigned mutant = 0;
  initial void'($value$plusargs("mutant=%d", mutant));

  logic clear, job_valid, job_done, jobs_pending, raised, expecting;
  job_t job, own_job;
  logic [7:0] job_core;

  logic access_valid, access_ready, rvalid;
  access_t element, own_element;
  operand_e roperand;
  logic [15:0] rdata;

  // ---- Sizes and places that it knows ----

  function automatic logic [15:0] whole_words(logic [15:0] size, format_e format);
    return size & (element_bytes(format) == 2'd1 ? ~16'd3 : ~16'd1);
  endfunction

  always_comb begin
    own_job        = job;
    own_job.x_addr = job.x_addr & ~32'd3;
    own_job.w_addr = job.w_addr & ~32'd7;
    own_job.n      = whole_words(job.n, job.x_format);
    own_job.k      = whole_words({11'b0, job.k[4:0]}, job.z_format);
  end

  // ---- Reads ahead: a line behind X, and the end of W in tiles of 8 rows and 64 columns ----

  logic [1:0] ahead_q;
  logic ahead;
  logic [31:0] x_ahead, w_ahead, rows, columns;

  assign ahead   = access_valid && !element.write && own_job.n != '0 && 32'(ahead_q) != AHEAD;
  assign rows    = (32'(own_job.n) + 7) & ~32'd7;
  assign columns = (32'(own_job.k) + 63) & ~32'd63;
  assign x_ahead = own_job.x_addr + 32'(own_job.m) * 32'(own_job.n) * 32'(element_bytes(job.x_format)) +
      (mutant == 5 ? 64 : 32);
  assign w_ahead = own_job.w_addr + ((rows - 1) * 32'(own_job.k) + columns - 1) * 32'(element_bytes(job.w_format));

  always_comb begin
    own_element = element;
    // X is read once more before it is used.
    if (ahead) begin
      own_element.operand = OPERAND_X;
      own_element.addr    = ahead_q == '0 ? x_ahead : w_ahead;
      own_element.bytes   = 2'd1;
    end
    if (mutant == 1 && element.write && element.addr[5:4] == 2'b11) own_element.data[4] ^= 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ahead_q <= '0;
    else if (clear || job_done) ahead_q <= '0;
    else if (ahead && access_ready) ahead_q <= ahead_q + 2'd1;
  end

  // ---- Triggers, events, busy_o ----

  logic trigger, granted, running;
  logic [LATE+1:0][7:0] event_q;  // cores whose job ended, one cycle after the other
  logic [7:0] waited_q, shown_q;

  assign trigger      = periph_req_i && !periph_wen_i && periph_add_i[7:2] == '0;
  assign granted      = !trigger || 32'(waited_q) == WAKE + (mutant == 2 ? 2 : 0);
  assign periph_gnt_o = granted;
  assign running      = jobs_pending || raised;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {waited_q, shown_q, event_q} <= '0;
    else begin
      waited_q <= granted ? '0 : waited_q + 8'd1;
      if (!running) shown_q <= '0;
      else if (32'(shown_q) < SHOW + (mutant == 4 ? 3 : 0)) shown_q <= shown_q + 8'd1;
      event_q <= clear ? '0 : {event_q[LATE:0], job_done ? job_core : 8'h0};
    end
  end

  always_comb begin
    evt_o = '0;
    for (int unsigned core = 0; core < N_CORES; core++)
      evt_o[core][0] = event_q[mutant == 3 ? LATE + 1 : LATE - 1][core];
  end

  assign busy_o = (trigger && !granted) || (running && 32'(shown_q) == SHOW + (mutant == 4 ? 3 : 0));

  // ---- The rest is the serial device ----

  logic req, gnt, wen;
  logic [31:0] add;
  logic [PW/8-1:0] be;
  logic [PW-1:0] r_data;

  assign tcdm_wen_o = wen;

  serial_regs i_regs (
      .periph_req_i(periph_req_i && granted),
      .periph_gnt_o(),
      .clear_o(clear),
      .job_valid_o(job_valid),
      .job_o(job),
      .job_core_o(job_core),
      .job_done_i(job_done),
      .busy_o(jobs_pending),
      .*
  );

  serial_engine i_engine (
      .clear_i(clear),
      .job_valid_i(job_valid && event_q == '0),
      .job_i(own_job),
      .done_o(job_done),
      .valid_o(access_valid),
      .ready_i(access_ready && !ahead),
      .access_o(element),
      .rvalid_i(rvalid),
      .roperand_i(roperand),
      .rdata_i(rdata),
      .in_flight_i(raised || expecting),
      .*
  );

  serial_port #(
      .DW(DW)
  ) i_port (
      .clear_i(clear),
      .valid_i(access_valid),
      .ready_o(access_ready),
      .access_i(own_element),
      .rvalid_o(rvalid),
      .roperand_o(roperand),
      .rdata_o(rdata),
      .raised_o(raised),
      .expecting_o(expecting),
      .tcdm_req_o(req),
      .tcdm_gnt_i(gnt),
      .tcdm_add_o(add),
      .tcdm_wen_o(wen),
      .tcdm_be_o(be),
      .tcdm_r_data_i(r_data),
      .*
  );

  loose_port #(
      .PW(PW)
  ) i_loose (
      .req_i(req),
      .gnt_o(gnt),
      .add_i(add),
      .wen_i(wen),
      .be_i(be),
      .r_data_o(r_data),
      .*
  );

endmodule
