// SPDX-License-Identifier: Apache-2.0
// Control unit and timer on one register port.

module registers_bench
  import cluster_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [1:0]       req_i,   // control unit, timer
  input  logic [13:0]      add_i,
  input  logic             we_i,
  input  logic [3:0]       be_i,
  input  logic [31:0]      wdata_i,
  output logic [1:0][31:0] rdata_o,
  // control unit
  input  logic [3:0]       error_i,
  input  logic [3:0][31:0] error_add_i,
  output logic [3:0]       fetch_enable_o,
  output logic [3:0][31:0] boot_addr_o,
  output logic             wide_first_o,
  output logic [7:0]       numerator_o,
  output logic [7:0]       denominator_o,
  output logic             eoc_o,
  output logic [31:0]      return_o,
  output logic [3:0]       trapped_o,
  // timer
  output logic [1:0]       evt_o
);

  periph_req_t access;

  assign access = '{add: add_i, we: we_i, be: be_i, wdata: wdata_i, id: 8'd1};

  cluster_control_unit #(
    .N_CORES    (4),
    .BANKS      (16),
    .TCDM_BYTES (65536),
    .NUMERATOR  (8'd3),
    .DENOMINATOR(8'd5)
  ) i_control_unit (
    .clk_i,
    .rst_ni,
    .req_i   (req_i[0]),
    .access_i(access),
    .rdata_o (rdata_o[0]),
    .error_i,
    .error_add_i,
    .fetch_enable_o,
    .boot_addr_o,
    .wide_first_o,
    .numerator_o,
    .denominator_o,
    .eoc_o,
    .return_o,
    .trapped_o
  );

  cluster_timer i_timer (
    .clk_i,
    .rst_ni,
    .req_i   (req_i[1]),
    .access_i(access),
    .rdata_o (rdata_o[1]),
    .evt_o
  );

endmodule
