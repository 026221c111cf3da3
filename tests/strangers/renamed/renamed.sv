// SPDX-License-Identifier: Apache-2.0
// The serial device behind ports that others might have chosen: other names, a reset and a write that are high, and
// an input that the contract does not know.
//
// +mutant= adds a deliberate defect when the simulation begins: 1 flips a bit of what is written to some addresses.
module renamed (
    input  logic         clk,
    input  logic         reset,
    input  logic         enable,     // nothing is granted without
    output logic [15:0]  events,
    output logic         busy,
    output logic         memReq,
    input  logic         memGnt,
    output logic [31:0]  memAddr,
    output logic         memWe,
    output logic [35:0]  memStrb,
    output logic [287:0] memWdata,
    input  logic [287:0] memRdata,
    input  logic         memRvalid,
    input  logic         cfg_valid,
    output logic         cfg_ready,
    input  logic [31:0]  cfg_addr,
    input  logic         cfg_we,
    input  logic [3:0]   cfg_strb,
    input  logic [31:0]  cfg_wdata,
    input  logic [7:0]   cfg_id,
    output logic [31:0]  cfg_rdata,
    output logic         cfg_rvalid,
    output logic [7:0]   cfg_rid
);

  int unsigned mutant = 0;
  initial void'($value$plusargs("mutant=%d", mutant));

  logic wen, gnt;
  logic [287:0] data;

  assign memWe = ~wen;
  assign memWdata = mutant == 1 && memAddr[5:4] == 2'b11 ? data ^ 288'h10 : data;
  assign cfg_ready = gnt & enable;

  redmule_serial i_serial (
      .clk_i(clk),
      .rst_ni(~reset),
      .test_mode_i(1'b0),
      .evt_o(events),
      .busy_o(busy),
      .tcdm_req_o(memReq),
      .tcdm_gnt_i(memGnt),
      .tcdm_add_o(memAddr),
      .tcdm_wen_o(wen),
      .tcdm_be_o(memStrb),
      .tcdm_data_o(data),
      .tcdm_r_data_i(memRdata),
      .tcdm_r_valid_i(memRvalid),
      .periph_req_i(cfg_valid & enable),
      .periph_gnt_o(gnt),
      .periph_add_i(cfg_addr),
      .periph_wen_i(~cfg_we),
      .periph_be_i(cfg_strb),
      .periph_data_i(cfg_wdata),
      .periph_id_i(cfg_id),
      .periph_r_data_o(cfg_rdata),
      .periph_r_valid_o(cfg_rvalid),
      .periph_r_id_o(cfg_rid)
  );

endmodule
