// SPDX-License-Identifier: Apache-2.0
// Memory behind the wide port: single cycle, any grant pattern, every cycle of a request logged.
//
// Contents, grants and log live in C++ (tb/dpi/bench.cpp), where Python reaches them without
// touching the simulator. Grants of the next cycle are known one edge ahead, as in a real arbiter
// that registers them; with `grant_without_req` off they are gated with the request, so that both
// kinds of interconnect of contract A4.8 are met.
module tcdm_memory #(
    parameter int unsigned DW = 256  // payload bits; the port is DW+32 wide
) (
    input logic clk_i,
    input logic rst_ni,  // for the log: the memory itself has no reset
    input chandle bench_i,
    input longint unsigned cycle_i,
    input logic busy_i,
    input logic req_i,
    output logic gnt_o,
    input logic [31:0] add_i,
    input logic wen_i,
    input logic [(DW+32)/8-1:0] be_i,
    input logic [DW+32-1:0] data_i,
    output logic [DW+32-1:0] r_data_o,
    output logic r_valid_o,
    input logic r_valid_i,  // as it arrives at the device, for the log
    output logic wake_o  // one cycle: Python has something to look at
);

  import bench_pkg::bench_tick, bench_pkg::bench_targeted, bench_pkg::bench_busy_banks, bench_pkg::Banks;

  localparam int unsigned Width = DW + 32;

  import "DPI-C" function void bench_beat(
      input chandle bench, input longint unsigned cycle, input bit gnt, input bit wen, input int unsigned add,
      input bit [Width/8-1:0] be, input bit [Width-1:0] data, output bit [Width-1:0] r_data,
      output bit r_valid);

  // Data lines when there is no response: a device that looks at it computes NaNs.
  localparam logic [Width-1:0] NoResponse = {(Width / 16) {16'h7DBA}};

  logic grant_q, grant_without_req_q, aimed_q;
  bit next_grant, grant_without_req, aimed, woken, response;
  bit [Width-1:0] response_data;

  logic [Banks-1:0] busy_q;

  // An access touches all its lanes, a write those with a byte enabled. The bank of a word is its number.
  function automatic logic waits_for_bank();
    logic [$clog2(Banks)-1:0] bank;
    waits_for_bank = 1'b0;
    for (int unsigned i = 0; i < Width / 32; i++) begin
      bank = add_i[2+:$clog2(Banks)] + $clog2(Banks)'(i);
      waits_for_bank |= busy_q[bank] && (wen_i || be_i[4*i+:4] != '0);
    end
  endfunction

  // Stalls that are aimed at an operand leave all other requests alone, and busy banks those of other banks.
  always_comb begin : p_grant
    gnt_o = grant_q & (req_i | grant_without_req_q);
    if (aimed_q && req_i) gnt_o = grant_q ? !waits_for_bank() : !bench_targeted(bench_i, add_i, wen_i);
  end

  always_ff @(posedge clk_i) begin : p_cycle
    woken = bench_tick(bench_i, cycle_i, rst_ni, req_i, gnt_o, add_i, wen_i, r_valid_i, busy_i, next_grant,
                       grant_without_req, aimed);
    grant_q <= next_grant;
    grant_without_req_q <= grant_without_req;
    aimed_q <= aimed;
    busy_q <= aimed ? bench_busy_banks(bench_i) : '0;
    wake_o <= woken;
  end

  // Not reset: a response in flight when the device is reset still comes, as from a real memory.
  always_ff @(posedge clk_i) begin : p_response
    response = 1'b0;
    response_data = NoResponse;
    if (req_i) begin
      bench_beat(bench_i, cycle_i, gnt_o, wen_i, add_i, be_i, data_i, response_data, response);
    end
    r_valid_o <= response;
    r_data_o  <= (req_i && gnt_o && wen_i) ? response_data : NoResponse;
  end

endmodule
