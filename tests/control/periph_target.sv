// SPDX-License-Identifier: Apache-2.0
// Register port target for tests of the control agent: sixteen plain words, grants that come and go,
// and faults that can be switched on to see each rule of periph_rules fire. Not a RedMulE.
module periph_target (
    input logic clk_i,
    input logic rst_ni,
    input logic [3:0] fault_i,       // one of the faults below
    input logic slow_i,              // 1: grants come and go
    input logic req_i,
    output logic gnt_o,
    input logic [31:0] add_i,
    input logic wen_i,
    input logic [3:0] be_i,
    input logic [31:0] data_i,
    input logic [7:0] id_i,
    output logic [31:0] r_data_o,
    output logic r_valid_o,
    output logic [7:0] r_id_o
);

  localparam logic [3:0] NoGrant = 4'd1;
  localparam logic [3:0] NoResponse = 4'd2;
  localparam logic [3:0] SpuriousResponse = 4'd3;
  localparam logic [3:0] WrongId = 4'd4;

  logic [31:0] words_q[16];
  logic [15:0] lfsr_q;
  logic granted;

  assign gnt_o = req_i && (fault_i != NoGrant) && (!slow_i || (lfsr_q[1:0] == 2'b00));
  assign granted = req_i && gnt_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_port
    if (!rst_ni) begin
      lfsr_q <= 16'hACE1;
      r_valid_o <= 1'b0;
      r_data_o <= '0;
      r_id_o <= '0;
    end else begin
      lfsr_q <= {lfsr_q[14:0], lfsr_q[15] ^ lfsr_q[13] ^ lfsr_q[12] ^ lfsr_q[10]};
      r_valid_o <= (granted && (fault_i != NoResponse)) || (fault_i == SpuriousResponse);
      r_data_o <= wen_i ? words_q[add_i[5:2]] : '0;
      r_id_o <= (fault_i == WrongId) ? ~id_i : id_i;
    end
  end

  always_ff @(posedge clk_i) begin : p_words
    for (int lane = 0; lane < 4; lane++) begin
      if (granted && !wen_i && be_i[lane]) words_q[add_i[5:2]][8*lane+:8] <= data_i[8*lane+:8];
    end
  end

endmodule
