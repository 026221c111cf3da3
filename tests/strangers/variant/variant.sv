// SPDX-License-Identifier: Apache-2.0
// The serial device with the deviations that its parameters name, each as another design might have it.
//
// +mutant= adds a deliberate defect when the simulation begins: 1 flips a bit of some elements of Z.
module redmule_variant
  import serial_pkg::*;
#(
    parameter int unsigned DW = 256,
    parameter int unsigned N_CORES = 8,
    parameter int unsigned MULTIPLE = 1,  // M, N and K are rounded down to a multiple of this
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

  logic clear, job_valid, job_done, jobs_pending, raised, expecting;
  job_t job, own_job;
  logic [7:0] job_core;

  logic access_valid, access_ready, rvalid;
  access_t element, own_element;
  operand_e roperand;
  logic [15:0] rdata;

  function automatic logic [15:0] rounded(logic [15:0] size);
    return 16'(32'(size) - 32'(size) % MULTIPLE);
  endfunction

  always_comb begin
    own_job = job;
    own_job.m = rounded(job.m);
    own_job.n = rounded(job.n);
    own_job.k = rounded(job.k);
    own_element = element;
    if (mutant == 1 && element.write && element.addr[5:4] == 2'b11) own_element.data ^= 16'h0010;
  end

  serial_regs i_regs (
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
      .job_valid_i(job_valid),
      .job_i(own_job),
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
    for (int unsigned core = 0; core < N_CORES; core++) evt_o[core][0] = job_done && job_core[core];
  end

  assign busy_o = jobs_pending || raised;

endmodule
