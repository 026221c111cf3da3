// SPDX-License-Identifier: Apache-2.0
// The serial device behind register files that other designs might have; parameters choose which.
//
// +mutant= adds a deliberate defect when the simulation begins: 1 flips a bit of some elements of Z, 2 is one of the
// register file (queue_regs.sv, other_regs.sv), 3 makes it deaf for twice as long, 4 has
// other_regs.sv read Y at the place of Z.
module redmule_programmed
  import serial_pkg::*;
#(
    parameter int unsigned DW = 256,
    parameter int unsigned N_CORES = 8,
    parameter int unsigned CONTEXTS = 2,
    parameter bit OTHER = 1'b0,         // the map of other_regs.sv, and the end of jobs on the second event line
    parameter bit CLEARING = 1'b0,      // a clear is needed between jobs
    parameter int unsigned DEAF = 0,    // cycles after a reset in which accesses have no effect
    parameter int unsigned DEAF_CLEAR = 0,  // ... after a clear, at most as many
    parameter bit LAST = 1'b0,          // a job's values are taken when MACFG is written
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

  int unsigned mutant = 0;
  initial void'($value$plusargs("mutant=%d", mutant));

  logic clear, job_valid, job_done, raised, expecting;
  job_t job;
  logic [7:0] job_core;
  logic [31:0] y_offset;
  logic access_valid, access_ready, rvalid;
  access_t element, own_element;
  operand_e roperand;
  logic [15:0] rdata;
  int unsigned awake_q;
  logic heard;

  always_comb begin
    own_element = element;
    if (!element.write && element.operand == OPERAND_Y) own_element.addr += y_offset;
    if (mutant == 1 && element.write && element.addr[5:4] == 2'b11) own_element.data ^= 16'h0010;
  end

  assign periph_gnt_o = 1'b1;
  assign heard = periph_req_i && awake_q >= (mutant == 3 ? 2 * DEAF : DEAF);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {periph_r_valid_o, periph_r_id_o} <= '0;
      awake_q <= 0;
    end else begin
      periph_r_valid_o <= periph_req_i;
      periph_r_id_o <= periph_id_i;
      if (clear && DEAF_CLEAR != 0) awake_q <= DEAF - DEAF_CLEAR;
      else if (awake_q < 2 * DEAF) awake_q <= awake_q + 1;
    end
  end

  if (OTHER) begin : gen_other
    other_regs #(
        .CONTEXTS(CONTEXTS)
    ) i_regs (
        .mutant_i(mutant),
        .periph_req_i(heard),
        .clear_o(clear),
        .job_valid_o(job_valid),
        .job_o(job),
        .y_offset_o(y_offset),
        .job_core_o(job_core),
        .job_done_i(job_done),
        .*
    );
  end else begin : gen_contract
    queue_regs #(
        .CONTEXTS(CONTEXTS),
        .CLEARING(CLEARING),
        .LAST(LAST)
    ) i_regs (
        .mutant_i(mutant),
        .periph_req_i(heard),
        .clear_o(clear),
        .job_valid_o(job_valid),
        .job_o(job),
        .y_offset_o(y_offset),
        .job_core_o(job_core),
        .job_done_i(job_done),
        .*
    );
  end

  serial_engine i_engine (
      .clear_i(clear),
      .job_valid_i(job_valid),
      .job_i(job),
      .done_o(job_done),
      .valid_o(access_valid),
      .ready_i(access_ready),
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
      .*
  );

  always_comb begin
    evt_o = '0;
    for (int unsigned core = 0; core < N_CORES; core++) evt_o[core][OTHER] = job_done && job_core[core];
  end

  assign busy_o = job_valid || raised;

endmodule
