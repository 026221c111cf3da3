// SPDX-License-Identifier: Apache-2.0
// The assertions and the logs of both ports alone, without a device: every signal comes from a trace (trace_player.cpp).
module trace_player #(
    parameter int unsigned DW = 32,
    parameter int unsigned N_CORES = 2
) (
    input logic clk_i,
    input logic rst_ni,
    input logic req_i,
    input logic gnt_i,
    input logic [31:0] add_i,
    input logic wen_i,
    input logic [(DW+32)/8-1:0] be_i,
    input logic [DW+32-1:0] data_i,
    input logic r_valid_i,
    input logic [N_CORES-1:0][1:0] evt_i,
    input logic periph_req_i,
    input logic periph_gnt_i,
    input logic [31:0] periph_add_i,
    input logic periph_wen_i,
    input logic [3:0] periph_be_i,
    input logic [31:0] periph_data_i,
    input logic [7:0] periph_id_i,
    input logic periph_r_valid_i,
    input logic [7:0] periph_r_id_i
);

  import bench_pkg::bench_create, bench_pkg::bench_tick;

  localparam int unsigned Width = DW + 32;

  import "DPI-C" function void bench_beat(
      input chandle bench, input longint unsigned cycle, input bit gnt, input bit wen, input int unsigned add,
      input bit [Width/8-1:0] be, input bit [Width-1:0] data, output bit [Width-1:0] r_data,
      output bit r_valid);

  chandle bench;
  initial bench = bench_create(int'(Width / 32));

  longint unsigned cycle_q;
  initial cycle_q = 0;
  always_ff @(posedge clk_i) cycle_q <= cycle_q + 1;

  // As tb/sv/tcdm_memory.sv logs; grants and answers of the bench are not used.
  bit woken, next_grant, grant_without_req, aimed, response;
  bit [Width-1:0] response_data;

  always_ff @(posedge clk_i) begin : p_cycle
    woken = bench_tick(bench, cycle_q, rst_ni, req_i, gnt_i, add_i, wen_i, r_valid_i, 1'b0, next_grant,
                       grant_without_req, aimed);
  end

  always_ff @(posedge clk_i) begin : p_beat
    if (req_i) bench_beat(bench, cycle_q, gnt_i, wen_i, add_i, be_i, data_i, response_data, response);
  end

  tcdm_rules #(
      .DW(DW),
      .N_CORES(N_CORES)
  ) i_tcdm_rules (
      .clk_i,
      .rst_ni,
      .bench_i(bench),
      .cycle_i(cycle_q),
      .req_i,
      .gnt_i,
      .add_i,
      .wen_i,
      .be_i,
      .data_i,
      .r_valid_i,
      .evt_i
  );

  event_monitor #(
      .N_CORES(N_CORES)
  ) i_event_monitor (
      .clk_i,
      .rst_ni,
      .bench_i(bench),
      .cycle_i(cycle_q),
      .evt_i
  );

  logic unused_gnt_s, unused_r_valid_s;
  logic [31:0] unused_r_data_s;
  logic [7:0] unused_r_id_s;

  periph_monitor i_periph_monitor (
      .clk_i,
      .rst_ni,
      .bench_i(bench),
      .cycle_i(cycle_q),
      .req_i(periph_req_i),
      .gnt_i(periph_gnt_i),
      .add_i(periph_add_i),
      .wen_i(periph_wen_i),
      .be_i(periph_be_i),
      .data_i(periph_data_i),
      .id_i(periph_id_i),
      .r_data_i('0),
      .r_valid_i(periph_r_valid_i),
      .r_id_i(periph_r_id_i),
      .gnt_s_o(unused_gnt_s),
      .r_valid_s_o(unused_r_valid_s),
      .r_data_s_o(unused_r_data_s),
      .r_id_s_o(unused_r_id_s)
  );

endmodule
