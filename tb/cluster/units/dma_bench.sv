// SPDX-License-Identifier: Apache-2.0
// The DMA with its memories, beside a wide port that disturbs it.

module dma_bench
  import cluster_pkg::*;
#(
  parameter int unsigned TCDM_BYTES = 4096,
  parameter int unsigned L2_BYTES   = 8192
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  // register access; the id is one-hot
  input  logic              req_i,
  input  logic [13:0]       add_i,
  input  logic              we_i,
  input  logic [3:0]        be_i,
  input  logic [31:0]       wdata_i,
  input  logic [7:0]        id_i,
  output logic [31:0]       rdata_o,
  output logic [1:0][1:0]   evt_o,
  // accesses granted to its ports on the TCDM and to that on L2
  output logic [1:0]        tcdm_granted_o,
  output logic              l2_granted_o,
  // reads of the wide port
  input  logic              wide_req_i,
  input  logic [31:0]       wide_add_i,
  output logic              wide_gnt_o
);

  logic      [1:0]       req, gnt, rvalid;
  tcdm_req_t [1:0]       access;
  logic      [1:0][31:0] rdata;
  logic                  l2_req, l2_gnt, l2_we, l2_rvalid;
  logic [31:0]           l2_add;
  logic [7:0]            l2_be;
  logic [63:0]           l2_wdata, l2_rdata;

  cluster_dma #(
    .N_CORES   (2),
    .TCDM_BYTES(TCDM_BYTES),
    .L2_BYTES  (L2_BYTES)
  ) i_dma (
    .clk_i,
    .rst_ni,
    .req_i,
    .access_i     ('{add: add_i, we: we_i, be: be_i, wdata: wdata_i, id: id_i}),
    .rdata_o,
    .evt_o,
    .tcdm_req_o   (req),
    .tcdm_gnt_i   (gnt),
    .tcdm_access_o(access),
    .tcdm_rvalid_i(rvalid),
    .tcdm_rdata_i (rdata),
    .l2_req_o     (l2_req),
    .l2_gnt_i     (l2_gnt),
    .l2_we_o      (l2_we),
    .l2_add_o     (l2_add),
    .l2_be_o      (l2_be),
    .l2_wdata_o   (l2_wdata),
    .l2_rvalid_i  (l2_rvalid),
    .l2_rdata_i   (l2_rdata)
  );

  assign tcdm_granted_o = req & gnt;
  assign l2_granted_o   = l2_req && l2_gnt;

  cluster_tcdm #(
    .N_LOG(2),
    .BYTES(TCDM_BYTES)
  ) i_tcdm (
    .clk_i,
    .rst_ni,
    .wide_first_i (1'b1),
    .numerator_i  (8'd3),
    .denominator_i(8'd4),
    .log_req_i    (req),
    .log_gnt_o    (gnt),
    .log_access_i (access),
    .log_rvalid_o (rvalid),
    .log_rdata_o  (rdata),
    .wide_req_i,
    .wide_gnt_o,
    .wide_add_i,
    .wide_we_i    (1'b0),
    .wide_be_i    ('1),
    .wide_wdata_i ('0),
    .wide_rdata_o (),
    .wide_rvalid_o()
  );

  cluster_l2 #(
    .BYTES(L2_BYTES)
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
