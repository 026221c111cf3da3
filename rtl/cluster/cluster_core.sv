// SPDX-License-Identifier: Apache-2.0
// One core of the cluster: a CV32E40P and the way from its data port to its targets.

module cluster_core
  import cluster_pkg::*;
#(
  parameter bit          FPU        = 1'b1,   // FP32, FP16 and vectors of FP16 in the integer registers
  parameter int unsigned TCDM_BYTES = 131072
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] hart_id_i,
  input  logic [31:0] boot_addr_i,     // its block of 256 bytes starts with the trap vectors
  input  logic        fetch_enable_i,
  input  logic        clock_en_i,      // while the core waits for an event
  output logic        asleep_o,
  // instructions
  output logic        instr_req_o,
  input  logic        instr_gnt_i,
  input  logic        instr_rvalid_i,
  output logic [31:0] instr_add_o,
  input  logic [31:0] instr_rdata_i,
  // TCDM
  output logic        tcdm_req_o,
  input  logic        tcdm_gnt_i,
  output tcdm_req_t   tcdm_access_o,
  input  logic        tcdm_rvalid_i,
  input  logic [31:0] tcdm_rdata_i,
  // peripheral bus and event unit
  output periph_req_t periph_access_o,
  output logic        periph_req_o,
  input  logic        periph_gnt_i,
  input  logic        periph_rvalid_i,
  input  logic [31:0] periph_rdata_i,
  output logic        event_req_o,
  input  logic        event_gnt_i,
  input  logic        event_rvalid_i,
  input  logic [31:0] event_rdata_i,
  // an access without a target
  output logic        error_o,
  output logic [31:0] error_add_o
);

  logic        req, gnt, rvalid, we;
  logic [3:0]  be;
  logic [31:0] add, wdata, rdata;

  cv32e40p_top #(
    .COREV_PULP      (1),
    .COREV_CLUSTER   (1),
    .FPU             (32'(FPU)),
    .FPU_ADDMUL_LAT  (1),
    .FPU_OTHERS_LAT  (1),
    .ZFINX           (32'(FPU)),
    .NUM_MHPMCOUNTERS(1)
  ) i_cv32e40p (
    .clk_i,
    .rst_ni,
    .pulp_clock_en_i    (clock_en_i),
    .scan_cg_en_i       (1'b0),
    .boot_addr_i,
    .mtvec_addr_i       ({boot_addr_i[31:8], 8'h00}),
    .dm_halt_addr_i     (boot_addr_i),
    .hart_id_i,
    .dm_exception_addr_i(boot_addr_i),
    .instr_req_o,
    .instr_gnt_i,
    .instr_rvalid_i,
    .instr_addr_o       (instr_add_o),
    .instr_rdata_i,
    .data_req_o         (req),
    .data_gnt_i         (gnt),
    .data_rvalid_i      (rvalid),
    .data_we_o          (we),
    .data_be_o          (be),
    .data_addr_o        (add),
    .data_wdata_o       (wdata),
    .data_rdata_i       (rdata),
    .irq_i              ('0),
    .irq_ack_o          (),
    .irq_id_o           (),
    .debug_req_i        (1'b0),
    .debug_havereset_o  (),
    .debug_running_o    (),
    .debug_halted_o     (),
    .fetch_enable_i,
    .core_sleep_o       (asleep_o)
  );

  cluster_core_bus #(
    .TCDM_BYTES(TCDM_BYTES)
  ) i_bus (
    .clk_i,
    .rst_ni,
    .req_i   (req),
    .gnt_o   (gnt),
    .add_i   (add),
    .we_i    (we),
    .be_i    (be),
    .wdata_i (wdata),
    .rvalid_o(rvalid),
    .rdata_o (rdata),
    .tcdm_req_o,
    .tcdm_gnt_i,
    .tcdm_access_o,
    .tcdm_rvalid_i,
    .tcdm_rdata_i,
    .periph_req_o,
    .periph_gnt_i,
    .periph_rvalid_i,
    .periph_rdata_i,
    .event_req_o,
    .event_gnt_i,
    .event_rvalid_i,
    .event_rdata_i,
    .error_o
  );

  assign periph_access_o = '{add: add[13:0], we: we, be: be, wdata: wdata, id: 8'd1 << hart_id_i[2:0]};
  assign error_add_o     = add;

endmodule
