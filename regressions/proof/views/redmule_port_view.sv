// SPDX-License-Identifier: Apache-2.0
// What the neighbours see of the port: of a store the bytes that it enables, of a request what it asks for, of an answer
// what is valid.

module redmule_port_view
  import redmule_pkg::*;
#(
  parameter int unsigned DW = 256
) (
  input logic              tcdm_req_o,
  input logic              tcdm_wen_o,
  input logic [DW/8+3:0]   tcdm_be_o,
  input logic [DW+31:0]    tcdm_data_o,
  input logic              r_valid_o,
  input dest_t             r_dest_o,
  input logic [DW-1:0]     r_data_o
);

  (* keep *) logic [DW+31:0] seen_tcdm_data;
  (* keep *) dest_t          seen_r_dest;
  (* keep *) logic [DW-1:0]  seen_r_data;

  always_comb begin
    for (int unsigned b = 0; b < DW / 8 + 4; b++) begin
      seen_tcdm_data[8*b+:8] = tcdm_req_o && !tcdm_wen_o && tcdm_be_o[b] ? tcdm_data_o[8*b+:8] : 8'd0;
    end
  end

  assign seen_r_dest = r_valid_o ? r_dest_o : '0;
  assign seen_r_data = r_valid_o ? r_data_o : '0;

endmodule

bind redmule_port redmule_port_view #(
  .DW(DW)
) i_view (.*);
