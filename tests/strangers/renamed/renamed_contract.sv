// SPDX-License-Identifier: Apache-2.0
// The contract's ports (A4.1) around renamed, as `make new-dut` matched them by name and width.
// What it could not match is completed.
module renamed_contract (
    input logic clk_i,
    input logic rst_ni,
    input logic test_mode_i,
    output logic [7:0][1:0] evt_o,
    output logic busy_o,
    output logic tcdm_req_o,
    input logic tcdm_gnt_i,
    output logic [31:0] tcdm_add_o,
    output logic tcdm_wen_o,
    output logic [35:0] tcdm_be_o,
    output logic [287:0] tcdm_data_o,
    input logic [287:0] tcdm_r_data_i,
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

  logic [0:0] device_memWe;
  assign tcdm_wen_o = ~device_memWe;

  renamed i_device (
      .clk(clk_i),
      .reset(~rst_ni),
      .enable(1'b1),  // nothing is granted without
      .events(evt_o),
      .busy(busy_o),
      .memReq(tcdm_req_o),
      .memGnt(tcdm_gnt_i),
      .memAddr(tcdm_add_o),
      .memWe(device_memWe),
      .memStrb(tcdm_be_o),
      .memWdata(tcdm_data_o),
      .memRdata(tcdm_r_data_i),
      .memRvalid(tcdm_r_valid_i),
      .cfg_valid(periph_req_i),
      .cfg_ready(periph_gnt_o),
      .cfg_addr(periph_add_i),
      .cfg_we(~periph_wen_i),
      .cfg_strb(periph_be_i),
      .cfg_wdata(periph_data_i),
      .cfg_id(periph_id_i),
      .cfg_rdata(periph_r_data_o),
      .cfg_rvalid(periph_r_valid_o),
      .cfg_rid(periph_r_id_o)
  );

endmodule
