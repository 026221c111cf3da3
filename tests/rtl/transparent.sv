// SPDX-License-Identifier: Apache-2.0
// The serial device with outputs of the wide port that follow its inputs without a clock edge.
module redmule_transparent #(
    parameter int unsigned DW = 256,
    parameter int unsigned N_CORES = 8
) (
    input  logic                       clk_i,
    input  logic                       rst_ni,
    input  logic                       test_mode_i,
    output logic [N_CORES-1:0][1:0]    evt_o,
    output logic                       busy_o,
    output logic                       tcdm_req_o,
    input  logic                       tcdm_gnt_i,
    output logic [31:0]                tcdm_add_o,
    output logic                       tcdm_wen_o,
    output logic [(DW+32)/8-1:0]       tcdm_be_o,
    output logic [DW+32-1:0]           tcdm_data_o,
    input  logic [DW+32-1:0]           tcdm_r_data_i,
    input  logic                       tcdm_r_valid_i,
    input  logic                       periph_req_i,
    output logic                       periph_gnt_o,
    input  logic [31:0]                periph_add_i,
    input  logic                       periph_wen_i,
    input  logic [3:0]                 periph_be_i,
    input  logic [31:0]                periph_data_i,
    input  logic [7:0]                 periph_id_i,
    output logic [31:0]                periph_r_data_o,
    output logic                       periph_r_valid_o,
    output logic [7:0]                 periph_r_id_o
);

  logic [(DW+32)/8-1:0] be;
  logic [DW+32-1:0] data;

  redmule_serial #(
      .DW     (DW),
      .N_CORES(N_CORES)
  ) i_serial (
      .tcdm_be_o  (be),
      .tcdm_data_o(data),
      .*
  );

  // Read data is not looked at while a write is requested, so the jobs end all the same.
  assign tcdm_be_o   = be ^ ((DW + 32) / 8)'(tcdm_gnt_i & tcdm_wen_o);
  assign tcdm_data_o = data ^ (DW + 32)'({tcdm_r_data_i[0] & tcdm_wen_o, tcdm_r_valid_i & tcdm_wen_o});

endmodule
