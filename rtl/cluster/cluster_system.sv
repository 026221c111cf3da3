// SPDX-License-Identifier: Apache-2.0
// The cluster with the memories outside of it: what a simulation runs.

module cluster_system #(
  parameter int unsigned N_CORES     = 8,
  parameter int unsigned BANKS       = 16,
  parameter int unsigned TCDM_BYTES  = 131072,
  parameter int unsigned L2_BYTES    = 2097152,
  parameter int unsigned L2_LATENCY  = 20,
  parameter int unsigned CODE_BYTES  = 65536,
  parameter bit          FPU         = 1'b1,
  parameter logic [7:0]  NUMERATOR   = 8'd1,
  parameter logic [7:0]  DENOMINATOR = 8'd2,
  parameter int unsigned H           = 4,
  parameter int unsigned L           = 12,
  parameter int unsigned P           = 3,
  parameter int unsigned DW          = 256
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               host_req_i,
  output logic               host_gnt_o,
  input  logic [13:0]        host_add_i,
  input  logic               host_we_i,
  input  logic [3:0]         host_be_i,
  input  logic [31:0]        host_wdata_i,
  output logic               host_rvalid_o,
  output logic [31:0]        host_rdata_o,
  output logic               eoc_o,
  output logic [31:0]        return_o,
  output logic [N_CORES-1:0] trapped_o,
  output logic [N_CORES-1:0] asleep_o,
  output logic               busy_o
);

  logic [N_CORES-1:0]       instr_req, instr_gnt, instr_rvalid;
  logic [N_CORES-1:0][31:0] instr_add, instr_rdata;
  logic                     l2_req, l2_gnt, l2_we, l2_rvalid;
  logic [31:0]              l2_add;
  logic [7:0]               l2_be;
  logic [63:0]              l2_wdata, l2_rdata;

  cluster_top #(
    .N_CORES    (N_CORES),
    .BANKS      (BANKS),
    .TCDM_BYTES (TCDM_BYTES),
    .L2_BYTES   (L2_BYTES),
    .FPU        (FPU),
    .NUMERATOR  (NUMERATOR),
    .DENOMINATOR(DENOMINATOR),
    .H          (H),
    .L          (L),
    .P          (P),
    .DW         (DW)
  ) i_cluster (
    .clk_i,
    .rst_ni,
    .host_req_i,
    .host_gnt_o,
    .host_add_i,
    .host_we_i,
    .host_be_i,
    .host_wdata_i,
    .host_rvalid_o,
    .host_rdata_o,
    .instr_req_o   (instr_req),
    .instr_gnt_i   (instr_gnt),
    .instr_add_o   (instr_add),
    .instr_rvalid_i(instr_rvalid),
    .instr_rdata_i (instr_rdata),
    .l2_req_o      (l2_req),
    .l2_gnt_i      (l2_gnt),
    .l2_we_o       (l2_we),
    .l2_add_o      (l2_add),
    .l2_be_o       (l2_be),
    .l2_wdata_o    (l2_wdata),
    .l2_rvalid_i   (l2_rvalid),
    .l2_rdata_i    (l2_rdata),
    .eoc_o,
    .return_o,
    .trapped_o,
    .asleep_o,
    .busy_o
  );

  cluster_code #(
    .N_CORES(N_CORES),
    .BYTES  (CODE_BYTES)
  ) i_code (
    .clk_i,
    .rst_ni,
    .req_i   (instr_req),
    .gnt_o   (instr_gnt),
    .add_i   (instr_add),
    .rvalid_o(instr_rvalid),
    .rdata_o (instr_rdata)
  );

  cluster_l2 #(
    .BYTES  (L2_BYTES),
    .LATENCY(L2_LATENCY)
  ) i_l2 (
    .clk_i,
    .rst_ni,
    .req_i   (l2_req),
    .gnt_o   (l2_gnt),
    .we_i    (l2_we),
    .add_i   (l2_add),
    .be_i    (l2_be),
    .wdata_i (l2_wdata),
    .rvalid_o(l2_rvalid),
    .rdata_o (l2_rdata)
  );

endmodule
