// SPDX-License-Identifier: Apache-2.0
// The top of the netlist: plain vectors, cells of a library, escaped names; netlist.py makes one file of all.
//
// +mutant= adds a deliberate defect when the simulation begins: 1 flips a bit of what is written to some addresses.
`include "names.vh"

module flattened (clk_i, rst_ni, test_mode_i, evt_o, busy_o, tcdm_req_o, tcdm_gnt_i, tcdm_add_o, tcdm_wen_o, tcdm_be_o,
    tcdm_data_o, tcdm_r_data_i, tcdm_r_valid_i, periph_req_i, periph_gnt_o, periph_add_i, periph_wen_i, periph_be_i,
    periph_data_i, periph_id_i, periph_r_data_o, periph_r_valid_o, periph_r_id_o);
  input clk_i, rst_ni, test_mode_i, tcdm_gnt_i, tcdm_r_valid_i, periph_req_i, periph_wen_i;
  output busy_o, tcdm_req_o, tcdm_wen_o, periph_gnt_o, periph_r_valid_o;
  output [2*`CORES-1:0] evt_o;
  output [31:0] tcdm_add_o, periph_r_data_o;
  output [`WORD/8-1:0] tcdm_be_o;
  output [`WORD-1:0] tcdm_data_o;
  input [`WORD-1:0] tcdm_r_data_i;
  input [31:0] periph_add_i, periph_data_i;
  input [3:0] periph_be_i;
  input [7:0] periph_id_i;
  output [7:0] periph_r_id_o;

  wire [2*`CORES-1:0] \u_core/evt ;
  wire [`WORD-1:0] \u_core/data ;
  wire `N(busy), `N(low);
  reg [31:0] mutant;
  wire hit = mutant == 32'd1 && tcdm_add_o[5:4] == 2'b11;

  initial if (!$value$plusargs("mutant=%d", mutant)) mutant = 32'd0;

  TIELO \u_tie (.Y(`N(low)));
  BUFX2 \busy_reg[0]_buf (.A(`N(busy)), .Y(busy_o));
  BUFX2 \evt_reg[0]_buf [2*`CORES-1:0] (.A(\u_core/evt ), .Y(evt_o));
  assign tcdm_data_o = {\u_core/data [`WORD-1:5], \u_core/data [4] ^ hit, \u_core/data [3:0]};

  redmule_serial #(.DW(`WORD - 32), .N_CORES(`CORES)) \u_core/i_serial (.clk_i(clk_i), .rst_ni(rst_ni),
      .test_mode_i(test_mode_i | `N(low)), .evt_o(\u_core/evt ), .busy_o(`N(busy)), .tcdm_req_o(tcdm_req_o),
      .tcdm_gnt_i(tcdm_gnt_i), .tcdm_add_o(tcdm_add_o), .tcdm_wen_o(tcdm_wen_o), .tcdm_be_o(tcdm_be_o),
      .tcdm_data_o(\u_core/data ), .tcdm_r_data_i(tcdm_r_data_i), .tcdm_r_valid_i(tcdm_r_valid_i),
      .periph_req_i(periph_req_i), .periph_gnt_o(periph_gnt_o), .periph_add_i(periph_add_i),
      .periph_wen_i(periph_wen_i), .periph_be_i(periph_be_i), .periph_data_i(periph_data_i),
      .periph_id_i(periph_id_i), .periph_r_data_o(periph_r_data_o), .periph_r_valid_o(periph_r_valid_o),
      .periph_r_id_o(periph_r_id_o));
endmodule
