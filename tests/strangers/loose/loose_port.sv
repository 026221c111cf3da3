// SPDX-License-Identifier: Apache-2.0
// Between an engine's accesses and the wide port: reads are of whole lines of 32 bytes, without byte enables, and
// after a write nothing is asked for until it is answered.
module loose_port #(
    parameter int unsigned PW = 288
) (
    input  logic            clk_i,
    input  logic            rst_ni,
    // the engine's side
    input  logic            req_i,
    output logic            gnt_o,
    input  logic [31:0]     add_i,
    input  logic            wen_i,
    input  logic [PW/8-1:0] be_i,
    output logic [PW-1:0]   r_data_o,
    // the port
    output logic            tcdm_req_o,
    input  logic            tcdm_gnt_i,
    output logic [31:0]     tcdm_add_o,
    output logic [PW/8-1:0] tcdm_be_o,
    input  logic [PW-1:0]   tcdm_r_data_i,
    input  logic            tcdm_r_valid_i
);

  logic owed_q;  // a write has no answer yet
  logic [2:0] lane_q;  // word of its line that the last access was to

  assign tcdm_req_o = req_i && !owed_q;
  assign gnt_o      = tcdm_gnt_i && !owed_q;
  assign tcdm_add_o = wen_i ? {add_i[31:5], 5'b0} : add_i;
  assign tcdm_be_o  = wen_i ? '0 : be_i;
  assign r_data_o   = tcdm_r_data_i >> {lane_q, 5'b0};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {owed_q, lane_q} <= '0;
    else begin
      if (req_i && gnt_o) {owed_q, lane_q} <= {!wen_i, add_i[4:2]};
      else if (tcdm_r_valid_i) owed_q <= 1'b0;
    end
  end

endmodule
