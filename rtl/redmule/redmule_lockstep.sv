// SPDX-License-Identifier: Apache-2.0
// Full level of fault tolerance: compares what two copies of the accelerator would do, in every cycle. Where they
// differ, nothing goes out in the same cycle, both are halted from the next one on, and every core is told. So it is
// where a request or an event leaves otherwise than the second copy has it, though that has left. A soft clear lets
// them go on.

module redmule_lockstep #(
  parameter int unsigned N_CORES = 8,   // event targets
  parameter int unsigned BYTES   = 36,  // of the TCDM port
  parameter int unsigned STATE   = 1    // bits that have to be the same in any cycle
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic [1:0][STATE-1:0]   state_i,
  // requests, and what has to be the same while one is raised
  input  logic [1:0]              req_i,
  input  logic [1:0][31:0]        add_i,
  input  logic [1:0]              wen_i,
  input  logic [1:0][BYTES-1:0]   be_i,
  input  logic [1:0][BYTES*8-1:0] data_i,   // of a store, the bytes that are enabled
  input  logic [1:0]              clear_i,  // soft clear
  input  logic [N_CORES-1:0][1:0] evt_i,    // of the second copy
  output logic                    stop_o,   // nothing goes out
  // the same as it gets where it is used, and what leaves
  input  logic                    stop_i,
  input  logic                    req_sent_i,
  input  logic [N_CORES-1:0][1:0] evt_sent_i,
  output logic [1:0]              halt_o,   // to each copy
  output logic [N_CORES-1:0]      event_o
);

  logic [BYTES-1:0] bytes;
  logic [N_CORES-1:0][1:0] evt;
  logic             differ, astray, alarm;
  logic             told_q;        // the halt was told
  logic             halt_q, go_q;  // a flag and its complement, so that no tool makes one register of them
  logic [1:0]       halt;          // if one is inverted, they differ

  always_comb begin
    for (int unsigned b = 0; b < BYTES; b++) bytes[b] = be_i[0][b] && data_i[0][8*b+:8] != data_i[1][8*b+:8];
  end

  always_comb begin
    differ = state_i[0] != state_i[1] || req_i[0] != req_i[1];
    if (req_i != '0) begin
      differ |= add_i[0] != add_i[1] || wen_i[0] != wen_i[1] || be_i[0] != be_i[1];
      differ |= !wen_i[0] && bytes != '0;
    end
  end

  always_comb begin
    for (int unsigned c = 0; c < N_CORES; c++) evt[c] = (stop_i ? 2'b00 : evt_i[c]) | {event_o[c], 1'b0};
  end

  assign halt   = {!go_q, halt_q};
  assign astray = evt_sent_i != evt || req_sent_i != (req_i[1] && !stop_i);

  // what differs behind a halt is what is left of the same fault
  assign alarm = halt == '0 ? stop_i || astray : halt != '1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)            {go_q, halt_q} <= 2'b10;
    else if (alarm)         {go_q, halt_q} <= 2'b01;
    else if (clear_i == '1) {go_q, halt_q} <= 2'b10;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) told_q <= 1'b0;
    else         told_q <= halt != '0 && (told_q || evt_sent_i[0][1]);  // no gate that halts can set it
  end

  assign stop_o  = differ || halt != '0;
  assign halt_o  = halt;
  assign event_o = {N_CORES{halt != '0 && !told_q}};  // however the halt came

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    stop_comes_back: assert (stop_i == stop_o)
      else $error("what leaves is stopped by something else");
    leaves_as_compared: assert (!astray)
      else $error("a request or an event leaves that is not the copies'");
    halts_behind_a_difference: assert ($past(rst_ni && halt == '0 && differ) -> halt == '1 && event_o == '1)
      else $error("copies differed, and go on");
    halted_until_a_clear: assert ($past(rst_ni && halt == '1 && clear_i != '1) -> halt == '1)
      else $error("copies that differed go on without a soft clear");
    told_once: assert ($past(rst_ni && event_o != '0) -> event_o == '0)
      else $error("a halt is told twice");
  end
`endif

endmodule
