// SPDX-License-Identifier: Apache-2.0
// A matrix engine for Z = (X op1 W) op2 Y with one compute element and no tiling: the executable specification of the
// accelerator's contract. One element is loaded, used or stored at a time, in the order of the loops that define the
// operation. It shares no code but FPnew with the accelerator it specifies.
//
// It has no array, so none of the parameters H, L, P.

module redmule_serial
  import serial_pkg::*;
#(
  parameter int unsigned DW      = 256,  // payload bits of the TCDM port, a multiple of 32; the port has 32 more
  parameter int unsigned N_CORES = 8,    // event targets, 1 to 8
  localparam int unsigned PW = DW + 32
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    test_mode_i,
  // events and state
  output logic [N_CORES-1:0][1:0] evt_o,         // [core][0]: a job that this core triggered ends; [core][1] is 0
  output logic                    busy_o,
  // TCDM port
  output logic                    tcdm_req_o,
  input  logic                    tcdm_gnt_i,
  output logic [31:0]             tcdm_add_o,
  output logic                    tcdm_wen_o,    // 1 = read
  output logic [PW/8-1:0]         tcdm_be_o,
  output logic [PW-1:0]           tcdm_data_o,
  input  logic [PW-1:0]           tcdm_r_data_i,
  input  logic                    tcdm_r_valid_i,
  // register port
  input  logic                    periph_req_i,
  output logic                    periph_gnt_o,
  input  logic [31:0]             periph_add_i,
  input  logic                    periph_wen_i,  // 1 = read
  input  logic [3:0]              periph_be_i,
  input  logic [31:0]             periph_data_i,
  input  logic [7:0]              periph_id_i,   // one-hot
  output logic [31:0]             periph_r_data_o,
  output logic                    periph_r_valid_o,
  output logic [7:0]              periph_r_id_o
);

  if (N_CORES < 1 || N_CORES > 8) begin : gen_bad_cores
    $fatal(1, "redmule_serial: N_CORES must be 1 to 8");
  end

  logic       clear;
  logic       job_valid, job_done, jobs_pending;
  job_t       job;
  logic [7:0] job_core;

  logic        access_valid, access_ready;
  access_t     access;
  logic        rvalid;
  operand_e    roperand;
  logic [15:0] rdata;
  logic        raised, expecting;

  serial_regs i_regs (
    .clk_i,
    .rst_ni,
    .periph_req_i,
    .periph_gnt_o,
    .periph_add_i,
    .periph_wen_i,
    .periph_be_i,
    .periph_data_i,
    .periph_id_i,
    .periph_r_data_o,
    .periph_r_valid_o,
    .periph_r_id_o,
    .clear_o    (clear),
    .job_valid_o(job_valid),
    .job_o      (job),
    .job_core_o (job_core),
    .job_done_i (job_done),
    .busy_o     (jobs_pending)
  );

  serial_engine i_engine (
    .clk_i,
    .rst_ni,
    .clear_i    (clear),
    .job_valid_i(job_valid),
    .job_i      (job),
    .done_o     (job_done),
    .valid_o    (access_valid),
    .ready_i    (access_ready),
    .access_o   (access),
    .rvalid_i   (rvalid),
    .roperand_i (roperand),
    .rdata_i    (rdata),
    .in_flight_i(raised || expecting)
  );

  serial_port #(
    .DW(DW)
  ) i_port (
    .clk_i,
    .rst_ni,
    .clear_i    (clear),
    .valid_i    (access_valid),
    .ready_o    (access_ready),
    .access_i   (access),
    .rvalid_o   (rvalid),
    .roperand_o (roperand),
    .rdata_o    (rdata),
    .raised_o   (raised),
    .expecting_o(expecting),
    .tcdm_req_o,
    .tcdm_gnt_i,
    .tcdm_add_o,
    .tcdm_wen_o,
    .tcdm_be_o,
    .tcdm_data_o,
    .tcdm_r_data_i,
    .tcdm_r_valid_i
  );

  always_comb begin
    evt_o = '0;
    for (int unsigned core = 0; core < N_CORES; core++) evt_o[core][0] = job_done && job_core[core];
  end

  // A request that outlives a soft clear keeps the device busy until it is granted.
  assign busy_o = jobs_pending || raised;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_event: assert ($onehot0(evt_o))
      else $error("more than one event at a time");
    event_is_busy: assert (|evt_o -> busy_o)
      else $error("an event while not busy (contract A4.3)");
  end
`endif

endmodule
